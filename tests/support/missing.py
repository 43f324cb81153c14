"""What becomes of a test whose broker or browser is not there."""

import os
from typing import NoReturn

import pytest


def missing(what: object) -> NoReturn:
    """End the test: skipped on a person's machine, failed where `CI` is set, as continuous integration sets it.

    Args:
        what: one line that says what cannot be started, and why.
    """
    if os.environ.get("CI"):
        pytest.fail(f"needed in CI: {what}", pytrace=False)
    pytest.skip(str(what))
