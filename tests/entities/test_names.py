"""Names as they are shown: undeclined, merged, told apart."""

import pytest

from pipeline.entities import EntityExtractor
from pipeline.entities.cluster import Cluster, MentionSpan, NameSpan
from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.gender import gender_of
from pipeline.entities.name_clusters import cluster_names
from pipeline.entities.name_forms import with_full_stop
from pipeline.entities.name_spans import name_spans
from pipeline.entities.nominative import name_in_nominative
from pipeline.entities.person_words import gender_of_name
from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset
from tests.entities.articles import clean_article
from tests.support.given_names import GivenNames


def people(extract: EntityExtractor, text: str) -> dict[str, list[str]]:
    """Names of the persons in `text` with their mentions by name."""
    found = extract(clean_article(text)).entities
    return {e.name: [m.text for m in e.mentions if m.kind == "name"] for e in found if e.type == "PER"}


@pytest.fixture(scope="module")
def given() -> GivenNames:
    return GivenNames()


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        (
            "Das [Kieler Umweltministerium|ORG] prüft. Das [Umweltministerium|ORG] schwieg.",
            {"org/kieler-umweltministerium": 2},
        ),
        (
            "Das [Bundesumweltministerium|ORG] prüft. Sprecher des [Umweltministeriums|ORG] schwiegen.",
            {"org/bundesumweltministerium": 2},
        ),
        (
            "Das [Bundesumweltministerium|ORG] prüft. Das bayerische [Umweltministerium|ORG] schwieg.",
            {"org/bundesumweltministerium": 1, "org/umweltministerium": 1},
        ),
        (
            "[Kieler Umweltministerium|ORG] bat das [Bundesumweltministerium|ORG]. Das [Umweltministerium|ORG] will.",
            {"org/kieler-umweltministerium": 1, "org/bundesumweltministerium": 1, "org/umweltministerium": 1},
        ),
        ("Die [Bundespolizei|ORG] kam. Die [Polizei|ORG] blieb.", {"org/bundespolizei": 1, "org/polizei": 1}),
        ("Das [Umweltministerium|ORG] prüft.", {"org/umweltministerium": 1}),
        (
            "Die [Stadtwerke Lindow GmbH & Co. KG|ORG] baut. Die [Stadtwerke|ORG] warnen.",
            {"org/stadtwerke-lindow-gmbh-co-kg": 2},
        ),
        (
            "Die [Stadtwerke Lindow GmbH|ORG] baut. Die [Stadtwerke Lindow|ORG] hoffen. Die [Stadtwerke|ORG] bitten.",
            {"org/stadtwerke-lindow-gmbh": 3},
        ),
        (
            "Die [Stadtwerke Lindow GmbH|ORG] baut. Die [Stadtwerke Burg|ORG] auch. Die [Stadtwerke|ORG] bitten.",
            {"org/stadtwerke-lindow-gmbh": 1, "org/stadtwerke-burg": 1, "org/stadtwerke": 1},
        ),
        ("Der [TSV Lindow|ORG] siegt. Der [TSV|ORG] hofft.", {"org/tsv-lindow": 2}),
        (
            "Der [FC Lindow|ORG] traf den [FC Burg|ORG]. Der [FC|ORG] hofft.",
            {"org/fc-lindow": 1, "org/fc-burg": 1, "org/fc": 1},
        ),
        ("Die [VHS Lindow|ORG] ruft. Die [Volkshochschule Lindow|ORG] hofft.", {"org/volkshochschule-lindow": 2}),
        ("Die [Siemens AG|ORG] baut. [Siemens|ORG] hofft.", {"org/siemens": 2}),
        ("Die [Deutsche Bahn AG|ORG] baut.", {"org/deutsche-bahn": 1}),
        ("Die [Stern GmbH|ORG] baut.", {"org/stern-gmbh": 1}),
        (
            "Die [Universität Lindow|ORG] warnt. Die [Uni Lindow|ORG] hofft. Die [Uni|ORG] bittet.",
            {"org/universitaet-lindow": 3},
        ),
    ],
)
def test_a_body_named_without_its_place_or_level_is_the_only_one_named_with_it(
    given: GivenNames, text: str, mentions: dict[str, int]
) -> None:
    assert {entity.id: len(entity.mentions) for entity in given.marked(text)} == mentions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Die Häuser [Lindows|LOC] brannten. Lindow trauert.", "Lindow"),
        ("Das Werk [Nordbaus|ORG] schließt. Der Nordbau klagt.", "Nordbau"),
        ("Das Ufer der [Ems|LOC] ist lang. Em siegte.", "Ems"),
        ("Im [Niers|LOC] ist es still.", "Niers"),
    ],
)
def test_a_name_that_is_declined_alone_is_shown_as_the_text_has_it_elsewhere(
    given: GivenNames, text: str, name: str
) -> None:
    assert given.marked(text)[0].name == name


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("[Sandro Wagner|PER] kam. „Gut“, sagte [Wagner|PER].", {"per/sandro-wagner": 2}),
        ("[Sandro Wagner|PER] kam. [Wagners|PER] Elf siegte.", {"per/sandro-wagner": 2}),
        ("[Boris Rhein|PER] kam. [Rheins|PER] Minister schwieg.", {"per/boris-rhein": 2}),
        ("[Boris Rhein|PER] stand am [Rhein|PER]. Der [Rhein|LOC] fließt.", {"per/boris-rhein": 1, "loc/rhein": 2}),
        ("[Kai Linke|PER] kam. Die [Linke|PER] stimmte zu.", {"per/kai-linke": 1, "org/die-linke": 1}),
        (
            "[Kai Linke|PER] kam. [Linke|ORG] und SPD stimmten zu.",
            {"per/kai-linke": 1, "org/die-linke": 1, "org/spd": 1},
        ),
        ("[Sandro Wagner|PER] schwieg zur [Wagner-Miliz|ORG].", {"per/sandro-wagner": 1, "org/wagner-miliz": 1}),
        ("[Kai Ahlers|PER] kam. Das sagte [Wagner|PER].", {"per/kai-ahlers": 1, "org/wagner-gruppe": 1}),
        ("[Oliver Porsche|PER] kam.", {"per/oliver-porsche": 1}),
        ("[Berliner Charité|ORG] half.", {"org/charite": 1}),
    ],
)
def test_a_surname_can_be_the_name_of_something_else(given: GivenNames, text: str, mentions: dict[str, int]) -> None:
    found = given.marked(text)
    assert {e.id: sum(mention.kind == "name" for mention in e.mentions) for e in found} == mentions


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("[Bremerhaven|ORG] verlor das Finale.", {"org/bremerhaven": 1}),
        (
            "[Bremerhaven|ORG] verlor. Dann fuhr die Elf nach [Bremerhaven|LOC] zurück.",
            {"org/bremerhaven": 1, "loc/bremerhaven": 1},
        ),
        ("[Bremerhaven|MISC] liegt am Meer.", {"loc/bremerhaven": 1}),
        ("[Frankreich|ORG] lehnt das ab.", {"loc/frankreich": 1}),
    ],
)
def test_a_club_is_called_as_its_town_is(given: GivenNames, text: str, mentions: dict[str, int]) -> None:
    assert {entity.id: len(entity.mentions) for entity in given.marked(text)} == mentions


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Richterin [Wagner|PER] kam. „Nein“, sagte [Wagner|PER].", {"per/wagner": 2}),
        ("Landrat [Bayer|PER] schwieg. [Bayers|PER] Rede fiel aus.", {"per/bayer": 2}),
        ("Verteidiger [Ford|PER] kam. Der [Ford|ORG] stand im Hof.", {"per/ford": 1, "org/ford": 1}),
        ("Frau [Siegen|LOC] kam aus [Siegen|LOC].", {"per/siegen": 1, "loc/siegen": 1}),
        ("Herr [Otto|ORG] wartete.", {"per/otto": 1}),
        ("Frau [Halle|PER] kam. Dann ging [Halle|LOC].", {"per/halle": 2}),
        ("Sponsor [Bosch|ORG] zögert. Das sagte [Bosch|ORG].", {"org/bosch": 2}),
        ("Weltmeister [Argentinien|LOC] siegt.", {"loc/argentinien": 1}),
        ("Sie ist die reichste Frau [Chinas|LOC].", {"loc/china": 1}),
        ("[Jonas Kolb|PER] lacht. Dann ging Jonas.", {"per/jonas-kolb": 2}),
        ("[Otto Kern|PER] kam. Bei [Otto|PER] und [Otto|ORG] fehlt es.", {"per/otto-kern": 1, "org/otto": 2}),
        ("[Geras|LOC] Rathaus brannte.", {"loc/gera": 1}),
        ("Die Pakete von [Otto|ORG] kamen.", {"org/otto": 1}),
    ],
)
def test_a_person_can_have_the_name_of_a_firm_or_town(given: GivenNames, text: str, mentions: dict[str, int]) -> None:
    found = given.marked(text)
    assert {e.id: sum(mention.kind == "name" for mention in e.mentions) for e in found} == mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Der Film „[Das Boot|MISC]“ läuft. Das [Boot|MISC] gefällt.", ["Das Boot"]),
        ("Die Band [Die Ärzte|ORG] kommt. Die Fans der [Ärzte|ORG] jubeln.", ["Die Ärzte"]),
        ("Er sah die Gruppe ([Die Ärzte|ORG]).", ["Die Ärzte"]),
        ("[Die Ärztekammer|ORG] klagt. Er sagt: „[Die Ärztekammer|ORG] irrt.“", ["Ärztekammer"]),
        ("Er las in „[Den Buddenbrooks|MISC]“.", ["Buddenbrooks"]),
        ("Er las in [der Lindower Post|ORG].", ["Lindower Post"]),
        ("Gerücht des Morgens: Die [Grünen|ORG] gehen.", ["Grüne"]),
    ],
)
def test_an_article_can_belong_to_a_name(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[Oberlindows|LOC] Bürgermeister schwieg.", ["Oberlindow"]),
        ("[Nordpress|ORG] Chef schwieg.", ["Nordpress"]),
        ("[Rotweiß|ORG] siegte. [Gladbachs|ORG] Trainer lobte [Gladbachs|ORG] neue Elf.", ["Rotweiß", "Gladbach"]),
        ("[Spurs|ORG] Trainer ging. Die [Spurs|ORG] siegten.", ["Spurs"]),
        ("Die [Spurs|ORG] Fans jubelten.", ["Spurs"]),
        ("[Hermes|ORG] Fahrer streiken.", ["Hermes"]),
        ("[Kolb's|ORG] Fahrer streiken.", ["Kolb's"]),
        ("Das sagte der Chef des [Bau- und Umweltausschusses|ORG].", ["Bau- und Umweltausschuss"]),
        ("Er las es im „[Westdeutschen Boten|ORG]“.", ["Westdeutscher Bote"]),
        ("Der Käse kommt aus den [Vogesen|LOC].", ["Vogesen"]),
        ("[Oberlindows|LOC] Die Polizei sucht Zeugen.", ["Oberlindows"]),
        ("[T.s|PER] Verteidiger schwieg.", ["T."]),
        ("[Marcel H|PER]. kam. [Marcel H.s|PER] Mutter rief.", ["Marcel H."]),
        ("Das sagte [Marcel H.s|PER] Mutter.", ["Marcel H."]),
        ("[Marcel Maas|PER] kam. Das sagte [Maas|PER].", ["Marcel Maas"]),
        ("Das hat [Marcel Ruhls|PER] seinen Kollegen gesagt.", ["Marcel Ruhls"]),
        ("Das rief [Marcel Ruhls|PER] ohne Scheu.", ["Marcel Ruhls"]),
        ("Auch [Marcel Ruhls|PER] forderte Hilfe.", ["Marcel Ruhls"]),
        ("[Ida Berg-Ruhls|PER] erklärte Journalisten den Plan.", ["Ida Berg-Ruhls"]),
        ("Das sagten [Marcel Ruhls|PER] vier Kollegen.", ["Marcel Ruhl"]),
        ("Dort hielt [Ute Harms|PER] Andacht.", ["Ute Harms"]),
        ("[Peter Kolb|PER] ging. Dort gab [Jan Peters|PER] Entwarnung.", ["Peter Kolb", "Jan Peters"]),
        ("[Peter|PER] ging. Das war [Peters|PER] Rad.", ["Peter"]),
        ("Sie las [Marcel Ruhls|PER] „[Der Regen|MISC]“.", ["Marcel Ruhl", "Der Regen"]),
        ("Der Chef des [Landesverbands des Gewerbes|ORG] schwieg.", ["Landesverband des Gewerbes"]),
        ("Seit dem [Zweiten Weltkrieg|MISC] steht es.", ["Zweiter Weltkrieg"]),
        ("Sie las im „[Zweiten Weltkrieg|MISC]“.", ["Zweiten Weltkrieg"]),
    ],
)
def test_the_s_of_a_genitive_is_no_part_of_a_name(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Er fand den Film „[berührend|MISC]“.", []),
        ("Er fand den Film „[Berührend|MISC]“.", ["Berührend"]),
        ("Er las die [taz|MISC].", ["taz"]),
        ("Das sagte Chef [de Mission Kai Ahlers|PER].", ["Kai Ahlers"]),
        ("Das sagte [Thomas de Maizière|PER].", ["Thomas de Maizière"]),
        ("Das sagte [Giovanni Don Ahlers|PER].", ["Giovanni Ahlers"]),
        ("Das sagte Kanzler [a. D. Kai Ahlers|PER].", ["Kai Ahlers"]),
        ("Das sagte Kanzler a. [D. Kai Ahlers|PER].", ["Kai Ahlers"]),
        ("Das sagte Oberst [i. R. Kai Ahlers|PER].", ["Kai Ahlers"]),
        ("Das sagte [D. Ahlers|PER].", ["D. Ahlers"]),
        ("Das sagte [K. D. Ahlers|PER].", ["K. D. Ahlers"]),
        ("Das sagte [Vormann Kai Ahlers|PER].", ["Kai Ahlers"]),
        ("Es war Montag.[Kai Ahlers|PER] kam. Am Freitag.Ahlers ging.", ["Kai Ahlers"]),
    ],
)
def test_ordinary_words_and_offices_are_no_part_of_names(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("[Jan Van der Wieden|PER] kam. Dann ging [Van der Wieden|PER].", {"per/jan-van-der-wieden": 2}),
        ("[Jan de Körber|PER] kam. [De Körber|PER] ging, [de Körber|PER] blieb.", {"per/jan-de-koerber": 3}),
        ("[Falk zu Ahlers|PER] kam. [Zu Ahlers|PER] ging.", {"per/falk-zu-ahlers": 2}),
        ("[Anna von der Wieden|PER] kam. Von der [Wieden|PER] ging.", {"per/anna-von-der-wieden": 2}),
        ("[Falk Ben Ahlers|PER] kam. [Falk Ahlers|PER] ging.", {"per/falk-ben-ahlers": 2}),
        ("[Falk von Ahlers|PER] kam. [Falk Ahlers|PER] ging.", {"per/falk-von-ahlers": 1, "per/falk-ahlers": 1}),
        ("[Zoltán Marós|PER] kam. [Zoltan Maros|PER] ging. [Maros|PER] rief.", {"per/zoltan-maros": 3}),
        ("[Ida Tamm-Röder|PER] kam. [Ida Tamm Röder|PER] ging.", {"per/ida-tamm-roeder": 2}),
        ("[Ida Roßkopf|PER] kam. [Rosskopf|PER] ging.", {"per/ida-rosskopf": 2}),
        (
            "[Ida Müller|PER] kam. [Kai Mueller|PER] blieb. [Müller|PER] ging.",
            {"per/ida-mueller": 2, "per/kai-mueller": 1},
        ),
        ("[Marós Kai|PER] kam. [Ida Maros|PER] blieb. [Marós|PER] ging.", {"per/maros-kai": 2, "per/ida-maros": 1}),
        ("[Ida Körber|PER] kam. [Kai Körner|PER] blieb.", {"per/ida-koerber": 1, "per/kai-koerner": 1}),
    ],
)
def test_a_name_is_the_same_in_other_letters(given: GivenNames, text: str, mentions: dict[str, int]) -> None:
    found = given.marked(text)
    assert {e.id: sum(mention.kind == "name" for mention in e.mentions) for e in found} == mentions


