import pytest

from tests.quotes.reading import found_by_rules, readable, words
from tests.support.timing import least_seconds

DIRECT = [
    ("„Wir bauen neu“, sagte Chefin Hanna Obst am Montag.", "„Wir bauen neu“", "Chefin Hanna Obst", "sagte"),
    ("Hanna Obst sagte: „Wir bauen die Brücke neu.“", "„Wir bauen die Brücke neu.“", "Hanna Obst", "sagte"),
    ("»Das Geld reicht nicht«, klagte der Kämmerer.", "»Das Geld reicht nicht«", "der Kämmerer", "klagte"),
    ("„Das Geld reicht nicht“, sagte Reif und erntete lauten Beifall.", "„Das Geld reicht nicht“", "Reif", "sagte"),
    ("„Das reicht“, sagten Reif und alle anderen Räte.", "„Das reicht“", "Reif und alle anderen Räte", "sagten"),
    ("„Das reicht“, sagte Reif und lachte", "„Das reicht“", "Reif", "sagte"),
    ("«Das Geld fehlt», so der Kämmerer Jonas Reif.", "«Das Geld fehlt»", "der Kämmerer Jonas Reif", "so"),
    ('"Das Geld reicht nicht", teilte die Stadt mit.', '"Das Geld reicht nicht"', "die Stadt", "teilte … mit"),
    ("“Das Geld reicht nicht”, meinte er.", "“Das Geld reicht nicht”", "er", "meinte"),
    ("Das sei, so Obst, „ein guter Tag“.", "„ein guter Tag“", "Obst", "so"),
    ("Jonas Reif wörtlich: „Wir müssen sparen.“", "„Wir müssen sparen.“", "Jonas Reif", ""),
    ("Ihr Rat an alle Eltern: „Bleiben Sie ruhig.“", "„Bleiben Sie ruhig.“", "Ihr Rat", ""),
    ("Der konterte prompt: „Das stimmt nicht.“", "„Das stimmt nicht.“", "Der", "konterte"),
    ("Stürmer Jonas Reif sagte: ‚Das war stark.‘", "‚Das war stark.‘", "Stürmer Jonas Reif", "sagte"),
    ("›Wir träumen nicht‹, betonte Obst.", "›Wir träumen nicht‹", "Obst", "betonte"),
    ("‹Wir träumen nicht›, so Obst.", "‹Wir träumen nicht›", "Obst", "so"),
    ("'Da geht's lang', sagte Obst.", "'Da geht's lang'", "Obst", "sagte"),
    ("Obst nannte das ‚völlig unnötig‘.", "‚völlig unnötig‘", "Obst", "nannte"),
    ("Er erzählte: „Sie rief ‚Hilfe!‘ und lief.“", "„Sie rief ‚Hilfe!‘ und lief.“", "Er", "erzählte"),
]  # fmt: skip

QUOTED_BY_OTHERS = [
    ("Das Blatt zitiert einen Zeugen mit den Worten: „Ich lief weg.“", "einen Zeugen"),
    ("Die Agentur Nordpress zitierte dazu Jonas Reif: „Ich lief weg.“", "Jonas Reif"),
    ("„Ich lief weg.“, zitiert das „Tagblatt“ Jonas Reif in einem Bericht.", "Jonas Reif"),
    ("Reif, Chef der Stadt, wird vom „Tagblatt“ zitiert: „Ich lief weg.“", "Reif, Chef der Stadt"),
    ("Reif wird in einer Mitteilung der Stadt zitiert: „Ich lief weg.“", "Reif"),
    ("„Ich lief weg.“, wird in einem Bericht der Stadt zitiert.", "einem Bericht der Stadt"),
    ("„Ich lief weg.“, wird im Mai zitiert.", ""),
    ("„Ich lief weg.“, wird im Tagblatt zitiert.", "Tagblatt"),
    ("„Ich lief weg.“, wie Reif von Nordpress zitiert wird.", "Reif"),
]  # fmt: skip

