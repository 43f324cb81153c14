"""What people are, and to whom they belong, as the text gives it."""

import pytest

from pipeline.entities import EntityExtractor
from pipeline.entities.gazetteer import load_gazetteer
from pipeline.entities.person_clusters import cluster_persons
from pipeline.entities.roles import read_roles
from schemas.records import Entity
from tests.entities.articles import clean_article
from tests.support.given_names import GivenNames
from tests.support.people import named, text_words
from tests.support.timing import timed


def person(extract: EntityExtractor, text: str, **fields: object) -> Entity:
    """The first person in `text`."""
    return next(e for e in extract(clean_article(text, **fields)).entities if e.type == "PER")


@pytest.mark.parametrize(
    ("text", "roles", "affiliations"),
    [
        ("US-Außenminister Gregory Pell kam.", ["US-Außenminister"], []),
        ("Die deutsche Außenministerin Wiebke Tannhoff (Grüne) kam.", ["Außenministerin"], ["Bündnis 90/Die Grünen"]),
        ("Nato-Generalsekretär Thornquist kam.", ["Nato-Generalsekretär"], ["Nato"]),
        ("Der russische Vize-Außenminister Oleg Marinow kam.", ["Vize-Außenminister"], []),
        ("Gregory Pell, Außenminister der USA, kam.", ["Außenminister der USA"], []),
        ("Das sagte Marinows Sprecher Piotr Lewandowicz.", ["Sprecher"], []),
        ("Er traf den früheren Bundeskanzler Falk Ahlers.", ["früherer Bundeskanzler"], []),
        ("Die frühere Ministerin Anna Körber kam.", ["frühere Ministerin"], []),
        ("Die Grünen-Politikerin Anna Körber kam.", ["Grünen-Politikerin"], ["Bündnis 90/Die Grünen"]),
        ("Der AfD-Abgeordnete Falk Ahlers kam.", ["AfD-Abgeordneter"], ["AfD"]),
        ("Das sagte die taz-Redakteurin Anna Körber.", ["taz-Redakteurin"], ["taz"]),
        ("Das sagte kfd-Vorsitzende Anna Körber.", ["kfd-Vorsitzende"], []),
        ("Das sagte Bürgermeister a. D. Falk Ahlers.", ["Bürgermeister a. D."], []),
        ("Die Ministerin a.D. Dr. Anna Körber kam.", ["Ministerin a. D."], []),
        ("Anna Körber, Bürgermeisterin a. D., kam.", ["Bürgermeisterin a. D."], []),
        ("Falk Ahlers, Pfarrer i.R. in Lindow, kam.", ["Pfarrer i. R. in Lindow"], []),
        ("Der Kieler Angestellte Chen Guangming kam.", ["Angestellter"], []),
        ("Das ist Obst, der den Mitangeklagten Ilja Kurzow vertritt.", ["Mitangeklagter"], []),
        ("Der Anwalt, der dem Abgeordneten Kwabo Thornquist half, kam.", ["Abgeordneter"], []),
        ("Der CDU-Vorsitzende Tannhoff kam.", ["CDU-Vorsitzender"], ["CDU"]),
        ("Sie traf den früheren CDU-Vorsitzenden Tannhoff.", ["früherer CDU-Vorsitzender"], ["CDU"]),
        ("Das gilt auch bei der SPD-Vorsitzenden Tannhoff.", ["SPD-Vorsitzende"], ["SPD"]),
        ("Anna Körber (52, SPD) kam.", [], ["SPD"]),
        ("Anna Körber (SPD, Hessen) kam.", [], ["SPD"]),
        ("Anna Körber (SPD/Hessen) kam.", [], ["SPD"]),
        ("Bundesrat Falk Ahlers kam.", ["Bundesrat"], []),
        ("Der SPD-Nationalrat Falk Ahlers kam.", ["SPD-Nationalrat"], ["SPD"]),
        ("Das sagte im Bundesrat Falk Ahlers.", [], []),
        (
            "Anna Körber, die stellvertretende Vorsitzende der SPD, kam.",
            ["stellvertretende Vorsitzende der SPD"],
            ["SPD"],
        ),
        ("Das meint Anna Körber von der Commerzbank.", [], ["Commerzbank"]),
        ("Unterstützung erhielt Anna Körber von der Commerzbank.", [], []),
        ("Die meisten Stimmen erhielt Anna Körber von der SPD.", [], ["SPD"]),
        ("Lob bekommt Falk Ahlers von der SPD.", [], []),
        ("Mehr Einsatz fordert Falk Ahlers von der SPD.", [], ["SPD"]),
        ("Das sagte Anna Körber bei der Commerzbank.", [], []),
        ("Das sagte Torwart Falk Ahlers bei RTL.", ["Torwart"], []),
        ("„Ja“, sagte die Ministerin Anna Körber beim NDR.", ["Ministerin"], []),
        ("Es reicht. Analystin Anna Körber bei der Commerzbank schwieg.", ["Analystin"], ["Commerzbank"]),
        ("Die Analystin Anna Körber bei der Commerzbank schwieg.", ["Analystin"], ["Commerzbank"]),
        ("Der Vorsitzende der SPD, Falk Ahlers, kam.", ["Vorsitzender der SPD"], ["SPD"]),
        (
            "Der Vorsitzende der Deutschen Bahn (DB), Falk Ahlers, kam.",
            ["Vorsitzender der Deutschen Bahn"],
            ["Deutsche Bahn"],
        ),
        ("Der Vorsitzende der SPD, Prof. Dr. Falk Ahlers, kam.", ["Vorsitzender der SPD"], ["SPD"]),
        ("Der Vorsitzende der SPD, Landrat Falk Ahlers, kam.", ["Landrat", "Vorsitzender der SPD"], ["SPD"]),
        ("Der Vorsitzende der SPD ging. Landrat Falk Ahlers kam.", ["Landrat"], []),
        ("Anna Körber, klimapolitische Sprecherin der SPD, kam.", ["klimapolitische Sprecherin der SPD"], ["SPD"]),
        ("Das sagt der haushaltspolitische Sprecher Falk Ahlers.", ["haushaltspolitischer Sprecher"], []),
        ("Das sagt der haushaltskundige Sprecher Falk Ahlers.", ["Sprecher"], []),
        ("Der Verteidiger eines der Beschuldigten, Anwalt Falk Ahlers, kam.", ["Anwalt"], []),
        ("Die Mutter einer der Angeklagten, Anna Körber, kam.", [], []),
        ("Dann sprach einer der Angeklagten, Falk Ahlers, von Reue.", ["Angeklagter"], []),
        ("Einer der Angeklagten, Falk Ahlers, kam.", ["Angeklagter"], []),
        ("Das sagte der Erste Beigeordnete, Falk Ahlers.", ["Erster Beigeordneter"], []),
        ("Die Zweite Bürgermeisterin Anna Körber kam.", ["Zweite Bürgermeisterin"], []),
        ("Die stv. Landrätin Anna Körber kam.", ["stellvertretende Landrätin"], []),
        ("Stellv. Landrat Falk Ahlers kam.", ["stellvertretender Landrat"], []),
        ("Der ehem. Trainer Falk Ahlers kam.", ["ehemaliger Trainer"], []),
        ("Das sagte sie um 8. Trainer Falk Ahlers kam.", ["Trainer"], []),
        ("Chefarzt Priv.-Doz. Dr. Falk Ahlers kam.", ["Chefarzt"], []),
        (
            "Der Parlamentarische Geschäftsführer der SPD, Falk Ahlers, kam.",
            ["Parlamentarischer Geschäftsführer der SPD"],
            ["SPD"],
        ),
        ("Das sagt die Leitende Angestellte Kim Körber.", ["Leitende Angestellte"], []),
        ("Das sagt die Leitende Oberstaatsanwältin Anna Körber.", ["Leitende Oberstaatsanwältin"], []),
        (
            "Die Vorsitzende Richterin der 3. Strafkammer, Anna Körber, kam.",
            ["Vorsitzende Richterin der 3. Strafkammer"],
            [],
        ),
        ("Der Chef der Bau- und Umweltgruppe, Falk Ahlers, kam.", ["Chef der Bau- und Umweltgruppe"], []),
        (
            "Der Chef des Fördervereins Bad e. V., Falk Ahlers, kam.",
            ["Chef des Fördervereins Bad e. V."],
            ["Förderverein Bad e. V."],
        ),
        (
            "Die Präsidentin des Verbands der Kinder- und Jugendärzte (BVKJ), Dr. Anna Körber, kam.",
            ["Präsidentin des Verbands der Kinder- und Jugendärzte"],
            ["Verband der Kinder- und Jugendärzte"],
        ),
        ("Anna Körber, Sprecherin der Gruppe „Gegenwind“, kam.", ["Sprecherin der Gruppe"], []),
        ("Bundesrätin Anna Körber (FDP) kam.", ["Bundesrätin"], ["FDP.Die Liberalen"]),
        ("CDU-Fraktionsvize Falk Ahlers kam.", ["CDU-Fraktionsvize"], ["CDU"]),
        ("Grünenpolitikerin Anna Körber kam.", ["Grünenpolitikerin"], ["Bündnis 90/Die Grünen"]),
        ("Bundestagspräsident Falk Ahlers kam.", ["Bundestagspräsident"], ["Bundestag"]),
        ("Linkenfraktionschefin Anna Körber kam.", ["Linkenfraktionschefin"], ["Die Linke"]),
        ("Bildungsministerin Anna Körber kam.", ["Bildungsministerin"], []),
        ("Der Bildungsforscher Falk Ahlers kam.", ["Bildungsforscher"], []),
        ("Metallarbeiter Falk Ahlers kam.", ["Metallarbeiter"], []),
        ("Anna Körber, Intelligenzforscherin, kam.", ["Intelligenzforscherin"], []),
        ("Gesundheitslandesrat Falk Ahlers kam.", ["Gesundheitslandesrat"], []),
        ("Propst Falk Ahlers kam.", ["Propst"], []),
        ("Die Landeskonservatorin Anna Körber kam.", ["Landeskonservatorin"], []),
        ("Stabsgefreiter Falk Ahlers kam.", ["Stabsgefreiter"], []),
        ("Stadtbaurätin Anna Körber kam.", ["Stadtbaurätin"], []),
        ("Die NEOS-Mandatarin Anna Körber kam.", ["NEOS-Mandatarin"], ["Neos"]),
        ("Mitgründer und CTO Falk Ahlers kam.", ["CTO"], []),
        ("Der Bildreporter Falk Ahlers kam.", ["Bildreporter"], []),
        ("Der Bild-Reporter Falk Ahlers kam.", ["Bild-Reporter"], ["Bild"]),
        ("Sie dankte dem Trainer. Falk Ahlers kam.", [], []),
        ("Sie war im Einsatz.Einsatzleiter Falk Ahlers kam.", ["Einsatzleiter"], []),
        ("Ein Berater Ahlers' Falk Ahlers, kam mit seiner Tochter Anna.", [], []),
    ],
)
def test_roles_and_affiliations(extract: EntityExtractor, text: str, roles: list[str], affiliations: list[str]) -> None:
    found = person(extract, text)
    assert (found.roles, found.affiliations) == (roles, affiliations)


