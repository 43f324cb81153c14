"""People from Wikidata, and what an editor's own gazetteer joins and keeps apart."""

import json
import logging
import os
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.entities.gazetteer import read_users
from pipeline.entities.wikidata import gazetteer_rows, people_of, read_result
from pipeline.errors import ConfigurationError
from tests.entities.articles import clean_article

RESULT = (Path(__file__).parent / "wikidata" / "people.csv").read_text(encoding="utf-8")


def written(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def extractor(path: Path) -> EntityExtractor:
    return EntityExtractor(PipelineConfig(model_de="rules", quote_model="rules", gazetteer=path))


def persons(extract: EntityExtractor, text: str) -> dict[str, str]:
    """Names by id."""
    return {entity.id: entity.name for entity in extract(clean_article(text)).entities if entity.type == "PER"}


def test_a_result_becomes_entries_that_the_gazetteer_reads(tmp_path: Path) -> None:
    people, refused = people_of(read_result(RESULT))
    assert refused == ["row 5: Q990000004 has no label"]
    entries = read_users(written(tmp_path / "own.jsonl", *gazetteer_rows(people)))
    assert [(e.id, e.gender, e.affiliations, e.roles, e.aliases) for e in entries] == [
        ("per/wiebke-tannhoff", "f", ("Grüne",), ("Umweltministerin",), ("Wiebke Tannhoff-Reuß",)),
        ("per/jannik-ruhmkorf-q990000002", "m", ("SPD",), ("Bürgermeister", "Landrat"), ("J. Ruhmkorf, der Ältere",)),
        ("per/jannik-ruhmkorf-q990000003", "m", (), ("Handballspieler",), ()),
    ]


def test_csv_and_both_kinds_of_json_say_the_same() -> None:
    row = {"id": "http://www.wikidata.org/entity/Q990000001", "label": "Wiebke Tannhoff", "gender": "weiblich"}
    plain = json.dumps([row])
    sparql = json.dumps({"results": {"bindings": [{name: {"value": value} for name, value in row.items()}]}})
    table = "\ufeffid,label,gender\r\n" + ",".join(row.values()) + "\r\n"
    first, *others = (people_of(read_result(content)) for content in (plain, sparql, table))
    assert first[0][0].gender == "f"
    assert others == [first, first]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[", "no JSON"),
        ("[" * 100_000 + "]" * 100_000, "no JSON"),
        ('[{"id": ' + "9" * 5000 + "}]", "no JSON"),
        ('[{"id": "Q64", "label": "Hanna \\ud83d"}]', "no JSON: .* surrogate"),
        ('{"head": {}}', "no result of a query"),
        ('{"results": [1]}', "no result of a query"),
        ("a,b\n1,2\n", "no column 'id'"),
        ("", "no column"),
    ],
)
def test_what_is_no_result_is_told(content: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read_result(content)


def test_gender_and_party_come_from_the_gazetteer(tmp_path: Path) -> None:
    people, _ = people_of(read_result(RESULT))
    extract = extractor(written(tmp_path / "own.jsonl", *gazetteer_rows(people)))
    article = extract(clean_article("Wiebke Tannhoff sagte am Montag, sie komme nicht."))
    (found,) = (entity for entity in article.entities if entity.type == "PER")
    assert (found.id, found.wikidata) == ("per/wiebke-tannhoff", "Q990000001")
    assert (found.gender, found.gender_from) == ("f", "gazetteer")
    assert found.affiliations == ["Bündnis 90/Die Grünen"], "the name of the party's own entity"


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Bürgermeister Jannik Ruhmkorf sprach am Montag.", "per/jannik-ruhmkorf-q990000002"),
        ("Jannik Ruhmkorf (SPD) sprach am Montag.", "per/jannik-ruhmkorf-q990000002"),
        ("Der Handballspieler Jannik Ruhmkorf sprach am Montag.", "per/jannik-ruhmkorf-q990000003"),
        ("Jannik Ruhmkorf sprach am Montag.", "per/jannik-ruhmkorf"),
    ],
)
def test_of_two_people_of_one_name_the_text_says_which(tmp_path: Path, text: str, identifier: str) -> None:
    people, _ = people_of(read_result(RESULT))
    extract = extractor(written(tmp_path / "own.jsonl", *gazetteer_rows(people)))
    assert persons(extract, text) == {identifier: "Jannik Ruhmkorf"}


def test_an_alias_joins_a_surname_and_nobody_of_another_given_name(tmp_path: Path) -> None:
    entry = {"id": "per/falk-ahlers", "name": "Falk Ahlers", "type": "PER", "aliases": ["Ahlers"]}
    extract = extractor(written(tmp_path / "own.jsonl", entry))
    assert persons(extract, "Ahlers sagte am Montag ab.") == {"per/falk-ahlers": "Falk Ahlers"}
    assert persons(extract, "Beate Ahlers kam. Ahlers sagte, sie bleibe.") == {"per/beate-ahlers": "Beate Ahlers"}


@pytest.mark.parametrize(("name", "same"), [("Falk Ahlers", True), ("Falk E. Ahlers", True), ("Fritz Ahlers", False)])
def test_a_second_initial_makes_nobody_another_than_the_known_person(tmp_path: Path, name: str, same: bool) -> None:
    entry = {"id": "per/fa", "name": "Falk Ahlers", "type": "PER", "aliases": ["Ahlers"]}
    extract = extractor(written(tmp_path / "own.jsonl", entry))
    assert ("per/fa" in persons(extract, f"{name} kam. Ahlers sagte, er bleibe.")) == same


def test_a_changed_file_counts_from_the_next_article_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = written(tmp_path / "own.jsonl")
    extract, text = extractor(path), "Falk Ahlers sagte am Montag ab."
    assert persons(extract, text) == {"per/falk-ahlers": "Falk Ahlers"}
    os.replace(written(tmp_path / "new", {"id": "per/fa", "name": "Falk Ahlers", "type": "PER"}), path)
    assert persons(extract, text) == {"per/fa": "Falk Ahlers"}
    path.write_text("{", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert persons(extract, text) == persons(extract, text) == {"per/fa": "Falk Ahlers"}
    assert [record.message for record in caplog.records if "line 1" in record.message] == [caplog.messages[0]]
    path.unlink()
    assert persons(extract, text) == {"per/fa": "Falk Ahlers"}