INDIRECT = [
    ("Obst erklärte, dass die Brücke fertig werde.", "dass die Brücke fertig werde", "Obst", "erklärte"),
    ("Obst sagte, die Brücke werde fertig.", "die Brücke werde fertig", "Obst", "sagte"),
    ("Obst sagte, nichts zu verlieren habe sie.", "nichts zu verlieren habe sie", "Obst", "sagte"),
    ("Die Stadt teilte mit, der Bau verzögere sich.", "der Bau verzögere sich", "Die Stadt", "teilte mit"),
    ("Obst gab bekannt, dass sie nicht mehr antritt.", "dass sie nicht mehr antritt", "Obst", "gab bekannt"),
    ("Obst kündigte an, die Brücke im Mai zu eröffnen.", "die Brücke im Mai zu eröffnen", "Obst", "kündigte an"),
    ("Reif hat nun gefordert, die Schule zu schließen.", "die Schule zu schließen", "Reif", "hat … gefordert"),
    ("Reif, der seit Mai im Amt ist, sagte, das Geld reiche nicht.", "das Geld reiche nicht", "Reif", "sagte"),
    ("Nun hatte Reifs Anwältin Ute Lamm gesagt, er sei da.", "er sei da", "Reifs Anwältin Ute Lamm", "hatte … gesagt"),
    ("Jonas Reif, Kämmerer der Stadt, sagte, er sei krank.", "er sei krank", "Jonas Reif, Kämmerer der Stadt", "sagte"),
    ("Von der Weide sagte, sie sei zufrieden.", "sie sei zufrieden", "Von der Weide", "sagte"),
    ("Den Vorwurf wies Obst zurück und sagte, er sei falsch.", "er sei falsch", "Obst", "sagte"),
    ("Die Brücke sei sicher, sagte Obst.", "Die Brücke sei sicher", "Obst", "sagte"),
    ("Laut Jonas Reif fehlen zwei Millionen Euro.", "fehlen zwei Millionen Euro", "Jonas Reif", "Laut"),
    ("Nach Angaben der Polizei wurde niemand verletzt.", "wurde niemand verletzt", "Angaben der Polizei", "Nach"),
    ("Der Polizei zufolge wurde niemand verletzt.", "wurde niemand verletzt", "Der Polizei", "zufolge"),
    ("Wie die Feuerwehr mitteilte, brannte nur das Dach.", "brannte nur das Dach", "die Feuerwehr", "mitteilte"),
    ("Das Dach, so Obst, wird im Mai erneuert.", "Das Dach … wird im Mai erneuert", "Obst", "so"),
    ("Der Bau stockt, heißt es in einem Brief der Stadt.", "Der Bau stockt", "einem Brief der Stadt", "heißt es"),
    ("Der Bau beginnt im Mai. Das sagte Obst am Dienstag.", "Der Bau beginnt im Mai. … Das", "Obst", "sagte"),
    ("Die Stadt warnt: Die Keller laufen bald voll.", "Die Keller laufen bald voll", "Die Stadt", "warnt"),
    ("Jonas Reif sah das anders: Die Brücke sei sicher.", "Die Brücke sei sicher", "Jonas Reif", "sah"),
    ("Obst wies das zurück: Man habe alle gefragt.", "Man habe alle gefragt", "Obst", "wies … zurück"),
    ("Obst sagte, es sei Geld da, und Reif behauptet das Gegenteil.", "es sei Geld da", "Obst", "sagte"),
    ("Obst sagte zu Beginn, es sei Geld da.", "es sei Geld da", "Obst", "sagte"),
    ("Chefin Dr.-Ing. Hanna Obst sagte, es sei gut.", "es sei gut", "Chefin Dr.-Ing. Hanna Obst", "sagte"),
    ("Kurz nach acht Uhr warnte Reif: Zwei Masten sind kaputt.", "Zwei Masten sind kaputt", "Reif", "warnte"),
    ("Reif sagte, die Bürger:innen seien zufrieden.", "die Bürger:innen seien zufrieden", "Reif", "sagte"),
    ("Sie solle nach Reifs Ansicht offensiver vorgehen.", "Sie solle … offensiver vorgehen", "Reifs Ansicht", "nach"),
    ("Laut Anna Krol vom Amt ist es ruhig.", "ist es ruhig", "Anna Krol vom Amt", "Laut"),
    ("Sie sind laut Polizei von dem Brand betroffen.", "Sie sind … von dem Brand betroffen", "Polizei", "laut"),
    ("Angesprochen auf das Geld meinte Reif, es sei da.", "es sei da", "Reif", "meinte"),
    ("Während Obst den Bau begrüßt hatte, warnte Reif, er sei laut.", "er sei laut", "Reif", "warnte"),
    ("Der Bau wurde nach VDN-Angaben von allen gelobt.", "Der Bau wurde … von allen gelobt", "VDN-Angaben", "nach"),
    ("Obst bestätigte wie befürchtet, es sei zu spät.", "es sei zu spät", "Obst", "bestätigte"),
    ("Er zeigte sich überzeugt, dass es gut sei.", "dass es gut sei", "Er", "zeigte"),
    ("Der neuen Chefin sagte Obst, es sei gut.", "es sei gut", "Obst", "sagte"),
    ("Der zuständigen Behörde teilte Obst mit, es sei gut.", "es sei gut", "Obst", "teilte … mit"),
    ("Nach Angaben Berliner Ärzte ist es gut.", "ist es gut", "Angaben Berliner Ärzte", "Nach"),
    ("Das Dach, so jedenfalls Obst, wird im Mai erneuert.", "Das Dach … wird im Mai erneuert", "Obst", "so"),
    ("Nach den Angaben von Obst war es laut.", "war es laut", "den Angaben von Obst", "Nach"),
    ("Laut Bundesamt für Statistik sinkt die Zahl.", "sinkt die Zahl", "Bundesamt für Statistik", "Laut"),
    ("Dem Amt für Umwelt (AfU) zufolge sinkt sie.", "sinkt sie", "Dem Amt für Umwelt (AfU)", "zufolge"),
    ("Das ist laut Polizei für Kinder gut.", "Das ist … für Kinder gut", "Polizei", "laut"),
    ("Das ist laut Amt für alle Kinder gut.", "Das ist … für alle Kinder gut", "Amt", "laut"),
    ("Das sei falsch, ätzte der Kämmerer.", "Das sei falsch", "der Kämmerer", "ätzte"),
    ("Aus Kreisen der Stadt verlautete, es sei Geld da.", "es sei Geld da", "Kreisen der Stadt", "verlautete"),
    ("Deren neue Chefin sagte, es sei Geld da.", "es sei Geld da", "Deren neue Chefin", "sagte"),
    ("Die Forderung, die Schule zu schließen, verstörte alle.", "die Schule zu schließen", "", "Die Forderung"),
    ("Gemäß Polizei wurde niemand verletzt.", "wurde niemand verletzt", "Polizei", "Gemäß"),
    ("Gemäss Zürcher Kantonspolizei ist es ruhig.", "ist es ruhig", "Zürcher Kantonspolizei", "Gemäss"),
    ("Gemäss Gemeindepräsident Jonas Reif fehlt Geld.", "fehlt Geld", "Gemeindepräsident Jonas Reif", "Gemäss"),
    ("Gemäss Anna Krol ist es ruhig.", "ist es ruhig", "Anna Krol", "Gemäss"),
    ("Der Bau stockt, heisst es bei der Stadt.", "Der Bau stockt", "der Stadt", "heisst es"),
    ("Die Stadt begrüsst, dass der Kanton zahlt.", "dass der Kanton zahlt", "Die Stadt", "begrüsst"),
    ("Reif schliesst aus, dass Geld da ist.", "dass Geld da ist", "Reif", "schliesst aus"),
    ("Ausserdem sagte Reif, es sei Geld da.", "es sei Geld da", "Reif", "sagte"),
]  # fmt: skip

