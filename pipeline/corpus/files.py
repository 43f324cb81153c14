"""The files of the corpus and its parts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.corpus.checks import AnnotationMistake, check
from pipeline.corpus.inline_markup import MarkupError
from pipeline.corpus.markup import read_article
from pipeline.corpus.model import AnnotatedArticle
from pipeline.corpus.standoff import FIELDS, from_standoff, read_sources, text_of
from pipeline.errors import ConfigurationError
from pipeline.evaluation.gold import read_rows

PartOf = Literal["train", "dev", "test"]


def article_files(folder: Path) -> list[Path]:
    """All articles' files below `folder`, in order."""
    return sorted((folder / "articles").rglob("*.txt") if (folder / "articles").is_dir() else folder.rglob("*.txt"))


@dataclass(frozen=True)
class Parts:
    """Which part an article belongs to: by its writer's folder, else by the last digit of its number, else train.

    Of found texts `found` names those that are not for training.
    """

    writers: dict[str, PartOf]
    endings: dict[str, PartOf]
    found: dict[str, PartOf]

    @classmethod
    def read(cls, folder: Path) -> Parts:
        """What `parts.toml` in `folder` says; without one, everything is for training.

        Raises:
            ConfigurationError: it cannot be read.
        """
        path = folder / "parts.toml"
        try:
            stored = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: {error}") from error
        for name, table in stored.items():
            if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
                raise ConfigurationError(f"{path}: {name} is no table of strings")
        found = {name: part for part, names in stored.get("found", {}).items() for name in names.split()}
        return cls(stored.get("writers", {}), stored.get("endings", {}), found)

    def of(self, path: Path) -> PartOf:
        """The part of the article in the file `path`."""
        return self.writers.get(path.parent.name) or self.endings.get(path.stem[-1:], "train")


def found_articles(folder: Path, standoff: str, texts: Path, part: PartOf) -> Iterator[AnnotatedArticle]:
    """The found texts of a part: annotation in the file `standoff` of the corpus in `folder`, where `texts` has them.

    Raises:
        GoldError: one of the two files cannot be read.
        StandoffError: a text is another one than was annotated.
    """
    found, by_name = Parts.read(folder).found, read_sources(texts)
    for row in read_rows(folder / "standoff" / standoff, FIELDS):
        if found.get(row["id"], "train") == part and row["name"] in by_name:
            yield from_standoff(row, text_of(row, by_name[row["name"]]))


def articles_of(folder: Path, part: PartOf) -> Iterator[AnnotatedArticle]:
    """The articles of a part of the corpus in `folder`, in order.

    Raises:
        ConfigurationError: a file that cannot be read, with its line.
    """
    parts = Parts.read(folder)
    for path in article_files(folder):
        if parts.of(path) == part:
            yield read_file(path)


def read_folder(folder: Path) -> Iterator[AnnotatedArticle]:
    """All articles below `folder`, in order; one for whom `folder` is a file.

    Raises:
        ConfigurationError: there is none, or a file that cannot be read, with its line.
    """
    paths = [folder] if folder.is_file() else article_files(folder)
    if not paths:
        raise ConfigurationError(f"{folder}: no articles (files that end in .txt)")
    for path in paths:
        yield read_file(path)


def mistakes(paths: Iterable[Path]) -> Iterator[tuple[Path, AnnotationMistake]]:
    """Whatever is wrong in the files, in their order: they cannot be read, the checks find it, an id is taken."""
    files_by_id: dict[str, Path] = {}
    for path in paths:
        try:
            article = read_article(path)
        except MarkupError as error:
            yield path, AnnotationMistake(error.line, error.message)
            continue
        except UnicodeDecodeError as error:
            yield path, AnnotationMistake(1, f"no UTF-8 ({error.reason} at byte {error.start})")
            continue
        for problem in check(article):
            yield path, problem
        other = files_by_id.setdefault(article.id, path)
        if other != path:
            yield path, AnnotationMistake(1, f"the id {article.id!r} is taken by {other}")


def read_file(path: Path) -> AnnotatedArticle:
    """The article in the file `path`.

    Raises:
        ConfigurationError: it cannot be read, with the line.
    """
    try:
        return read_article(path)
    except (MarkupError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