def test_capitals_are_not_how_a_name_is_shown(given: GivenNames) -> None:
    (ahlers,) = given.marked("[FALK AHLERS|PER] kam. [Falk Ahlers|PER] blieb.")
    assert (ahlers.name, len(ahlers.mentions)) == ("Falk Ahlers", 2)


@pytest.mark.parametrize(
    ("text", "names", "roles"),
    [
        ("Der Chemiker [Falk Ahlers MdB|PER] kam.", ["Falk Ahlers"], ["Chemiker"]),
        ("Der Leiter des Amts, [Falk Ahlers|PER] [MdL|ORG], kam.", ["Falk Ahlers"], []),
        ("In Rom verlor der [PD|ORG] die Wahl.", ["PD"], []),
        ("SPÖ-Klubobfrau NAbg. [Ida Körber|PER] kam.", ["SPÖ", "Ida Körber"], ["SPÖ-Klubobfrau"]),
        ("Ex-Minister DI Dr. [Falk Ahlers|PER] kam.", ["Falk Ahlers"], ["Ex-Minister"]),
        ("IV-Präsident KommR [Falk Ahlers|PER] kam.", ["Falk Ahlers"], ["IV-Präsident"]),
        ("Für Lindow traf [ANGEL DI LINDO|PER] zweimal.", ["ANGEL DI LINDO"], []),
    ],
)
def test_titles_are_no_names_and_stand_between_role_and_name(
    given: GivenNames, text: str, names: list[str], roles: list[str]
) -> None:
    found = given.marked(text)
    assert [entity.name for entity in found] == names
    assert [role for entity in found for role in entity.roles] == roles


