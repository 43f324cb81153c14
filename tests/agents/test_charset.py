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


@pytest.mark.parametrize(
    ("declared", "text"), [("ISO-8859-2", "Škoda in Plzeň"), ("windows-1251", "Москва"), ("utf-16-le", "Brücke")]
)
def test_what_is_declared_counts_where_nothing_else_tells(declared: str, text: str) -> None:
    assert decoded(text.encode(declared), declared=declared) == text


@pytest.mark.parametrize("declared", ["iso-8859-1", "latin1", "ISO_8859-1", "us-ascii"])
def test_windows_quotation_marks_and_dashes_are_read_under_a_label_that_has_none(declared: str) -> None:
    """As the WHATWG's Encoding Standard says, and all browsers read."""
    text = "„Brücke“ – ‚ja‘ … nein"
    page = f"<meta charset='{declared}'><p>{text}".encode("cp1252")
    assert decoded(text.encode("cp1252"), declared=declared) == text
    assert decoded(page).endswith(text)


def test_who_says_ascii_may_have_written_utf_8() -> None:
    assert decoded("„Brücke“".encode(), declared="us-ascii") == "„Brücke“"
