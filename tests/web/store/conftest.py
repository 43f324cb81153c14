"""A store of its own for each test, with nothing in it."""

from pathlib import Path

import pytest

from agents.web.store.reader import StoreReader
from agents.web.store.writer import StoreWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "web" / "store.sqlite"


@pytest.fixture
def writer(path: Path) -> StoreWriter:
    return StoreWriter(path, keep_articles=100, keep_days=30)


@pytest.fixture
def reader(path: Path, writer: StoreWriter) -> StoreReader:
    return StoreReader(path)