@pytest.mark.parametrize(("dateline", "name"), [("BAD LINDOW", "Bad Lindow"), ("USA", "USA")])
def test_a_dateline_in_capitals_is_a_place_as_others_are(given: GivenNames, dateline: str, name: str) -> None:
    given.names = [(CharOffset(0), CharOffset(len(dateline)), "LOC")]
    (place,) = given(clean_article(f"{dateline}. Der Rat tagte.", dateline=dateline)).entities
    assert place.name == name


@pytest.mark.parametrize(
    ("turns", "mentions"),
    [
        ("[AHLERS|PER]: Ja. Bald.\nIDA: Und wann?\nAHLERS: Im Mai.", {"per/falk-ahlers": 3, "per/ida-koerber": 1}),
        ("AHLERS: Ja. Bald.\nAHLERS: Im Mai.", {"per/falk-ahlers": 3, "per/ida-koerber": 1}),
        ("[FA|ORG]: Ja. Bald.\nIK: Und wann?\nIK: Wann?\nFA: Im Mai.", {"per/falk-ahlers": 3, "per/ida-koerber": 3}),
        ("Da rief [FA|PER] nach [IK|PER].", {"per/falk-ahlers": 2, "per/ida-koerber": 2}),
        ("FA: Das ist einmal kein Gespräch.", {"per/falk-ahlers": 1, "per/ida-koerber": 1}),
        ("[FB|ORG]: Ja. Bald.\n[FB|ORG]: Im Mai.", {"per/falk-ahlers": 1, "per/ida-koerber": 1, "org/fb": 2}),
    ],
)
def test_capitals_before_turns_are_who_speaks(given: GivenNames, turns: str, mentions: dict[str, int]) -> None:
    found = given.marked("[Falk Ahlers|PER] und [Ida Körber|PER] kamen.\n" + turns)
    assert {e.id: sum(mention.kind == "name" for mention in e.mentions) for e in found} == mentions


