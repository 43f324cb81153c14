"""The starter gazetteer and given names; `pipeline.entities.generate` makes them."""

from pathlib import Path

FOLDER = Path(__file__).parent