GOING_ON = [
    (
        "Obst klagte. Projektleiter Jonas Reif winkte ab. „Wir halten alle Abstände ein.“",
        "„Wir halten alle Abstände ein.“",
        "Projektleiter Jonas Reif",
    ),
    ("Obst sagte, es sei gut. Jonas Reif zeigte sich besorgt. Das sei zu wenig.", "Das sei zu wenig.", "Jonas Reif"),
    (
        "Laut Obst war Reif müde. Als das Geld fehlte, habe er beschlossen, zu gehen.",
        "Als das Geld fehlte, habe er beschlossen, zu gehen.",
        "Obst",
    ),
    ("Obst sagte, es sei gut. Reif kennt das. Das sei zu wenig. Jonas Reif ging.", "Das sei zu wenig.", "Reif"),
    ("Obst sagte, es sei gut. Morgen beruhige sich der Wind.", "Morgen beruhige sich der Wind.", "Obst"),
    ("Obst sagte, es sei gut. Es bestehe Hoffnung.", "Es bestehe Hoffnung.", "Obst"),
]

NO_ADDRESSEES = [
    "Obst hat den Ausbau der Brücke angekündigt.",
    "Ihr Gegenüber Jonas Reif sagte: „Das ist gut.“",
]

SPEAKERS = [
    ("Hanna Obst", " den Reportern"),
    ("Hanna Obst", " der Runde"),
    ("Reif", " der Bundeswehr-Sendung"),
    ("Ministerin Julia Winter", ""),
    ("Ministerin Julia Winter", " am Freitag"),
    ("Julia Freitag (SPD)", ""),
    ("Ministerin Julia Obst", " Freitag vor Journalisten"),
    ("Julia", " Mitte März"),
    ("Jonas von der Weide", ""),
    ("Präsident Jonas Van der Weide", ""),
    ("Jonas van den Berg", ""),
    ("Hanna Obst vom Bund der Bauern", ""),
    ("Jonas Reif, Erster Vorsitzender der SPD", ""),
    ("das Amt für Statistik", " am Montag"),
    ("Hanna Obst vom Ministerium für Kultus, Jugend und Sport", ""),
    ("Jonas Reif von der „taz“", ""),
    ("Jonas Reif vom Magazin „brand eins“", ""),
]