@pytest.mark.parametrize("surname", ["Ahlers", "Berg-Diop"])
def test_a_surname_alone_tells_whom_capitals_before_turns_mean(given: GivenNames, surname: str) -> None:
    label = f"[{surname.upper()}|ORG]: "
    (found,) = given.marked(f"POST: Frau [{surname}|PER], warum?\n{label}Ja. Bald.\nPOST: Wann?\n{label}Im Mai.")
    assert (found.name, len(found.mentions)) == (surname, 3)


@pytest.mark.parametrize("name", ["Hans v. Lind", "Christel Freifrau v. Lind-Ohm"])
def test_the_full_stop_of_a_shortened_von_stays(given: GivenNames, name: str) -> None:
    (found,) = given.marked(f"[{name}|PER] kam. „Gut“, sagt [{name[name.index('v.') :]}|PER].")
    assert (found.name, len(found.mentions)) == (name, 2)


def test_initials_that_fit_two_are_nobodys(given: GivenNames) -> None:
    found = given.marked("[Falk Ahlers|PER] und [Fred Arndt|PER] kamen.\n[FA|ORG]: Ja. Bald.\n[FA|ORG]: Im Mai.")
    assert [entity.id for entity in found] == ["per/falk-ahlers", "per/fred-arndt", "org/fa"]
    found = given.marked("[Falk Ahlers|PER] und [Fred Arndt|PER] kamen. Da rief [FA|PER].")
    assert [entity.id for entity in found] == ["per/falk-ahlers", "per/fred-arndt", "per/fa"]


