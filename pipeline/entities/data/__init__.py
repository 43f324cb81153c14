"""Word lists and the starter gazetteer; `pipeline.entities.generate` makes the generated ones."""

from pathlib import Path

FOLDER = Path(__file__).parent
