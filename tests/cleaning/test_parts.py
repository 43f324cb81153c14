import pytest

from pipeline.cleaning import shapes
from pipeline.cleaning.agencies import agencies_in, is_agency_line
from pipeline.cleaning.bylines import byline_authors
from pipeline.cleaning.counts import words_of_lines
from pipeline.cleaning.datelines import dateline
from pipeline.cleaning.dates import rfc3339
from pipeline.cleaning.fingerprint import distance, fingerprints
from pipeline.cleaning.language import detect
from pipeline.cleaning.lines import Line, text_lines, words_of
from pipeline.cleaning.metadata import read_metadata
from pipeline.cleaning.normalise import line_text, normalise
from pipeline.cleaning.page import page_lines, parse
from pipeline.cleaning.phrases import match, split_tail
from pipeline.cleaning.rules import find_infobox
from tests.cleaning.pages import PARAGRAPHS

NORMALISED = [
    ("Bundes\u00adregierung", "Bundesregierung"),
    ("80\u00a0Millionen\u202fEuro", "80 Millionen Euro"),
    ("u\u0308ber", "über"),
    ("\ufeffein\u200bs", "eins"),
    ("Regie-\nrung", "Regierung"),
    ("Vor-\nund Nachteile", "Vor-\nund Nachteile"),
    ("fÃ¼r die KÃ¶nigin", "für die Königin"),
    ('„so“ »so« "so" ‚so‘', '„so“ »so« "so" ‚so‘'),
    ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
    ("\x00wort\x07", "wort"),
    ("Ärger\u00a0mit\u2009Pâté", "Ärger mit Pâté"),
    ("weit    weg", "weit weg"),
    ("\ud800wort 😀", "?wort 😀"),
    ("\x84so\x93 \x96 das", "„so“ – das"),
    ("ﬂeißig auﬀällig", "fleißig auffällig"),
    ("\ufb01 \ufb03 \ufb04 \ufb05 \ufb06", "fi ffi ffl st st"),
    (",,Halt“, rief er. (,,Nein“)\n,,Doch“", "„Halt“, rief er. („Nein“)\n„Doch“"),
    ("und,, dann,,weiter ,,5", "und,, dann,,weiter ,,5"),
]


@pytest.mark.parametrize(("text", "expected"), NORMALISED)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(("text", "expected"), NORMALISED)
def test_long_texts_are_normalised_as_short_ones(text: str, expected: str) -> None:
    rest = "\nDie Brücke ist gesperrt." * 50
    assert normalise(text + rest) == expected + rest


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Er sprach von einem &#132;Kraftakt&#147; &#150; und ging.", "Er sprach von einem „Kraftakt“ – und ging."),
        ("F&amp;uuml;r die Gr&amp;#252;nen &amp;amp; Co.", "Für die Grünen & Co."),
        ("Das Element &amp;lt;p&amp;gt; steht da.", "Das Element &lt;p&gt; steht da."),
    ],
)
def test_characters_that_pages_encode_wrongly_are_read(html: str, text: str) -> None:
    assert [line.text for line in page_lines(parse(f"<html><body><p>{html}</p></body></html>"))] == [text]


def test_entities_in_a_text_are_read() -> None:
    assert [line.text for line in text_lines("&bdquo;F&uuml;r alle&ldquo;, sagte er.")] == ["„Für alle“, sagte er."]


def test_the_words_of_all_lines_together_are_those_of_each() -> None:
    lines = ["Die Brücke, ach!", "— … —", "", "İstanbul_2 kostet 3½ €; Οδυσσεύς", "𝔄lt 𠀀 und \U000e0100neu\ud800", "x"]
    assert words_of_lines(lines) == [words_of(line) for line in lines]


