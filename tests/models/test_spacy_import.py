"""spaCy comes without its command line, and has it when it is asked for."""

import subprocess
import sys

CHECK = """
import sys
import pipeline.models
assert "spacy" in sys.modules
assert not {"spacy.cli", "weasel", "requests"} & sys.modules.keys(), "the command line is there"
import spacy
assert spacy.info(silent=True)["spacy_version"] == spacy.__version__
from spacy.cli import download
"""


def test_the_command_line_is_left_out_until_it_is_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
