"""Swapped articles are annotated as what they were made from."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.corpus.checks import check
from pipeline.corpus.markup import parse, read_article
from pipeline.corpus.model import AnnotatedArticle
from pipeline.corpus.new_names import genitive
from pipeline.corpus.swaps import swap
from pipeline.corpus.writer import write_article

FOLDER = Path(__file__).parent / "articles"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


def without_lines(article: AnnotatedArticle) -> AnnotatedArticle:
    return replace(article, parts=tuple(replace(part, lines=()) for part in article.parts))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.integers(0, 10**9))
def test_the_annotation_stays_valid(name: str, seed: int) -> None:
    article = read_article(FOLDER / f"{name}.txt")
    assert check(article) == []
    version = swap(article, seed)
    assert check(version) == []
    assert without_lines(parse(write_article(version))) == without_lines(version)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(NAMES), st.integers(0, 10**9))
def test_nothing_but_names_changes(name: str, seed: int) -> None:
    article = read_article(FOLDER / f"{name}.txt")
    version = swap(article, seed)
    for old, new in zip(article.parts, version.parts, strict=True):
        assert [(m.chain, m.kind, m.speaks, m.hears) for m in old.mentions] == [
            (m.chain, m.kind, m.speaks, m.hears) for m in new.mentions
        ]
        assert [(q.number, q.type, q.medium, q.speakers, len(q.spans), len(q.cue)) for q in old.quotes] == [
            (q.number, q.type, q.medium, q.speakers, len(q.spans), len(q.cue)) for q in new.quotes
        ]
        assert [block.kind for block in old.blocks] == [block.kind for block in new.blocks]
        for before, after in zip(old.mentions, new.mentions, strict=True):
            if before.kind == "pronoun":
                assert new.text[after.begin : after.end] == old.text[before.begin : before.end]
        common = [[word for word in part.text.split() if word.islower() and word != "und"] for part in (old, new)]
        assert common[0] == common[1]


def test_a_seed_gives_the_same_version_and_another_one_another(couple: AnnotatedArticle) -> None:
    assert swap(couple, 3) == swap(couple, 3)
    assert swap(couple, 3).body.text != swap(couple, 4).body.text
    assert swap(couple, 3).id == "couple-3"


@pytest.mark.parametrize("seed", range(20))
def test_a_family_keeps_one_surname_and_each_its_gender(couple: AnnotatedArticle, seed: int) -> None:
    version = swap(couple, seed)
    family = version.chains["uh"].name.split()[-1]
    assert family != "Harksen"
    assert version.chains["ph"].name.split()[-1] == family
    assert version.chains["eh"].name == f"Eheleute {family}"
    assert f"Die beiden {family}s waren" in version.body.text
    assert version.chains["uh"].gender == "f"


@pytest.mark.parametrize("seed", range(20))
def test_towns_are_declined(couple: AnnotatedArticle, seed: int) -> None:
    version = swap(couple, seed)
    town = version.chains["em"].name
    assert town != "Emden"
    assert version.chains["lg"].name == f"Landgericht {town}"
    assert version.part("dateline").text == town.upper()  # type: ignore[union-attr]
    assert "Emde" not in version.body.text
    firm = version.chains["vm"].name
    assert f"„{genitive(firm)} Konto in {town} ist leer“" in version.body.text
    assert version.chains["uh"].affiliations == (firm,)


def test_a_company_has_a_new_name_with_its_short_names(couple: AnnotatedArticle) -> None:
    assert swap(couple, 3).chains["vm"].name != "Velomar"
    version = swap(parse(write_article(couple).replace("| Velomar |", "| Velomar Rad = Velomar |")), 3)
    company = version.chains["vm"]
    assert company.aliases == (company.name.split()[0],)
    assert company.aliases[0] in version.body.text
    assert "Velomar" not in company.name + version.body.text


def test_what_could_go_wrong_keeps_its_name(couple: AnnotatedArticle) -> None:
    wolf = read_article(FOLDER / "interview.txt")
    for seed in range(10):
        assert swap(couple, seed).chains["ei"].name == "Eider"  # takes an article
        version = swap(wolf, seed)
        assert version.chains["gs"].name.startswith("Wolf ")  # an animal in the same article
        assert version.chains["gs"].name != "Wolf Gessner"
        assert "Ein Wolf heult" in version.body.text


def test_a_region_is_no_town(couple: AnnotatedArticle) -> None:
    somewhere = parse(write_article(couple).replace("EMDEN", "OSTFRIESLAND").replace("Emden", "Ostfriesland"))
    assert {swap(somewhere, seed).chains["em"].name for seed in range(10)} == {"Ostfriesland"}


@pytest.mark.parametrize(
    ("name", "declined"), [("Tölke", "Tölkes"), ("Hinrichs", "Hinrichs’"), ("Marx", "Marx’"), ("Kiel", "Kiels")]
)
def test_genitives(name: str, declined: str) -> None:
    assert genitive(name) == declined