@pytest.mark.parametrize(
    ("paragraph", "place"),
    [
        ("Genf – Das Treffen begann.", "Genf"),
        ("Berlin (dpa) - Die Ministerin kommt.", "Berlin"),
        ("Bad Neustadt (dpa/lnw) – Am Montag brannte es.", "Bad Neustadt"),
        ("Riad. Die Boxer sind da.", "Riad"),
        ("Riad (dpa): Die Boxer sind da.", "Riad"),
        ("Riad (mit Fotos): Die Boxer sind da.", None),
        ("Das Treffen – so hieß es – begann.", None),
        ("Verein verliert das Spiel – Trainer geht", None),
        ("Halle an der Saale – Es brannte.", "Halle an der Saale"),
        ("Rio de Janeiro (dpa) – Es brannte.", "Rio de Janeiro"),
        ("Neustadt a. d. Aisch – Es brannte.", "Neustadt a. d. Aisch"),
        ("Er kam. Sie ging.", None),
        ("Heute – nach langer Zeit – regnet es.", None),
        ("Berlin, 3. März (Reuters) - Es brannte.", "Berlin"),
        ("Aarau, 3. März 2024 – Es brannte.", "Aarau"),
        ("München (ots) - Die Brauerei baut um.", "München"),
        ("BERLIN taz | Es brannte.", "BERLIN"),
        ("WIEN. Es brannte wieder.", "WIEN"),
        ("Altersteilzeit – was heißt das eigentlich?", None),
        ("Regen. Wind. Die Kinder warten.", None),
        ("Rechtsanwalt Dr. Muster ordnet das Urteil ein.", None),
        ("Stimmt. Daran ist nichts zu ändern.", None),
    ],
)
def test_dateline(paragraph: str, place: str | None) -> None:
    found = dateline(paragraph)
    assert (found[0] if found else None) == place


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Von Ida Muster und Max von Beispiel", ["Ida Muster", "Max von Beispiel"]),
        ("Ein Kommentar von Ida Muster", ["Ida Muster"]),
        ("Ida Muster (Text), Max Beispiel (Bilder)", ["Ida Muster", "Max Beispiel"]),
        ("Ida Muster (Text und Fotos)", ["Ida Muster"]),
        ("Von Ida Muster (Text) und Max Beispiel (Bilder)", ["Ida Muster", "Max Beispiel"]),
        ("Ida Muster (Text), Max Beispiel (Bilder) 10.08.2023, 05.30 Uhr 3 min", ["Ida Muster", "Max Beispiel"]),
        ("Ida Muster (Textilarbeiterin) kam zu spät.", []),
        ("Ein Meinungsbeitrag von Ida Muster", ["Ida Muster"]),
        ("Gastkommentar von Ida Muster", ["Ida Muster"]),
        ("Ein Nachruf von Ida Muster", ["Ida Muster"]),
        ("Eine Recherche von Ida Muster und Max Beispiel", ["Ida Muster", "Max Beispiel"]),
        ("30. Aug. Verfasst von Ida Muster", ["Ida Muster"]),
        ("3. Mai 2024 Geschrieben von Ida Muster", ["Ida Muster"]),
        ("Gespeichert von Ida Muster am Mi., 02.04.2025 - 10:00", ["Ida Muster"]),
        ("Eingestellt von Ida Muster um 10:00", ["Ida Muster"]),
        ("02.04.2025 Erstellt von Ida Muster", ["Ida Muster"]),
        ("Erstellt von Ida Muster wurde auch der Plan.", []),
        ("Von der Straße in den Rat", []),
        ("Von Montag an wird gebaut.", []),
        ("Von Ida Muster fehlte am Abend noch jede Spur.", []),
        ("Von Alter Brücke und Neubauten", []),
        ("Autor/in: Ida Muster", ["Ida Muster"]),
        ("Von Ida Muster Lesezeit 3 Minuten", ["Ida Muster"]),
        ("Von Ida MusterKorrespondentin", ["Ida Muster"]),
        ("Von Ida Muster13.12.2022 - 08:13 Uhr", ["Ida Muster"]),
        ("Von Ida Muster Landespolitische Korrespondentin", ["Ida Muster"]),
        ("Autorin: Ida Muster, Projektleiterin der Stiftung in Tunis.", ["Ida Muster"]),
        ("Ein Interview von Ida Muster mit Max Beispiel", ["Ida Muster"]),
        ("Von Ida Muster mit dpa", ["Ida Muster"]),
        ("Von Ida Muster und dpa17.04.2024, 08:05 Uhr", ["Ida Muster"]),
        ("15.03.2024 von Ida Muster", ["Ida Muster"]),
        ("von Frau_Muster Veröffentlicht am 11. Juni 2019", ["Frau_Muster"]),
        ("Von Montag, 12. März 2024", []),
        ("Von Montag 12. März 2024", []),
        ("Veröffentlicht am 15. März 2024 von Ida Muster", ["Ida Muster"]),
        ("Geschrieben von: Ida Muster", ["Ida Muster"]),
        ("Das Gespräch führte Ida Muster", ["Ida Muster"]),
        ("Die Fragen stellten Ida Muster und Max Beispiel.", ["Ida Muster", "Max Beispiel"]),
        ("Am 12. März 2024 wurde von Ida Muster ein Baum gepflanzt.", []),
        ("Von Ida McMuster und Max des Beispiels", ["Ida McMuster", "Max des Beispiels"]),
    ],
)
def test_byline(line: str, names: list[str]) -> None:
    assert byline_authors(line) == names


