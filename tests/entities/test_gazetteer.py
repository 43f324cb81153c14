"""Known entities: the starter gazetteer and a user's own."""

import csv
import json
from pathlib import Path

import pytest

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor
from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.words import TextWords
from pipeline.errors import ConfigurationError
from tests.entities.articles import clean_article

HEADER = "id,name,type,aliases,wikidata,roles\n"


def with_gazetteer(path: Path, content: str) -> EntityExtractor:
    """The stage with a user's gazetteer of that content."""
    path.write_text(content, encoding="utf-8")
    return EntityExtractor(PipelineConfig(model_de="rules", quote_model="rules", gazetteer=path))


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("Deutschlands", "loc/deutschland"),
        ("Vereinigten Staaten", "loc/usa"),
        ("Europäischen Zentralbank", "org/ezb"),
        ("Auswärtigen Amts", "org/auswaertiges-amt"),
        ("NATO", "org/nato"),
        ("Weißen Hauses", "loc/weisses-haus"),
        ("Bundestages", "org/bundestag"),
        ("Grossbritanniens", "loc/grossbritannien"),
        ("Weissen Hauses", "loc/weisses-haus"),
        ("Uno-Vollversammlung", "org/un-generalversammlung"),
        ("UNO-Sicherheitsrats", "org/un-sicherheitsrat"),
        ("Verbands der Automobilindustrie", "org/verband-der-automobilindustrie"),
        ("Bundesverbandes der Deutschen Industrie", "org/bundesverband-der-deutschen-industrie"),
        ("Sicherheitsrates der Vereinten Nationen", "org/un-sicherheitsrat"),
    ],
)
def test_declined_names_are_known(name: str, identifier: str) -> None:
    known = load_gazetteer(None).look_up(name)
    assert known is not None
    assert known.entry.id == identifier


@pytest.mark.parametrize(
    ("names", "identifier"),
    [
        (("BMF", "Bundesministerium der Finanzen", "Bundesministeriums der Finanzen"), "org/bundesfinanzministerium"),
        (("BMWK", "Bundesministerium für Wirtschaft und Klimaschutz"), "org/bundeswirtschaftsministerium"),
        (("Sozialdemokratische Partei Österreichs", "SPÖ"), "org/spoe"),
        (("DFL", "Deutsche Fußball Liga", "Deutschen Fußball Liga"), "org/dfl"),
        (("IOC", "Internationalen Olympischen Komitees"), "org/ioc"),
        (("Bild", "Bild-Zeitung"), "org/bild"),
        (("BMBFSFJ", "Bundesbildungsministerium"), "org/bundesbildungsministerium"),
        (("Esa", "Europäischen Weltraumorganisation"), "org/europaeische-weltraumorganisation"),
    ],
)
def test_short_and_full_names_of_a_body_are_one_entry(names: tuple[str, ...], identifier: str) -> None:
    found = [load_gazetteer(None).look_up(name) for name in names]
    assert [known.entry.id for known in found if known is not None] == [identifier] * len(names)