WHOLE = [
    ("Die Anwohner forderten einen Zebrastreifen vor der Schule.", "Reported", "Die Anwohner"),
    ("Der Angeklagte soll die Akten vernichtet haben.", "FreeIndirect", ""),
]

NOTHING = [
    "Das Urteil des Gerichts: zwei Jahre Haft auf Bewährung.",
    "Obsts Kritik: drei von fünf Sternen im Test.",
    "Die Frage der Stunde: Wann kommt der Zug endlich?",
    "Das Wetter bleibt schön.",
    "Die Folge: Die Brücke sei gesperrt.",
    "Der Film ‚Die stille Stadt‘ läuft im Kino ‚Apollo‘.",
    "Der Film „Die stille Stadt“ läuft im Kino „Apollo“.",
    "Die sogenannte „Nordroute“ ist gesperrt.",
    "Die Stadt baut eine Brücke, die sehr lang ist.",
    "Die Frau hörte laute Rufe aus dem Haus.",
    "Der Verein feierte sein Fest, obwohl es regnete.",
    "Gemäß dem Vertrag mit der Polizei zahlt die Stadt.",
    "Gemäß den Vorgaben der Regierung wird gespart.",
    "Gemäss Gesetz ist das verboten.",
]


@pytest.mark.parametrize(("text", "quote", "speaker", "cue"), DIRECT)
def test_direct_speech(text: str, quote: str, speaker: str, cue: str) -> None:
    assert readable(text) == [("Direct", quote, speaker, cue)]


@pytest.mark.parametrize(("text", "speaker"), QUOTED_BY_OTHERS)
def test_who_is_quoted_speaks_and_not_who_quotes(text: str, speaker: str) -> None:
    assert [found[:3] for found in readable(text)] == [("Direct", "„Ich lief weg.“", speaker)]


@pytest.mark.parametrize(("text", "quote", "speaker", "cue"), INDIRECT)
def test_indirect_speech(text: str, quote: str, speaker: str, cue: str) -> None:
    assert readable(text) == [("Indirect", quote, speaker, cue)]


@pytest.mark.parametrize(("speaker", "behind"), SPEAKERS)
def test_where_a_speaker_ends(speaker: str, behind: str) -> None:
    ((_, _, found, _),) = readable(f"„Das Geld reicht nicht“, sagte {speaker}{behind}.")
    assert found == speaker


@pytest.mark.parametrize(("text", "type_", "speaker"), WHOLE)
def test_whole_sentences(text: str, type_: str, speaker: str) -> None:
    assert readable(text) == [(type_, text, speaker, "")]


@pytest.mark.parametrize("text", NOTHING)
def test_nothing_said(text: str) -> None:
    assert readable(text) == []


@pytest.mark.parametrize(("text", "quote", "speaker"), GOING_ON)
def test_who_the_sentence_before_is_about_goes_on(text: str, quote: str, speaker: str) -> None:
    assert readable(text)[-1][1:3] == (quote, speaker)


@pytest.mark.parametrize("text", NO_ADDRESSEES)
def test_things_and_subjects_are_nobody_who_was_told(text: str) -> None:
    assert [quote.addressee_spans for quote in found_by_rules(text)] == [[]]


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("Obst lobte den Plan, Reif sagte, er sei unausgegoren.", "er sei unausgegoren", "Reif"),
        ("Obst lobte den Plan; Reif sagte, er sei unausgegoren.", "er sei unausgegoren", "Reif"),
        ("Obst begrüßte den Plan, die Grünen erklärten, er komme zu spät.", "er komme zu spät", "Grünen"),
        ("Er komme zu spät, sagte Obst; Reif fordert mehr Geld.", "Er komme zu spät", "Obst"),
        ("Obst wies das zurück: Man habe gefragt, sagte sie.", "Man habe gefragt", "Obst"),
        ("Dem widersprach Obst, die nun aussagte: Man habe gefragt.", "Man habe gefragt", "Obst"),
        ("Obst sagte, Reif behauptet, es sei Geld da.", "Reif behauptet, es sei Geld da", "Obst"),
        ("Obst kündigte an, Akteneinsicht zu fordern.", "Akteneinsicht zu fordern", "Obst"),
    ],
)
def test_whose_words_they_are_in_a_sentence_with_two_speakers(text: str, quote: str, speaker: str) -> None:
    assert [found[1:3] for found in readable(text)] == [(quote, speaker)]