def test_a_paper_that_asks_is_the_paper(given: GivenNames) -> None:
    found = given.marked("[Falk Ahlers|PER] und [Fred Zander|PER] kamen.\nFAZ: Wann?\nFAZ: Und wie? Zu Fuß?")
    assert [entity.id for entity in found] == [
        "per/falk-ahlers",
        "per/fred-zander",
        "org/frankfurter-allgemeine-zeitung",
    ]


def test_ordinary_words_are_no_towns(extract: EntityExtractor) -> None:
    assert things(extract, "Nun steigen die Löhne und die hohen Löhne.") == {}
    assert things(extract, "Er wohnt in Löhne.") == {"Löhne": "LOC"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Höhere Löhne sind möglich. Dann kam Pest.", []),
        ("Sie lebten in [Pest|LOC].", ["Pest"]),
        ("Sie fuhr nach Frankreich und Bad Honnef.", ["Frankreich", "Bad Honnef"]),
    ],
)
def test_a_town_of_one_word_is_one_where_the_model_sees_a_name(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


def test_bodies_are_called_by_their_place(extract: EntityExtractor) -> None:
    assert things(extract, "Das entschied das Landgericht Bremen.") == {"Landgericht Bremen": "ORG"}
    assert things(extract, "Er klagte beim Amtsgericht Bad Lindow am Montag.") == {"Amtsgericht Bad Lindow": "ORG"}
    assert things(extract, "Der Chef des Polizeipräsidiums Bremen schwieg.") == {"Polizeipräsidium Bremen": "ORG"}


@pytest.mark.parametrize(
    ("declined", "name"),
    [
        ("Parks Canada", "Parks Canada"),
        ("Herings Fischhaus", "Herings Fischhaus"),
        ("Roten Tor", "Rotes Tor"),
        ("Rechten Sektor", "Rechter Sektor"),
    ],
)
def test_only_what_is_declined_is_undeclined(declined: str, name: str) -> None:
    assert name_in_nominative("", declined) == name


def test_a_town_can_be_a_surname(extract: EntityExtractor) -> None:
    text = "Präsident Burkhard Treptow kam. Er wohnt in Treptow. Das sagte Treptow."
    assert people(extract, text) == {"Burkhard Treptow": ["Burkhard Treptow", "Treptow"]}


def test_what_has_the_same_id_is_one() -> None:
    words = TextWords("Die Nato tagt. Im Nato-Russland-Rat sitzt die Nato.", [CharOffset(0), CharOffset(15)])
    known = load_gazetteer(None).look_up("Nato")
    spans = [NameSpan(CharOffset(18), CharOffset(22), "ORG"), NameSpan(CharOffset(4), CharOffset(8), "ORG", known)]
    (nato,) = cluster_names(words, sorted(spans), {})
    assert (nato.id, [mention.begin for mention in nato.mentions]) == ("org/nato", [4, 18])


def test_weak_names_of_papers_count_in_quotation_marks(extract: EntityExtractor) -> None:
    assert things(extract, "Das stand im „Stern“, und der Stern schien.") == {"Stern": "ORG"}


def things(extract: EntityExtractor, text: str) -> dict[str, str]:
    """Names of everything else in `text` with their types."""
    return {e.name: e.type for e in extract(clean_article(text)).entities if e.type != "PER"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Wiebke Tannhoff kam. Tannhoffs Rede war kurz.", {"Wiebke Tannhoff": ["Wiebke Tannhoff", "Tannhoffs"]}),
        ("Das sagte Heiko Brandis. Brandis lachte.", {"Heiko Brandis": ["Heiko Brandis", "Brandis"]}),
        ("Thomas Ahlers rief an. Thomas klang müde.", {"Thomas Ahlers": ["Thomas Ahlers", "Thomas"]}),
        ("Der Angeklagte Thomas H. schwieg.", {"Thomas H.": ["Thomas H."]}),
        ("Herr Professor Dr. Jens Uhlig ging.", {"Jens Uhlig": ["Jens Uhlig"]}),
        (
            "Ursula von der Wieden sprach. Danach ging von der Wieden.",
            {"Ursula von der Wieden": ["Ursula von der Wieden", "von der Wieden"]},
        ),
        (
            "Karl-Heinz Tamm-Röder schwieg. Tamm-Röder ging.",
            {"Karl-Heinz Tamm-Röder": ["Karl-Heinz Tamm-Röder", "Tamm-Röder"]},
        ),
        ("Maria Anna Koller sang. Maria Koller tanzte.", {"Maria Anna Koller": ["Maria Anna Koller", "Maria Koller"]}),
        (
            "Peter Sanders und Sabine Sanders kamen. Frau Sanders sprach, Herr Sanders schwieg.",
            {"Peter Sanders": ["Peter Sanders", "Sanders"], "Sabine Sanders": ["Sabine Sanders", "Sanders"]},
        ),
        ("Das sagte Trainer Nicolej", {"Nicolej": ["Nicolej"]}),
        ("Das sagte Trainer Li.", {"Li": ["Li"]}),
        ("Das sagte Trainer Nicolej Krickau", {"Nicolej Krickau": ["Nicolej Krickau"]}),
        ("Der Vertraute Marinows, Generalsekretär Marinow schwieg.", {"Marinow": ["Marinows", "Marinow"]}),
    ],
)
def test_persons(extract: EntityExtractor, text: str, expected: dict[str, list[str]]) -> None:
    assert people(extract, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Russlands Antwort an die Ukraine kam spät.", {"Russland": "LOC", "Ukraine": "LOC"}),
        ("Die NATO berät. Die Nato schweigt.", {"Nato": "ORG"}),
        ("Der Rat der Vereinigten Staaten, so die USA.", {"USA": "LOC"}),
        ("Die Europäische Zentralbank (EZB) tagt. Die EZB zögert.", {"Europäische Zentralbank": "ORG"}),
        ("Ein Sprecher der Deutschen Bahn schwieg.", {"Deutsche Bahn": "ORG"}),
        ("Der Bund Deutscher Brückenfreunde (BDB) klagt. Der BDB hofft.", {"Bund Deutscher Brückenfreunde": "ORG"}),
        ("Ukrainische Truppen und russischer Stahl.", {}),
        ("In der Ukraine-Krise reiste er nach Paris.", {"Ukraine": "LOC", "Paris": "LOC"}),
        ("Er fuhr vor den Niederlanden. Die Niederlande sind flach.", {"Niederlande": "LOC"}),
        ("Helfer des Technischen Hilfswerks (THW) kamen. Das THW blieb.", {"Technisches Hilfswerk": "ORG"}),
        ("Das zahlt die Techniker Krankenkasse.", {"Techniker Krankenkasse": "ORG"}),
        ("Die Europäische Union zögert. Die EU wartet.", {"Europäische Union": "ORG"}),
        ("Aus Essen kam das Essen.", {"Essen": "LOC"}),
        ("Die Linke und die Grünen stimmten zu.", {"Die Linke": "ORG", "Grüne": "ORG"}),
        ("Die Grünen fordern mehr, die Jungen bei den Grünen noch mehr.", {"Grüne": "ORG"}),
        ("Die Zeit schrieb das.", {"Die Zeit": "ORG"}),
    ],
)
def test_everything_else(extract: EntityExtractor, text: str, expected: dict[str, str]) -> None:
    assert things(extract, text) == expected