@pytest.mark.parametrize(
    ("text", "roles", "affiliations"),
    [
        ("[Anna Körber|PER] ([SP|ORG]) kam.", [], ["SP"]),
        ("[Anna Körber|PER] (52, [Bürger für Lindow|ORG]) kam.", [], ["Bürger für Lindow"]),
        ("[Anna Körber|PER] ([Lindow|LOC]) kam.", [], []),
        ("[Anna Körber|PER] ([parteilos|ORG]) kam.", [], []),
        ("Ein Anwalt [Marcel H.s|PER] kam.", [], []),
        ("[Anna Körber|PER] (die [SP|ORG] schwieg) kam.", [], []),
        ("[Anna Körber|PER] ([SP|ORG]-Vorsitzende) kam.", ["SP-Vorsitzende"], []),
    ],
)
def test_what_stands_in_brackets(text: str, roles: list[str], affiliations: list[str]) -> None:
    found = next(entity for entity in GivenNames().marked(text) if entity.type == "PER")
    assert (found.roles, found.affiliations) == (roles, affiliations)


def test_the_infobox_counts(extract: EntityExtractor) -> None:
    infobox = {"Name": "Wiebke Tannhoff", "Partei": "Bündnis 90/Die Grünen", "Amt": "Umweltministerin"}
    found = person(extract, "Wiebke Tannhoff kam zu spät.", infobox=infobox)
    assert found.roles == ["Umweltministerin"]
    assert found.affiliations == ["Bündnis 90/Die Grünen"]