@pytest.mark.parametrize(
    ("text", "quote", "speaker"),
    [
        ("Das sei, sagte Landrat Jonas Reif, Unsinn.", "Das sei … Unsinn", "Landrat Jonas Reif"),
        ("Das ist, sagt Reif, ein Skandal.", "Das ist … ein Skandal", "Reif"),
        ("Er habe, sagte der Arzt, Fieber.", "Er habe … Fieber", "der Arzt"),
        ("Er habe, sagte der Arzt, hohes Fieber und Husten.", "Er habe … hohes Fieber und Husten", "der Arzt"),
        ("Die Lage sei, betonte Hanna Obst, Grund zur Sorge.", "Die Lage sei … Grund zur Sorge", "Hanna Obst"),
        ("Das sei, sagte Reif, Unsinn, weil Geld fehle.", "Das sei … Unsinn, weil Geld fehle", "Reif"),
        ("Wichtig sei, sagte Reif, dass alle kommen.", "Wichtig sei … dass alle kommen", "Reif"),
        ("Das sei, so Reif, Unsinn.", "Das sei … Unsinn", "Reif"),
        ("Das sei, wie Reif sagte, Unsinn.", "Das sei … Unsinn", "Reif"),
        ("Das sei, ätzte der Kämmerer, Unsinn.", "Das sei … Unsinn", "der Kämmerer"),
        ("Das sei, sagte Reif, Leiter des Amtes, falsch.", "Das sei … falsch", "Reif, Leiter des Amtes"),
        ("Das sei, sagte Reif, der seit Mai da ist, Unsinn.", "Das sei … Unsinn", "Reif"),
        (
            "Das sei, wie Reif, Leiter des Amtes, sagte, Sache der Stadt.",
            "Das sei … Sache der Stadt",
            "Reif, Leiter des Amtes",
        ),
        ("Die Lage sei ernst, sagte Reif, Leiter des Amtes.", "Die Lage sei ernst", "Reif, Leiter des Amtes"),
        ("Das sei falsch, sagte Jonas Reif, Chef bei Nordpress.", "Das sei falsch", "Jonas Reif, Chef bei Nordpress"),
        ("Er komme, sagte Hanna Obst, Leiterin des Amtes.", "Er komme", "Hanna Obst, Leiterin des Amtes"),
        ("Ob er da sei, fragte Hanna Obst, Leiterin des Amtes.", "Ob er da sei", "Hanna Obst, Leiterin des Amtes"),
        (
            "Er frage, wo er sei, sagte Hanna Obst, Leiterin des Amtes.",
            "Er frage, wo er sei",
            "Hanna Obst, Leiterin des Amtes",
        ),
    ],
)
def test_a_statement_goes_on_behind_a_frame_in_its_middle(text: str, quote: str, speaker: str) -> None:
    assert [found[:3] for found in readable(text)] == [("Indirect", quote, speaker)]


@pytest.mark.parametrize(
    ("asked", "speaker"),
    [
        ("Gefragt, ob er gehe", ""),
        ("Danach gefragt, ob er gehe", ""),
        ("Darauf angesprochen, warum er gehe", ""),
        ("Von einer Reporterin gefragt, ob er gehe", "einer Reporterin"),
    ],
)
def test_who_is_asked_does_not_ask(asked: str, speaker: str) -> None:
    frame, question = asked.split(", ")
    assert [found[:3] for found in readable(f"{frame}, {question}, sagte Karl Obst: „Nein, noch lange nicht.“")] == [
        ("Indirect", question, speaker),
        ("Direct", "„Nein, noch lange nicht.“", "Karl Obst"),
    ]


def test_who_was_asked_by_somebody_named_is_asked_by_him() -> None:
    ((_, said, speaker, _),) = readable("Reif wurde von Karl Obst gefragt, ob er gehe.")
    assert (said, speaker) == ("ob er gehe", "Karl Obst")


