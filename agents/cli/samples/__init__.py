"""Articles written for the project, in the shapes that crawlers deliver. The people in them are invented."""

from pathlib import Path

SAMPLES = Path(__file__).parent
