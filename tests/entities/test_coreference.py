"""Whom pronouns and nominals mean."""

import pytest

from pipeline.entities import EntityExtractor
from pipeline.entities.coreference import Resolver, resolve
from tests.entities.articles import RIVER, clean_article

PAIR = "Ministerin Anna Körber traf den Forscher Falk Ahlers in Genf. "


def test_an_article_resolved(extract: EntityExtractor) -> None:
    found = {e.name: [m.text for m in e.mentions if m.kind != "name"] for e in extract(clean_article(RIVER)).entities}
    assert found["Wiebke Tannhoff"] == ["Sie", "die Ministerin", "Die Umweltministerin", "die Grünen-Politikerin"]
    assert found["Oleg Marinow"] == ["Er"]
    assert found["Falk Ahlers"] == ["der Verbandschef"]


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        (PAIR + "Sie lächelte.", "Sie", "Anna Körber"),
        (PAIR + "Er nickte.", "Er", "Falk Ahlers"),
        (PAIR + "„Gut“, sagte die Ministerin.", "die Ministerin", "Anna Körber"),
        (PAIR + "„Gut“, sagte der Forscher.", "der Forscher", "Falk Ahlers"),
        (PAIR + "Körber forderte eine Reform. Sie lächelte.", "Sie", "Anna Körber"),
        (PAIR + "Das meint Körber.", "Körber", "Anna Körber"),
        (PAIR + "Später meinte Ahlers Sprecherin nichts.", "Genf", "Genf"),
        (PAIR + "Sie haben beide recht.", "Sie", None),
        (PAIR + "Wie sagten sie später?", "sie", None),
        (
            "Die Ministerin zögert. Anna Körber ist Ministerin. Ministerin Anna Körber kam.",
            "Die Ministerin",
            "Anna Körber",
        ),
        (
            "Anna Körber (CDU) stritt mit Ida Rau (SPD). „Nein“, sagte die CDU-Politikerin.",
            "die CDU-Politikerin",
            "Anna Körber",
        ),
        (
            "Ökonom Falk Ahlers kam. Er sprach viel. Es werde teuer, warnte der DIW-Präsident.",
            "der DIW-Präsident",
            "Falk Ahlers",
        ),
        (
            "Chef Falk Ahlers kam. Er sprach viel. Es werde teuer, warnte der SPD-Vize.",
            "der SPD-Vize",
            None,
        ),
        ("Sportchef Falk Ahlers kam. Das sieht der Vorstand so.", "der Vorstand", None),
        ("Richter Falk Ahlers fragte nach. „Nein“, sagte der Zeuge.", "der Zeuge", None),
        ("Minister Falk Ahlers sprach. „Nein“, sagte der Kanzler.", "der Kanzler", None),
        ("Die Ministerin Anna Körber kam. „Nein“, sagte sie.", "sie", "Anna Körber"),
        (
            "Das Auswärtige Amt warnt vor Reisen. Das teilte das Ministerium mit.",
            "das Ministerium",
            "Auswärtiges Amt",
        ),
        ("Jens Uhlig forderte Mut. Falk Ahlers müsse gehen, sagte er.", "er", "Jens Uhlig"),
        ("Falk Ahlers sah das anders: Es sei falsch, sagte er.", "er", "Falk Ahlers"),
        (PAIR + "Ahlers winkte ab. „Nein“, sagte der Hamburger.", "der Hamburger", "Falk Ahlers"),
        (PAIR + "Der Hamburger Hafen ruht.", "Der Hamburger", None),
        (
            PAIR + "Ob Trainerin Ida Rau bleibt?\n\nXenia Roth ist krank. Falk Ahlers grüßt. Die 27-Jährige lacht.",
            "Die 27-Jährige",
            "Xenia Roth",
        ),
        (
            "Anna Körber lachte. Körber ging. Ihr Mann Jens Körber blieb. Er seufzte. Abends saß Körber da.",
            "Körber",
            "Anna Körber",
        ),
        ("Anna Körbers Anwältin traf Ida Rau. Sie lächelte.", "Sie", "Ida Rau"),
        ("Minister Falk Ahlers kam. Jens Uhlig lachte. „Nein“, sagte der Politiker.", "der Politiker", "Falk Ahlers"),
        ("Frau Rau traf Gäste. Herr Tamm lachte. Sie lächelte.", "Sie", "Rau"),
        (PAIR + "Die kamen am Montag.", "Die", None),
        (PAIR + "Ihre Forderung ist neu.", "Ihre Forderung", "Anna Körber"),
        ("Der Brand in Lindow (Berlin) war groß.", "Der Brand in Lindow (Berlin)", None),
        ("Falk Ahlers siegte. „Toll“, sagte der 45-Jährige.", "der 45-Jährige", "Falk Ahlers"),
        ("Die Gewerkschaft Komba klagt. Das teilte die Gewerkschaft mit.", "die Gewerkschaft", "Komba"),
        ("Falk Ahlers und Anna Körber kamen. Ahlers und sie lachten.", "sie", "Anna Körber"),
        ("Der Brite Gregory Pell traf Falk Ahlers. „Ja“, sagte der Brite.", "der Brite.", "Gregory Pell"),
        ("Verteidigerin Anna Körber kam. „Nein“, sagte die Strafrechtlerin.", "die Strafrechtlerin", "Anna Körber"),
        (
            "Schriftstellerin Anna Körber siegte. Ida Rau las nichts. Die Autorin selbst schwieg.",
            "Die Autorin",
            "Anna Körber",
        ),
        (
            "Ministerin Anna Körber kam. Verkehrsministerin Ida Rau auch. „Ja“, sagte die Umweltministerin.",
            "die Umweltministerin",
            "Anna Körber",
        ),
        (
            "Ein 24-Jähriger wurde gefasst. Staatsanwalt Falk Ahlers schwieg. Der 24-Jährige sitzt in Haft.",
            "Der 24-Jährige",
            None,
        ),
        (
            "Minister Falk Ahlers (CSU) kam.\n\n"
            + "Es regnete. " * 6
            + "\n\nMinisterpräsident Jens Uhlig versprach Hilfe. „Ja“, sagte der CSU-Chef.",
            "der CSU-Chef",
            "Jens Uhlig",
        ),
        (
            "Präsidentin Ida Rau sagte: „Nein.“ Ministerin Anna Körber nickte. „Ja“, betonte sie. Rau ging.",
            "sie",
            "Anna Körber",
        ),
        (
            "Richterin Anna Körber kam. Eine Zeugin aus Genf weinte. „Es war arg“, sagte die Frau.",
            "die Frau",
            None,
        ),
        (
            "Minister Falk Ahlers (CDU) kam. Das sagte das Ministerium.",
            "das Ministerium",
            None,
        ),
        (
            "Falk Ahlers rief: „Das reicht!“\n\nManager Jens Uhlig wollte nichts davon hören. „Nein“, betonte er.",
            "er",
            "Jens Uhlig",
        ),
    ],
)
def test_who_is_meant(extract: EntityExtractor, text: str, words: str, name: str | None) -> None:
    article = extract(clean_article(text))
    begin = text.rindex(words)
    meant = resolve(article, begin, begin + len(words.rstrip(".")))
    assert (meant.name if meant else None) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [("Anna Körber und Falk Ahlers", "Anna Körber und Falk Ahlers"), ("Ministerin Anna Körber", "Anna Körber")],
)
def test_speakers_together(extract: EntityExtractor, words: str, name: str) -> None:
    text = "Ministerin Anna Körber kam. Das sagten Anna Körber und Falk Ahlers am Montag."
    article = extract(clean_article(text))
    begin = text.index(words)
    assert Resolver(article).speaker(begin, begin + len(words))[1] == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Ministerin Anna Körber und Landrat Falk Ahlers", "Anna Körber und Falk Ahlers"),
        ("Ministerin Anna Körber und der frühere Landrat Falk Ahlers", "Anna Körber und Falk Ahlers"),
        ("Ministerin Anna Körber und ihr Sprecher Falk Ahlers", "Anna Körber und Falk Ahlers"),
        ("Anna Körber (CDU) und Falk Ahlers (SPD)", "Anna Körber und Falk Ahlers"),
        ("Anna Körber, Landrat Falk Ahlers und Prof. Ida Rau", "Anna Körber, Falk Ahlers und Ida Rau"),
        ("Anna Körber und lobte Landrat Falk Ahlers", "Anna Körber"),
        ("Anna Körber von der SPD", "Anna Körber"),
        ("SPD-Chefin Anna Körber", "Anna Körber"),
    ],
)
def test_speakers_together_may_have_roles(extract: EntityExtractor, words: str, name: str) -> None:
    article = extract(clean_article(f"Das geht so nicht, sagten {words}."))
    begin = article.text.index(words)
    assert Resolver(article).speaker(begin, begin + len(words))[1] == name