def test_what_was_asked_within_speech_is_a_part_of_it() -> None:
    text = "Obst sagte, sie sei froh. Reif habe auf die Frage, ob er gehe, geschwiegen."
    assert [(words(text, c.spans), c.rule) for c in found_by_rules(text)] == [
        ("sie sei froh", "verb-subjunctive"),
        ("Reif habe auf die Frage, ob er gehe, geschwiegen.", "carried-on"),
    ]


def test_a_sentence_with_a_speaker_of_its_own_does_not_go_on() -> None:
    text = "Obst sagte, es sei gut. Jonas Reif berichtete von Klassen, in denen nichts stattfinde. Es fehle an Geld."
    assert [(kind, speaker) for kind, _, speaker, _ in readable(text)] == [
        ("Indirect", "Obst"),
        ("Reported", "Jonas Reif"),
        ("IndirectFreeIndirect", "Jonas Reif"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Obst sagte, es gebe Geld. Das bestätigte auch Jonas Reif.", [("es gebe Geld", "Obst")]),
        ("Es gebe Geld, sagte Obst. Das sagte am Montag auch Jonas Reif.", [("Es gebe Geld", "Obst")]),
        ("Der Bau ruht. Das bestätigte auch Obst.", [("Der Bau ruht. … Das", "Obst")]),
        (
            "Der Zeuge sagte, er lief weg. Das teilte die Stadt mit.",
            [("Der Zeuge sagte, er lief weg. … Das", "die Stadt")],
        ),
    ],
)
def test_who_confirms_what_somebody_said_does_not_say_it(text: str, found: list[tuple[str, str]]) -> None:
    assert [quote[1:3] for quote in readable(text)] == found


def test_a_line_before_introduces_a_quote() -> None:
    text = "Anna Krol kam. Die 81-Jährige erzählt:\n\n„Es regnete sehr.\n\n„Dann kam die Feuerwehr.“"
    assert readable(text) == [("Direct", "„Es regnete sehr. … „Dann kam die Feuerwehr.“", "Die 81-Jährige", "")]


def test_what_is_said_therein_goes_on() -> None:
    text = "Obst schreibt, sie wolle zuhören. „Es gibt viel zu tun“, heißt es darin. Es fehle an Zeit."
    assert readable(text)[-1][1:3] == ("Es fehle an Zeit.", "Obst")


def test_a_time_stamp_is_not_the_speaker() -> None:
    assert readable("13.55 Uhr: THW-Sprecherin Anna Krol: „Wir helfen allen.“") == [
        ("Direct", "„Wir helfen allen.“", "THW-Sprecherin Anna Krol", "")
    ]


def test_konjunktiv_is_carried_on_over_sentences() -> None:
    text = "Die Brücke sei sicher, sagte Obst. Es gebe keinen Grund zur Sorge. Das Geld sei da. Im Mai beginnt der Bau."
    assert readable(text) == [
        ("Indirect", "Die Brücke sei sicher", "Obst", "sagte"),
        ("IndirectFreeIndirect", "Es gebe keinen Grund zur Sorge.", "Obst", ""),
        ("IndirectFreeIndirect", "Das Geld sei da.", "Obst", ""),
    ]


def test_whom_something_is_said_to_may_stand_before_the_speaker() -> None:
    text = "Das Geld fehle, sagte gegenüber dem Tagblatt die Chefin Hanna Obst."
    (quote,) = found_by_rules(text)
    assert words(text, quote.speaker_spans) == "die Chefin Hanna Obst"
    assert words(text, quote.addressee_spans) == "dem Tagblatt"


@pytest.mark.parametrize("answer", ["und Rolf antwortet", "dann antwortet Rolf"])
def test_who_asks_before_a_colon_is_not_who_answers_behind_the_question(answer: str) -> None:
    text = f"Wenn Vera fragt: „Hast du mich je gesehen?“, {answer}: „Du warst im Licht.“"
    assert [(speaker, cue) for _, _, speaker, cue in readable(text)] == [("Vera", "fragt"), ("Rolf", "antwortet")]


@pytest.mark.parametrize("topic", ["Über den Schiedsrichter", "Zu Hanno Obst", "Und zu Hanno Obst", "Zum Geld"])
def test_what_stands_behind_a_preposition_before_a_colon_is_no_speaker(topic: str) -> None:
    text = f"„Gut“, sagte Jonas Reif. {topic}: „Er hat recht.“"
    assert [words(text, one.speaker_spans) for one in found_by_rules(text)] == ["Jonas Reif", "Jonas Reif"]