def test_the_kreml_is_an_actor_and_moscow_a_place(extract: EntityExtractor) -> None:
    found = things(extract, "Der Kreml lehnte ab. In Moskau regnete es.")
    assert found == {"Kreml": "ORG", "Moskau": "LOC"}


def test_a_name_ends_at_a_question_mark() -> None:
    text = "Wer? Falk Ahlers? Schweigt er?"
    words = TextWords(text, (0, 5, 18))
    found = name_spans(words, [(0, 26, "PER")], load_gazetteer(None))
    assert [text[span.begin : span.end] for span in found] == ["Falk Ahlers"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Der Zug hielt in [Lindow (Mark)|LOC].", ["Lindow (Mark)"]),
        ("Der Zug hielt in [Lindow (Mark|LOC]).", ["Lindow (Mark)"]),
        ("Der Zug hielt (auch in [Lindow|LOC]).", ["Lindow"]),
    ],
)
def test_a_bracket_in_a_name_is_closed(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Das [Justizministerium|ORG] (FDP) zögert. Die FDP wartet.", ["Justizministerium", "FDP"]),
        ("Die [Freien Demokraten|ORG] (FDP) zögern. Die FDP wartet.", ["Freie Demokraten"]),
        ("Das [Justizministerium|ORG] (BMJ) zögert. Das [BMJ|ORG] wartet.", ["Justizministerium"]),
    ],
)
def test_a_ministry_is_not_its_party(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


def test_an_agency_with_its_service_is_the_agency() -> None:
    text = "Lindow (dpa/lni). Es regnet."
    words = TextWords(text, (0, 18))
    (found,) = [s for s in name_spans(words, [(8, 15, "ORG")], load_gazetteer(None)) if s.type == "ORG"]
    assert text[found.begin : found.end] == "dpa"


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Das sagte [Talwind|ORG]-Chefin Anna Körber.", {"Talwind": ["Talwind"]}),
        ("Sie war [Talwind|ORG]-Autorin.", {"Talwind": ["Talwind"]}),
        ("Sie war Grünen-Politikerin.", {"Grüne": ["Grünen"]}),
        ("Sie war [Grünen|ORG]-Politikerin. Auch die [Grünen|ORG] jubeln.", {"Grüne": ["Grünen", "Grünen"]}),
        ("Die [US|LOC]-Präsidentin blieb in den USA.", {"USA": ["US", "USA"]}),
        ("Bad Lindow/[Hamm|LOC]. Es regnet.", {"Hamm": ["Hamm"]}),
        ("Foto: dpa/[Falk Ahlers|PER]", {"Falk Ahlers": ["Falk Ahlers"]}),
        ("Sie gewann gegen Ona Tarr/[Wiebke Ahlers-Körber|PER].", {"Wiebke Ahlers-Körber": ["Wiebke Ahlers-Körber"]}),
        ("Das sagte die [Autorin|ORG].", {}),
        ("Das kostet zehn US-Dollar.", {}),
        ("Die US-amerikanische Brücke hält.", {}),
        ("Die Standard-Ausgabe ist vergriffen.", {}),
        ("Neue EZB-Regeln gelten.", {"EZB": ["EZB"]}),
    ],
)
def test_a_name_can_be_a_part_of_a_compound(given: GivenNames, text: str, mentions: dict[str, list[str]]) -> None:
    found = {e.name: [m.text for m in e.mentions if m.kind == "name"] for e in given.marked(text)}
    assert {name: places for name, places in found.items() if name != "Anna Körber"} == mentions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sie wohnt im [Landkreis Vechta|LOC].", ["Landkreis Vechta"]),
        ("Sie wohnt in der [Stadt Vechta|LOC].", ["Vechta"]),
        ("Sie wandert in den [Urner Alpen|LOC].", ["Urner Alpen"]),
        ("Sie arbeitet an der [Berliner Charité|ORG].", ["Charité"]),
        ("Sie leitet die [Handwerkskammer Dresden|ORG].", ["Handwerkskammer Dresden"]),
        ("Sie siegten gegen [Adler Mannheim|ORG].", ["Adler Mannheim"]),
        ("Sie leitet das [Theater Bremen|ORG].", ["Theater Bremen"]),
    ],
)
def test_a_longer_name_is_kept_unless_it_only_describes(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Dann kam [Ottokar II.|PER] zu Pferd.", ["Ottokar II."]),
        ("Dann kam [Ottokar|PER]. Es regnete.", ["Ottokar"]),
        ("Er gründete den [Ruderclub Lindow e.V.|ORG] und ging.", ["Ruderclub Lindow e.V."]),
        ("Er gründete den [Ruderclub Lindow e. V.|ORG] und ging.", ["Ruderclub Lindow e. V."]),
        ("Die Firma [Ahlers & Cie.|ORG] zahlt.", ["Ahlers & Cie."]),
        ("Das ist [Talwind, Inc.|ORG] [Lindow|LOC].", ["Talwind, Inc.", "Lindow"]),
        ("Er gründete den [Ruderclub Lindow.|ORG] Dann ging er.", ["Ruderclub Lindow"]),
        ("Das baute die Firma [Talwind II|ORG]. Es regnete.", ["Talwind II"]),
    ],
)
def test_a_full_stop_can_be_part_of_a_name(given: GivenNames, text: str, mentions: list[str]) -> None:
    assert [m.text for e in given.marked(text) for m in e.mentions if m.kind == "name"] == mentions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Das sagte Carsten M.", "Carsten M."),
        ("Über Malcolm X.", "Malcolm X."),
    ],
)
def test_the_full_stop_of_an_initial_belongs_to_it(text: str, name: str) -> None:
    begin = CharOffset(text.index(name))
    assert text[begin : with_full_stop(text, begin, CharOffset(len(text) - 1))] == name


