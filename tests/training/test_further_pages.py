import pytest

from pipeline.training.further_pages import address, decoded, numbers


def test_runs_of_blocks() -> None:
    assert list(numbers("3 5-7 9")) == [3, 5, 6, 7, 9]


@pytest.mark.parametrize(
    ("stem", "url"),
    [
        ("example.org.article", "https://example.org/article"),
        ("news.example.de.old.article", "https://news.example.de/old.article"),
        ("example", "https://example/"),
    ],
)
def test_the_host_of_a_files_name(stem: str, url: str) -> None:
    assert address(stem) == url


def test_older_encodings() -> None:
    assert decoded("Brücke".encode()) == decoded("Brücke".encode("cp1252")) == "Brücke"