def test_the_infobox_of_somebody_else_does_not_count(extract: EntityExtractor) -> None:
    found = person(extract, "Wiebke Tannhoff kam zu spät.", infobox={"Name": "Falk Ahlers", "Amt": "Minister"})
    assert found.roles == []


def test_time_grows_with_the_number_of_somebodys_roles_and_not_with_its_square() -> None:
    def seconds(number: int) -> float:
        text = "".join(f"Bezirk-{n}-Sprecher Hanna Tölke kam. " for n in range(number))
        words = text_words(text)
        persons = cluster_persons(words, named(text, ["Hanna Tölke"] * number))
        found = timed(lambda: read_roles(words, persons, [], gazetteer))[1]
        assert len(persons[0].roles) == number
        return found

    gazetteer = load_gazetteer(None)
    seconds(100)
    assert seconds(16_000) < 2.2 * 8 * seconds(2_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Minister Falk Ahlers (Grüne) und Jan Obst (FDP) kamen.", ["Minister", "Minister"]),
        ("Ihre Trainer Falk Ahlers, Jan Obst sowie Dr. Anna Körber kamen.", ["Trainer", "Trainer", "Trainer"]),
        ("Die beiden früheren Ministerinnen Anna Körber und Eva Lind kamen.", ["frühere Ministerin"] * 2),
        ("Die Abgeordneten Anna Körber und Falk Ahlers kamen.", ["Abgeordnete", "Abgeordneter"]),
        ("Die Partei berief Ministerinnen, Anna Körber und Eva Lind kamen.", [None, None]),
        ("Der Minister Falk Ahlers und Jan Obst kamen.", ["Minister", None]),
        ("Die Ministerin Anna Körber und Falk Ahlers kamen.", ["Ministerin", None]),
        ("Die Abgeordnete Anna Körber und Falk Ahlers kamen.", ["Abgeordnete", None]),
        ("Die Freunde Falk Ahlers und Jan Obst kamen.", [None, None]),
        ("Die Minister Falk Ahlers und Kanzler Jan Obst kamen.", ["Minister", "Kanzler"]),
        ("Die Minister Falk Ahlers kamen, Jan Obst ging.", ["Minister", None]),
        ("Der Plan, für die Minister Falk Ahlers und Jan Obst werben, ist gut.", ["Minister", None]),
        ("Er las die Pläne, die Minister Falk Ahlers und Jan Obst vorlegten.", ["Minister", None]),
        ("Es kamen Freunde, die Präsidenten Falk Ahlers und Jan Obst sowie Gäste.", ["Präsident", "Präsident"]),
        ("Zwei Politiker, die Minister Falk Ahlers und Jan Obst (FDP), kamen.", ["Minister", "Minister"]),
    ],
)
def test_a_role_in_the_plural_is_that_of_each_person_behind_it(
    extract: EntityExtractor, text: str, expected: list[str | None]
) -> None:
    found = [entity.roles for entity in extract(clean_article(text)).entities if entity.type == "PER"]
    assert found == [[] if role is None else [role] for role in expected]


def test_a_party_in_a_role_in_the_plural_is_that_of_each_person(extract: EntityExtractor) -> None:
    found = extract(clean_article("Die SPD-Politiker Falk Ahlers und Jan Obst kamen.")).entities
    assert [entity.affiliations for entity in found if entity.type == "PER"] == [["SPD"], ["SPD"]]