@pytest.mark.parametrize(
    ("name", "gender"),
    [
        ("Anna Wagner", "f"),
        ("Kim Wagner", None),
        ("Kim Wagner-Otto", None),
        ("Wagner-Tölke", None),
        ("Karl-Heinz", "m"),
        ("Karl-Hinnerk Reif", "m"),
        ("Q. Anna Reif", "f"),
    ],
)
def test_a_surname_does_not_tell_the_gender(name: str, gender: str | None) -> None:
    assert gender_of_name(name) == gender


@pytest.mark.parametrize(
    ("text", "name", "gender"),
    [
        ("Frau Dr. Tölke kam.", "Tölke", "f"),
        ("Herr Prof. Dr. Tölke kam.", "Tölke", "m"),
        ("Das sagte die 45-jährige Ali Tölke.", "Ali Tölke", "f"),
        ("Das sagte ein Bruder der 45-jährigen Ali Tölke.", "Ali Tölke", "f"),
        ("Das sagte der 45-jährige Anna Tölke.", "Anna Tölke", "m"),
        ("Das sagte Anna Tölke.", "Anna Tölke", None),
    ],
)
def test_a_title_or_an_age_before_the_name_tells_the_gender(text: str, name: str, gender: str | None) -> None:
    begin = CharOffset(text.index(name))
    person = Cluster("PER", name)
    person.add(begin, CharOffset(begin + len(name)), name)
    told = gender_of(TextWords(text, [CharOffset(0)]), person)
    assert told == (gender, "title") if gender is not None else told[1] != "title"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Irmela Tölke kam. „Ja“, sagte die Biologin.", ("f", "role")),
        ("Irmela Tölke kam. „Ja“, sagte der Leiter der Abteilung.", ("m", "role")),
        ("Irmela Tölke kam. „Ja“, sagte die 45-Jährige.", (None, None)),
    ],
)
def test_a_noun_that_means_somebody_tells_the_gender(text: str, told: tuple[str | None, str | None]) -> None:
    person = Cluster("PER", "Irmela Tölke")
    person.add(CharOffset(0), CharOffset(len("Irmela Tölke")), "Irmela Tölke")
    begin = CharOffset(text.index("sagte ") + len("sagte "))
    person.mentions.append(MentionSpan(begin, CharOffset(len(text) - 1), "nominal"))
    assert gender_of(TextWords(text, [CharOffset(0)]), person) == told


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [
        ("Falk Ahlers", "Anwalt der Witwe", ("m", "name")),
        ("Falk Ahlers", "Sprecher der Ministerin", ("m", "name")),
        ("Tölke-Wang", "Intendant des Theaters Waldau", ("m", "role")),
        ("Kim Tölke", "Leiterin des Amts", ("f", "role")),
        ("Kim Tölke", "haushaltspolitischer Sprecher", ("m", "role")),
        ("Kim Tölke", "Vorsitzende Richterin", ("f", "role")),
    ],
)
def test_the_head_of_a_role_tells_the_gender(name: str, role: str, told: tuple[str, str]) -> None:
    person = Cluster("PER", name, roles={role: None})
    assert gender_of(TextWords(name, [CharOffset(0)]), person) == told


@pytest.mark.parametrize("name", ["Jan Lind", "Jan von Lind"])
def test_who_belongs_to_somebody_does_not_tell_his_gender(given: GivenNames, name: str) -> None:
    (found,) = given.marked(f"[{name}|PER] ging. Die Anwältin [{name.removeprefix('Jan ')}s|PER] kam.")
    assert (found.gender, found.roles) == ("m", [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Das sagte sie der Nordpost ([Dienstag|ORG]).", []),
        ("Das sagte sie dem „[Freitag|ORG]“.", ["Freitag"]),
        ("Das sagte [Ida Tölke|PER] ([Mitte|ORG]).", ["Ida Tölke", "Mitte"]),
    ],
)
def test_a_day_in_brackets_is_no_name(given: GivenNames, text: str, names: list[str]) -> None:
    assert [entity.name for entity in given.marked(text)] == names


def test_a_compound_with_a_name_in_marks_is_called_by_the_name() -> None:
    text = "Das sagte sie der „Nord“-Zeitung."
    begin = CharOffset(text.index("Nord"))
    (found,) = cluster_names(TextWords(text, [CharOffset(0)]), [NameSpan(begin, CharOffset(len(text) - 1), "ORG")], {})
    assert found.name == "Nord"