@pytest.mark.parametrize(
    ("text", "charge", "owner"),
    [
        ("Obst bestritt den Vorwurf, er habe gelogen.", "er habe gelogen", ""),
        ("Obst hat den Vorwurf zurückgewiesen, das Geld sei weg.", "das Geld sei weg", ""),
        ("Obst widersprach der Kritik, das Geld sei weg.", "das Geld sei weg", ""),
        ("Obst wies die Kritik zurück, dass das Geld weg sei.", "dass das Geld weg sei", ""),
        ("Obst wies den Vorwurf von sich, er habe gelogen.", "er habe gelogen", ""),
        ("Obst wies Gerüchte zurück, wonach sie gehe.", "sie gehe", ""),
        ("Obst wies den Vorwurf zurück, das Geld verspielt zu haben.", "das Geld verspielt zu haben", ""),
        ("Obst widersprach der Behauptung des Rats, das Geld sei weg.", "das Geld sei weg", "des Rats"),
        ("Obst wehrt sich gegen den Vorwurf, dass sie lüge.", "dass sie lüge", ""),
        ("Obst verneinte die Frage, ob sie gehe, und sagte, sie bleibe.", "ob sie gehe", ""),
        ("Obst bestritt den Vorwurf, er habe gelogen und betrogen.", "er habe gelogen und betrogen", ""),
        ("Obst verneinte die Frage, ob er gehe: Er habe noch viel vor.", "ob er gehe", ""),
        ("Obst bestritt den Vorwurf, er habe gelogen; er habe sich geirrt.", "er habe gelogen", ""),
        ("Obst bestritt den Vorwurf, er habe gelogen – er habe sich geirrt.", "er habe gelogen", ""),
    ],
)
def test_what_somebody_rejects_is_of_others(text: str, charge: str, owner: str) -> None:
    (rejected,) = [one for one in found_by_rules(text) if one.rule == "rejected"]
    assert (words(text, rejected.spans), words(text, rejected.speaker_spans)) == (charge, owner)


@pytest.mark.parametrize(
    "text",
    [
        "Obst bestätigte den Vorwurf, er habe gelogen.",
        "Obst bestritt vor Gericht, dass sie gelogen habe.",
        "Obst widersprach im Bericht, das Bad sei alt.",
        "Obst wies den Vorwurf zurück und sagte, das Geld sei da.",
        "Gegen die Kritik sagte Obst, sie sei falsch.",
        "Obst wies die Vorwürfe zurück: Sie habe niemanden belogen.",
        "Obst wies die Kritik des Rats zurück, der getagt hatte.",
        "Obst wies den Vorwurf mit dem Hinweis zurück, das Geld sei da.",
        "Obst wies die Kritik des Rats mit dem Argument zurück, das Geld sei da.",
        "Obst wies die Vorwürfe damit zurück, dass die Kasse geprüft worden sei.",
        "Obst wies den Vorwurf als haltlos zurück, das Geld sei da.",
        "Obst wies die Kritik zurück, das Geld sei da.",
        "Den Vorwurf wies Obst zurück, sie habe nie Geld genommen.",
        "Die Frage verneinte Obst, sie habe noch viel vor.",
        "Obst bestritt die Vorwürfe, wäre aber zu Gesprächen bereit.",
    ],
)
def test_what_somebody_says_against_it_is_his_own(text: str) -> None:
    assert [one for one in found_by_rules(text) if one.rule == "rejected"] == []


def test_who_stands_behind_a_preposition_before_a_colon_is_left_to_the_reader() -> None:
    text = "„Gut“, sagte Jonas Reif. Im Rat Ida Körber: „Er hat recht.“"
    assert [(one.rule, words(text, one.speaker_spans)) for one in found_by_rules(text)] == [
        ("marks-framed", "Jonas Reif"),
        ("marks-framed", ""),
    ]


def test_a_verb_right_behind_a_quote_tells_who_says_it_also_if_a_colon_stands_before() -> None:
    text = "Die Polizei warnt: „Passen Sie gut auf“, sagte Sprecher Karl Obst."
    assert [speaker for _, _, speaker, _ in readable(text)] == ["Sprecher Karl Obst"]


@pytest.mark.parametrize(
    ("speaker", "told"),
    [
        ("ein Polizeisprecher", "der dpa"),
        ("eine Sprecherin", "der Deutschen Presse-Agentur"),
        ("eine Sprecherin der Zeitung „Nordpost“", ""),
        ("ein Reporter der dpa", ""),
    ],
)
def test_who_speaks_to_an_agency_does_not_speak_for_it(speaker: str, told: str) -> None:
    (quote,) = found_by_rules(f"„Es reicht“, sagte {speaker} {told}".rstrip() + ".")
    text = f"„Es reicht“, sagte {speaker} {told}"
    assert words(text, quote.speaker_spans) == speaker
    assert words(text, quote.addressee_spans) == told


