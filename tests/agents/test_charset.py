"""Bytes whose encoding is said by somebody."""

import time

import pytest

from agents.charset import decoded


@pytest.mark.parametrize(
    "declared", ["punycode", "idna", "utf-7", "unicode_escape", "zip", "base64", "x\0y", "nirgends"]
)
def test_encodings_that_no_page_has_are_not_believed(declared: str) -> None:
    begun = time.process_time()
    assert decoded("Brücke".encode() * 20_000, declared=declared).startswith("Brücke")
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("declared", ["latin-1", "cp1252", "ISO-8859-15"])
def test_others_are(declared: str) -> None:
    assert decoded("Brücke".encode("latin-1"), declared=declared) == "Brücke"