def test_the_owner_of_a_sprecher_does_not_speak(extract: EntityExtractor) -> None:
    text = "Oleg Marinow schwieg. Marinows Sprecher Piotr Lewandowicz redete."
    article = extract(clean_article(text))
    begin = text.index("Marinows")
    meant = resolve(article, begin, text.index(" redete"))
    assert meant is not None
    assert meant.name == "Piotr Lewandowicz"


def test_nobody_is_meant_within_quotes(extract: EntityExtractor) -> None:
    article = extract(clean_article("Falk Ahlers sagte: „Er hat gelogen.“"))
    assert [m.kind for m in article.entities[0].mentions] == ["name"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Seiner Meinung", "Falk Ahlers"),
        ("seinem Anwalt", None),
        ("Experten", None),
        ("dieser Entscheidung", None),
        ("Hamburgs SPD-Chef", "Falk Ahlers"),
        ("einem Zeugen", None),
    ],
)
def test_phrases_around_speakers(extract: EntityExtractor, words: str, name: str | None) -> None:
    text = (
        "SPD-Chef Falk Ahlers kam. Seiner Meinung nach ist das laut seinem Anwalt und dieser Entscheidung gut. "
        "Experten zweifeln, wie Hamburgs SPD-Chef sagte. Ahlers hat eigenen Angaben zufolge einem Zeugen geglaubt. "
    )
    begin = text.index(words)
    meant = resolve(extract(clean_article(text)), begin, begin + len(words))
    assert (meant.name if meant else None) == name