def test_the_frame_of_a_look_back_begins_with_its_verb() -> None:
    text = "Der Bau beginnt im Mai. Das sagte Obst am Dienstag."
    (quote,) = found_by_rules(text)
    assert words(text, quote.frame_spans) == "sagte Obst am Dienstag"


def test_frames_and_addressees() -> None:
    text = "Der Dachstuhl ist abgebrannt, wie Reif der Agentur Nordpress erklärte."
    (quote,) = found_by_rules(text)
    assert words(text, quote.frame_spans) == ", wie Reif der Agentur Nordpress erklärte"
    assert words(text, quote.addressee_spans) == "der Agentur Nordpress"
    text = "Reif wurde vorgeworfen, Akten vernichtet zu haben."
    (quote,) = found_by_rules(text)
    assert words(text, quote.addressee_spans) == "Reif"
    assert quote.speaker_spans == []


def test_a_verb_reports_before_its_colon_as_well() -> None:
    text = "Ein Nachbar sagte, er habe Rufe gehört: „Sie schrie: ‚Geh weg!‘“ Richter Jonas Reif fragte nach."
    assert [found[1:3] for found in readable(text)] == [
        ("er habe Rufe gehört", "Ein Nachbar"),
        ("„Sie schrie: ‚Geh weg!‘“", "Ein Nachbar"),
        ("‚Geh weg!‘", "Sie"),
    ]


def test_a_verb_between_reports_both_sides() -> None:
    text = "Der Gegner sei stark, gab sie zu bedenken, „und nicht irgendwer“."
    assert [found[1:3] for found in readable(text)] == [
        ("Der Gegner sei stark", "sie"),
        ("„und nicht irgendwer“", "sie"),
    ]


@pytest.mark.parametrize(
    "text",
    ["„Nein, das geht nicht“, war die Antwort.", "„Wir ziehen jetzt los“, folgte dem Ruf kaum jemand."],
)
def test_who_does_not_speak(text: str) -> None:
    ((_, _, speaker, _),) = readable(text)
    assert not speaker


@pytest.mark.parametrize(
    "text",
    [
        "Am Freitag sprach Anna Berg, Koordinatorin der Analyse,",
        "Anna Berg und Jonas Reif haben ihr zugesagt, diese Idee zu",
        "Sie sagte zu, den Bau zu",
        "Obst sagte, es gebe Geld. Das sagte",
        "Wie Hanna Obst, laut Umfrage die beliebteste Politikerin, sagte",
    ],
)
def test_a_text_that_breaks_off_is_read_to_its_last_word(text: str) -> None:
    assert all(quote.spans[-1][1] <= len(text) for quote in found_by_rules(text))


@pytest.mark.parametrize(
    "sentences",
    [
        "Das sei falsch, brummte Obst. Anna Obst ging. ",
        "Es regnet stark, ätzte Quorx. ",
        "Der Bau sei laut, so Obst. Laut Reif ist es gut. ",
    ],
)
def test_time_grows_with_the_length_and_not_with_its_square(sentences: str) -> None:
    def seconds(times: int) -> float:
        return least_seconds(lambda: found_by_rules(sentences * times))

    seconds(100)
    assert seconds(4000) < 2.2 * 4 * seconds(1000)


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Kämmerer begrüße das Ziel, halte den Weg aber für zu lang.",
        "Auf Mängel hätten sie hingewiesen, zuletzt schriftlich, passiert sei nichts.",
        "Es hätten sich Leute gemeldet, die dann geblieben seien.",
        "Die Zahlen hätten gezeigt, dass es nicht reiche.",
        "Stehe das in der Zeitung, könne man aufhören.",
    ],
)
def test_konjunktiv_that_goes_on_behind_a_verb_is_not_what_it_reports(sentence: str) -> None:
    found = found_by_rules(f"Hanna Obst sagte, sie sei froh. {sentence}")
    assert len(found) == 2
    assert "clause-within" not in {c.rule for c in found}


def test_what_is_heard_is_told_by_nobody() -> None:
    assert readable("Die Stadt will dem Vernehmen nach sparen.")[0][:3] == ("Indirect", "Die Stadt will … sparen", "")
