"""The tests that the measurements of faults name are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`")


def test_every_test_that_is_named_is_there() -> None:
    found = NAMED.findall((ROOT / "docs" / "measurements" / "faults.md").read_text(encoding="utf-8"))
    assert len(found) > 20
    for path, name in found:
        assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"
        assert (ROOT / path).is_file(), path
