"""Annotated names are read whatever the shape of their file, and a fifth of the texts is kept."""

import gzip
import json
from pathlib import Path

from pipeline.training.annotated_names import held_out, read


def test_files_are_read_whatever_the_shape_of_their_text(tmp_path: Path) -> None:
    rows = [
        {"name": "x-10", "text": {"string": "Kiel"}, "entities": [[0, 4, "LOC"]]},
        {
            "name": "x-11",
            "text": "Kieler Woche-Fan",
            "entities": [[0, 6, "LOCderiv"], [0, 12, "OTH"], [7, 12, "OTHpart"]],
        },
    ]
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    first, second = read(path)
    assert (first.text, first.mentions) == ("Kiel", [(0, 4, "LOC")])
    assert second.mentions == [(0, 6, "DERIV"), (0, 12, "MISC"), (7, 12, "PART")]
    assert held_out(first)
    assert not held_out(second)