@pytest.mark.parametrize(
    ("line", "agencies"),
    [
        ("Steinau (ots)", ["ots"]),
        ("Bad Neustadt (dpa/lnw) –", ["dpa"]),
        ("WIEN (OTS)", ["ots"]),
        ("12. Jänner 2024, 09:14 Uhr | APA/Red.", ["APA"]),
        ("Gestern brannte es in Neustadt (dpa)", None),
    ],
)
def test_agency_lines(line: str, agencies: list[str] | None) -> None:
    assert is_agency_line(line, words_of(line)) == (agencies is not None)
    if agencies is not None:
        assert list(dict.fromkeys(agencies_in(line, whole=True))) == agencies


@pytest.mark.parametrize(
    "line",
    [
        "Stand: 12.03.2024, 16:40 Uhr",
        "12. März 2024",
        "Lesezeit: 5 Min.",
        "3 min read·Sep 27, 2021",
        "Mar 01, 2024",
        "06. Feb. 2024— 4 min read",
        "vor 2 Std.",
        "Pressemitteilung Nr. 41/2024",
        "Medienmitteilung vom 3. Feber 2024",
        "Erstmeldung vom 2. Juli 2024, 10:15 Uhr",
        "Letzte Änderung: 14.06.2006",
    ],
)
def test_times(line: str) -> None:
    assert shapes.is_time(line)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Meistgelesene Artikel", "teaser"),
        ("KOMMENTARE (12)", "comments"),
        ("Lesen Sie auch: Brücke gesperrt", "related"),
        ("– Anzeige –", "advert"),
    ],
)
def test_phrases(line: str, reason: str) -> None:
    hit = match(line, words_of(line))
    assert hit is not None
    assert hit.reason == reason


def test_glued_boilerplate_is_split_off() -> None:
    assert split_tail("So endet es.* hafenbote.example ist ein Angebot von NORDBLATT.") == (
        "So endet es.",
        "* hafenbote.example ist ein Angebot von NORDBLATT.",
        "legal",
    )
    assert split_tail("Der Preis* gilt nur heute.") is None


def test_fingerprints_are_those_that_earlier_articles_have() -> None:
    """They are kept in the state and by users: with others no copy of what came before would be known."""
    content, near = fingerprints("\n\n".join(PARAGRAPHS))
    assert (content[:16], near) == ("73221b118c303d4b", "b65f72882fed1330")