def test_a_name_in_swiss_spelling_may_be_somebody_elses(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,name,type\nper/a,Anna Voss,PER\nper/b,Anna Voß,PER\nper/c,Karl Groß,PER\n", encoding="utf-8")
    names = {"Anna Voss": "per/a", "Anna Voß": "per/b", "Karl Gross": "per/c"}
    found = {name: load_gazetteer(path).look_up(name) for name in names}
    assert {name: known.entry.id for name, known in found.items() if known is not None} == names


def test_leading_adjectives_are_declined_together() -> None:
    for form in ("Deutschen Roten Kreuzes", "Deutsche Rote Kreuz", "Deutschen Roten Kreuz"):
        known = load_gazetteer(None).look_up(form)
        assert known is not None
        assert known.form == "Deutsches Rotes Kreuz"


def test_several_people_in_the_dative_are_known_by_their_name() -> None:
    for form in ("Freie Wähler", "Freien Wählern", "Freien Wähler", "Freier Wähler"):
        known = load_gazetteer(None).look_up(form)
        assert known is not None
        assert known.form == "Freie Wähler"


def test_the_longest_name_counts() -> None:
    text = "Der UN-Sicherheitsrat und die Deutsche Bank."
    found = load_gazetteer(None).matches(TextWords(text, [0]))
    assert [text[begin:end] for begin, end, _ in found] == ["UN-Sicherheitsrat", "Deutsche Bank"]


def test_ids_are_unique_and_every_country_has_its_wikidata_id() -> None:
    gazetteer = load_gazetteer(None)
    entries = {known.entry.id: known.entry for known in gazetteer.by_words.values()}
    assert entries["loc/frankreich"].wikidata == "Q142"
    assert gazetteer.adjectives["französisch"].id == "loc/frankreich"
    assert gazetteer.demonyms["Franzose"].id == "loc/frankreich"


def test_a_users_entry_wins_over_the_rules_and_the_starter(tmp_path: Path) -> None:
    extract = with_gazetteer(
        tmp_path / "own.csv",
        HEADER
        + "per/the-body,Falk Ahlers,PER,Falle Ahlers|Bodo der Große,Q64,Ringer\n"
        + "org/nordatlantik,Nordatlantik-Bündnis,ORG,Nato,,\n",
    )
    found = {e.id: e for e in extract(clean_article("Die Nato ehrte Bodo der Große. Ahlers weinte.")).entities}
    assert found["org/nordatlantik"].name == "Nordatlantik-Bündnis"
    person = found["per/the-body"]
    assert (person.name, person.wikidata, person.roles) == ("Falk Ahlers", "Q64", ["Ringer"])
    assert [m.text for m in person.mentions] == ["Bodo der Große", "Ahlers"]


@pytest.mark.parametrize("alias", ["Ahlers-Reuß", "Bodo der Große", "Enno Reuß"])
@pytest.mark.parametrize("text", ["Falk Ahlers kam. {} blieb.", "{} kam. Falk Ahlers blieb."])
def test_an_alias_and_the_name_are_one_person(tmp_path: Path, alias: str, text: str) -> None:
    extract = with_gazetteer(tmp_path / "own.csv", HEADER + f"per/the-body,Falk Ahlers,PER,{alias},,\n")
    (person,) = extract(clean_article(text.format(alias))).entities
    assert (person.id, len(person.mentions)) == ("per/the-body", 2)


@pytest.mark.parametrize("before", ["Frau", "Ministerin"])
@pytest.mark.parametrize("first", ["Falk Ahlers ging.", "Es regnete."])
def test_a_woman_is_not_the_man_whose_surname_is_an_alias(tmp_path: Path, first: str, before: str) -> None:
    extract = with_gazetteer(tmp_path / "own.csv", HEADER + "per/the-body,Falk Ahlers,PER,Ahlers,,\n")
    *others, woman = extract(clean_article(f"{first} {before} Ahlers kam.")).entities
    assert (woman.id, woman.gender) == ("per/ahlers", "f")
    assert [(man.id, man.gender, man.roles) for man in others] in ([], [("per/the-body", "m", [])])


@pytest.mark.parametrize(("users", "identifier"), [("org/siegen,Siegen,ORG,,,\n", "org/siegen"), ("", "per/siegen")])
def test_a_town_behind_frau_is_a_person_unless_the_user_lists_it(tmp_path: Path, users: str, identifier: str) -> None:
    extract = with_gazetteer(tmp_path / "own.csv", HEADER + users)
    assert [e.id for e in extract(clean_article("Das sagte Frau Siegen am Montag.")).entities] == [identifier]


@pytest.mark.parametrize("row", ["Lady,PER,", "Falk Ahlers,PER,Lady", "Falk Ahlers,PER,Frau Doktor"])
def test_a_person_may_be_called_as_a_title_is(tmp_path: Path, row: str) -> None:
    """A singer calls herself so, for example; each article that had the word became a dead letter."""
    extract = with_gazetteer(tmp_path / "own.csv", HEADER + f"per/the-body,{row},,\n")
    called = row.split(",")[2] or "Lady"
    (person,) = extract(clean_article(f"Am Montag sang {called} in der Halle.")).entities
    assert (person.id, [m.text for m in person.mentions]) == ("per/the-body", [called])


def test_json_lines(tmp_path: Path) -> None:
    row = {"id": "loc/x", "name": "Burg Xanten-Nord", "type": "LOC", "aliases": ["Xantenburg"], "wikidata": None}
    extract = with_gazetteer(tmp_path / "own.jsonl", json.dumps(row) + "\n\n")
    assert [e.id for e in extract(clean_article("Die Xantenburg steht noch.")).entities] == ["loc/x"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", HEADER + "per/a,,PER,,,\n", "line 2: name is missing"),
        ("a.csv", HEADER + "per/a,A,PERSON,,,\n", "line 2: type is 'PERSON', not one of PER, ORG, LOC, MISC"),
        ("a.csv", HEADER + "per/a,A,PER,,64,\n", "line 2: wikidata is '64'"),
        ("a.csv", HEADER + "per/a,!,PER,,,\n", "line 2: the name '!' has no word"),
        ("a.jsonl", '{"id": 1}\n', "line 1: id is missing"),
        ("a.jsonl", "[]\n", "line 1: expected an object"),
        ("a.jsonl", "{\n", "line 1"),
        ("a.jsonl", "[" * 100_000 + "]" * 100_000, "line 1"),
        ("a.jsonl", '{"id": ' + "9" * 5000 + "}", "line 1"),
        ("a.jsonl", '{"id": "per/a", "name": "A", "type": "PER", "roles": ["Rat \\ud83d"]}', "line 1: .* surrogate"),
        ("a.csv", HEADER + "per/a," + "A" * 200_000 + ",PER,,,\n", "cannot be read: field larger than field limit"),
        ("a.jsonl", '\ufeff{"id": "per/a", "type": "PER"}', "line 1: name is missing"),
    ],
)
def test_mistakes_name_the_line(
    tmp_path: Path, name: str, content: str, message: str, request: pytest.FixtureRequest
) -> None:
    former = csv.field_size_limit(131_072)  # reading tables of articles raises it for the whole process
    request.addfinalizer(lambda: csv.field_size_limit(former))
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_gazetteer(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    with pytest.raises(ConfigurationError) as raised:
        load_gazetteer(path)
    assert str(raised.value) == f"the gazetteer {path} cannot be read: No such file or directory"