def test_fingerprints_tell_copies_from_other_texts() -> None:
    text = "\n\n".join(PARAGRAPHS)
    edited = (
        text.replace("Süderhafen (dpa) – ", "")
        .replace("am Montag", "am Montagabend")
        .replace("erleichtert", "sehr erleichtert")
    )
    content, near = fingerprints(text)
    assert fingerprints(text.replace("\n\n", "\n").upper())[0] == content
    assert fingerprints(edited)[0] != content
    assert distance(near, fingerprints(edited)[1]) <= 3
    other = "\n".join(PARAGRAPHS[:2]).replace("Brücke", "Fähre").replace("Stadt", "Kreis")
    assert distance(near, fingerprints(other)[1]) > 3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ministerin verspricht schnellen Neubau der Brücke", "de"),
        ("Minister promises to rebuild the bridge quickly", "en"),
        ("La ministre promet de reconstruire le pont rapidement", "fr"),
    ],
)
def test_language_of_headlines(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-03-12T16:40:00+0100", "2024-03-12T16:40:00+01:00"),
        ("2024-03-12T15:40:00.000Z", "2024-03-12T15:40:00Z"),
        ("2024-07-12 16:40", "2024-07-12T16:40:00+02:00"),
        ("1893-04-02", "1893-04-02T00:00:00+01:00"),
        ("1893-04-01", "1893-04-01T00:00:00+00:53"),
        ("1880-01-01T10:30:00-23:59:59", "1880-01-01T10:30:00-23:59"),
        ("1880-01-01T10:30:00-00:00:21", "1880-01-01T10:30:00Z"),
        ("gestern", None),
        (None, None),
    ],
)
def test_times_are_written_as_rfc_3339(written: str | None, expected: str | None) -> None:
    assert rfc3339(written) == expected


def test_the_sites_name_is_no_part_of_the_title() -> None:
    page = '<title>Brücke da | Hafenbote</title><meta property="og:site_name" content="Hafenbote"><h1>Brücke da</h1>'
    assert read_metadata(parse(page)).title == "Brücke da"


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("Hafenbote", []),
        ("Hafenbote Online", []),
        ("Ute Muster", ["Ute Muster"]),
        ("https://hafenbote.example/ute", []),
    ],
)
def test_the_site_is_not_the_author(author: str, authors: list[str]) -> None:
    head = f'<meta name="author" content="{author}"><meta property="og:site_name" content="Hafenbote">'
    assert read_metadata(parse(f"<title>Brücke da</title>{head}<p>Text</p>")).authors == authors


def test_comments_and_instructions_of_a_page_are_no_text() -> None:
    page = "<p>Die Brücke<!-- Foto fehlt noch --> ist gesperrt.</p><?php echo 1 ?><!-- Ende --><p>Seit Montag.</p>"
    assert [line.text for line in page_lines(parse(page))] == ["Die Brücke ist gesperrt.", "Seit Montag."]


def test_white_space_is_folded_in_a_line() -> None:
    assert line_text(" ein\n\tWort ") == "ein Wort"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Ida Muster: Nein.", "Muster"),
        ("Muster: Das war so.", "Muster"),
        ("Sie sagte: Nein.", None),
        ("Muster sagt es.", None),
    ],
)
def test_turns(line: str, name: str | None) -> None:
    assert shapes.turn_of(line) == name


def test_no_value_of_an_infobox_is_lost_where_a_key_comes_again() -> None:
    given = {"Name": "Firma AG", "Branche": "Bau", "Sitz": "Kiel"}
    values = ["1 Mio", "2 Mio", "3 Mio", "4 Mio"]
    lines = [f"{key}: {value}" for key, value in given.items()] + [f"Sitz (netto): {value}" for value in values]
    box = find_infobox([Line(text) for text in lines])
    assert [*box.values()] == [*given.values(), *values]


@pytest.mark.parametrize(
    ("lines", "is_box"),
    [
        (["Name: Ida Lorenzen", "Partei: SPD", "Amt: Ministerin"], True),
        (["Gewalt: Wie ein Verein in Waldau hilft", "Geheimdienste: Wer die Boten wirklich sind",
          "Familie: Was Großeltern heute anders machen"], False),
        (["Name: cookie_1", "Anbieter: bote.example", "Laufzeit: ein Tag"], False),
        (["Höhe: 512 Meter", "Einwohner: 1200", "Bach: Lohra"], True),
    ],
)  # fmt: skip
def test_a_fact_box_has_known_keys_and_short_values(lines: list[str], is_box: bool) -> None:
    assert bool(find_infobox([Line(line) for line in lines])) == is_box


def test_teasers_with_a_kicker_are_no_fact_box() -> None:
    items = "".join(f'<li><a href="/{key}">{key}: {key} heute</a></li>' for key in ("Familie", "Beruf", "Religion"))
    assert find_infobox(page_lines(parse(f"<ul>{items}</ul>"))) == {}
