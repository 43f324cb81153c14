"""Ten pages written for the tests, each with the blocks that are right for it; people and places are invented.

Listicles, live tickers, interviews and pages of events, as HTML and as text.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Written:
    """A page or a text, and what cleaning must make of it.

    Attributes:
        blocks: kind, text and, of a ticker's entry, its time.
        title: the headline.
    """

    name: str
    blocks: tuple[tuple[str, str, str | None], ...]
    title: str
    html: str | None = None
    text: str | None = None


def _page(title: str, body: str, *, head: str = "", kicker: str = "") -> str:
    over = f'<p class="kicker">{kicker}</p>' if kicker else ""
    return f"""<!doctype html><html lang="de"><head><title>{title} - Seeblatt</title>
<meta property="og:site_name" content="Seeblatt"><meta property="og:title" content="{title}">{head}</head><body>
<header><nav><ul><li><a href="/">Start</a></li><li><a href="/lokal">Lokales</a></li><li><a href="/abo">Abo</a></li>
</ul></nav></header><main><article>{over}<h1>{title}</h1>{body}</article>
<aside class="related"><h3>Mehr zum Thema</h3><ul><li><a href="/1">Hafenfest: Das Programm am Wochenende</a></li>
<li><a href="/2">Neue Fähre: Fahrplan steht</a></li></ul></aside></main>
<footer><a href="/impressum">Impressum</a> <a href="/datenschutz">Datenschutz</a></footer></body></html>"""


_LISTICLE_LEAD = (
    "Der Regen soll das ganze Wochenende bleiben. Wir haben fünf Orte gesammelt, an denen Familien in Süderhafen auch "
    "bei schlechtem Wetter einen guten Tag haben."
)
_LISTICLE = (
    (
        "1. Das Schifffahrtsmuseum",
        "Im alten Zollhaus stehen mehr als 200 Schiffsmodelle. Kinder dürfen am Steuer eines Kutters drehen und "
        "Knoten lernen. Der Eintritt kostet vier Euro, für Kinder ist er frei.",
    ),
    (
        "2. Das Hallenbad am Deich",
        "Nach drei Jahren Umbau ist das Bad seit März wieder offen. Die neue Rutsche ist 90 Meter lang, und im "
        "Warmwasserbecken treffen sich die Großeltern.",
    ),
    (
        "3. Die Kletterhalle am Güterbahnhof",
        "Wo früher Güterzüge beladen wurden, hängen heute 60 Seile von der Decke. Kinder ab sechs Jahren klettern mit "
        "einem Trainer, wie Betreiberin Swantje Ohlsen sagt.",
    ),
    (
        "4. Das Planetarium",
        "Unter der Kuppel der Sternwarte ist es auch am Mittag Nacht. Die Vorführung für Kinder dauert 40 Minuten und "
        "beginnt sonnabends um elf Uhr.",
    ),
    (
        "5. Die Stadtbücherei",
        "Am Sonnabend liest die Autorin Frieda Brandt aus ihrem neuen Buch. Danach gibt es Kakao, und wer mag, malt "
        "das Titelbild nach.",
    ),
)
_RECIPE_LEAD = (
    "Labskaus gilt vielen als Resteessen. Dabei braucht es für das Gericht der Seeleute nur wenige gute Zutaten und "
    "eine halbe Stunde Zeit, sagt die Köchin Meta Harms aus Süderhafen."
)
_RECIPE_ITEMS = (
    "500 Gramm Pökelfleisch vom Rind, fein gewürfelt",
    "800 Gramm mehlig kochende Kartoffeln",
    "vier Gewürzgurken und ein wenig von ihrem Sud",
    "ein Glas eingelegte Rote Bete",
)
_RECIPE_END = (
    "Die Kartoffeln werden gekocht und gestampft, das Fleisch kommt mit den Zwiebeln in die Pfanne. Zum Schluss wird "
    "alles vermengt, und obenauf liegt ein Spiegelei, das innen noch weich sein soll."
)

_TICKER_LEAD = (
    "Nach dem Sturm steht das Wasser im Hafen von Süderhafen so hoch wie seit 30 Jahren nicht mehr. Alles Wichtige "
    "zur Sturmflut lesen Sie hier im Liveticker."
)
_TICKER = (
    (
        "16:40",
        "Entwarnung für die Altstadt",
        "Die Feuerwehr hat die Sperrung der Altstadt aufgehoben. Das Wasser sei seit Mittag um 60 Zentimeter "
        "gefallen, sagte Einsatzleiter Björn Thode.",
    ),
    (
        "14:05",
        "Fähre fährt wieder",
        "Die Fähre nach Norderwerder hat den Betrieb wieder aufgenommen. Zunächst fährt nach Angaben der Reederei nur "
        "jede zweite Verbindung.",
    ),
    (
        "11:30",
        "Schulen bleiben zu",
        "In der Stadt fällt am Montag der Unterricht aus. Eine Notbetreuung gibt es in der Grundschule am Deich, "
        "teilte das Schulamt mit.",
    ),
    (
        "08:15",
        "Deich hält dem Druck stand",
        "Der Deich im Norden hat die Nacht überstanden. Helfer füllten bis zum Morgen 20.000 Sandsäcke, wie der Kreis "
        "mitteilte.",
    ),
)

_INTERVIEW_LEAD = (
    "Die Meeresbiologin Antje Rickmers forscht seit 20 Jahren an den Seegraswiesen vor Süderhafen. Ein Gespräch über "
    "warme Winter, störrische Fischer und die Freude am Tauchen."
)
_INTERVIEW = (
    (
        "Frau Rickmers, wie geht es dem Seegras in diesem Jahr?",
        "Besser, als ich befürchtet hatte. Wir haben im Frühjahr 40 Hektar kartiert, und auf der Hälfte davon wachsen "
        "die Wiesen wieder.",
    ),
    (
        "Woran liegt das?",
        "Am Wasser, das klarer geworden ist. Ich glaube aber nicht, dass das so bleibt, wenn die Winter noch wärmer "
        "werden.",
    ),
    (
        "Was sagen die Fischer zu Ihren Plänen?",
        "Am Anfang haben sie mich ausgelacht. Inzwischen fahren drei von ihnen mit uns hinaus und pflanzen.",
    ),
    (
        "Tauchen Sie noch selbst?",
        "So oft ich kann. Da unten ist es still, und ich muss keine Anträge schreiben.",
    ),
)

_EVENT_LEAD = (
    "Am Sonnabend feiert Süderhafen sein Hafenfest. Zur 50. Auflage erwartet die Stadt 30.000 Gäste, und zum ersten "
    "Mal legt auch ein Großsegler aus Schweden an."
)
_PROGRAMME = (
    "10 Uhr: Gottesdienst auf der Museumsfähre mit Pastorin Hilke Sander",
    "12 Uhr: Eröffnung durch Oberbürgermeister Knut Petersen auf der Hauptbühne",
    "15 Uhr: Drachenbootrennen der Betriebe im Innenhafen",
    "22 Uhr: Feuerwerk über der Mole",
)
_EVENT_PLACE = "Der Eintritt ist frei. Parkplätze gibt es am Stadion, von dort fährt ein Bus zum Fischmarkt."


def _entry_markup(day: str, clock: str, headline: str, text: str) -> str:
    return (
        f'<section class="entry"><time datetime="{day}T{clock}:00+01:00">{clock} Uhr</time>'
        f"<h3>{headline}</h3><p>{text}</p></section>"
    )


WRITTEN = (
    Written(
        name="listicle-headings",
        title="Fünf Orte für einen verregneten Tag",
        html=_page(
            "Fünf Orte für einen verregneten Tag",
            f'<p class="lead">{_LISTICLE_LEAD}</p>'
            + "".join(f"<h2>{head}</h2><p>{text}</p>" for head, text in _LISTICLE),
        ),
        blocks=(
            ("lead", _LISTICLE_LEAD, None),
            *(block for head, text in _LISTICLE for block in (("heading", head[3:], None), ("paragraph", text, None))),
        ),
    ),
    Written(
        name="listicle-bullets",
        title="Labskaus: So gelingt das Essen der Seeleute",
        html=_page(
            "Labskaus: So gelingt das Essen der Seeleute",
            f"<p>{_RECIPE_LEAD}</p><h2>Das braucht man für vier Personen</h2>"
            f"<ul>{''.join(f'<li>{item}</li>' for item in _RECIPE_ITEMS)}</ul>"
            f"<h2>So wird es gemacht</h2><p>{_RECIPE_END}</p>",
        ),
        blocks=(
            ("lead", _RECIPE_LEAD, None),
            ("heading", "Das braucht man für vier Personen", None),
            *(("list", item, None) for item in _RECIPE_ITEMS),
            ("heading", "So wird es gemacht", None),
            ("paragraph", _RECIPE_END, None),
        ),
    ),
    Written(
        name="listicle-text",
        title="Fünf Orte für einen verregneten Tag",
        text="\n\n".join(
            ["Fünf Orte für einen verregneten Tag", _LISTICLE_LEAD, *(part for pair in _LISTICLE for part in pair)]
        ),
        blocks=(
            ("lead", _LISTICLE_LEAD, None),
            *(block for head, text in _LISTICLE for block in (("heading", head[3:], None), ("paragraph", text, None))),
        ),
    ),
    Written(
        name="ticker-elements",
        title="Sturmflut in Süderhafen: Der Liveticker",
        html=_page(
            "Sturmflut in Süderhafen: Der Liveticker",
            f"<p>{_TICKER_LEAD}</p>" + "".join(_entry_markup("2024-02-11", *entry) for entry in _TICKER),
            head='<meta property="article:published_time" content="2024-02-11T07:00:00+01:00">',
        ),
        blocks=(
            ("lead", _TICKER_LEAD, None),
            *(("entry", f"{headline}\n\n{text}", f"2024-02-11T{clock}:00+01:00") for clock, headline, text in _TICKER),
        ),
    ),
    Written(
        name="ticker-over-midnight",
        title="Newsblog zur Sturmflut",
        text="\n\n".join(
            [
                "Newsblog zur Sturmflut",
                "11.02.2024, 23:05 Uhr",
                _TICKER_LEAD,
                *(
                    f"{clock} Uhr: {headline}\n{text}"
                    for clock, (_, headline, text) in zip(("22:10", "23:00", "00:20", "01:45"), _TICKER, strict=True)
                ),
            ]
        ),
        blocks=(
            ("lead", _TICKER_LEAD, None),
            *(
                ("entry", f"{clock} Uhr: {headline}\n\n{text}", f"2024-02-{day}T{clock}:00+01:00")
                for day, clock, (_, headline, text) in zip(
                    (11, 11, 12, 12), ("22:10", "23:00", "00:20", "01:45"), _TICKER, strict=True
                )
            ),
        ),
    ),
    Written(
        name="interview-bold",
        title="„Da unten ist es still“",
        html=_page(
            "„Da unten ist es still“",
            f"<p>{_INTERVIEW_LEAD}</p>"
            + "".join(f"<p><strong>{asked}</strong></p><p>{said}</p>" for asked, said in _INTERVIEW),
            kicker="Interview",
        ),
        blocks=(
            ("lead", _INTERVIEW_LEAD, None),
            *(block for asked, said in _INTERVIEW for block in (("question", asked, None), ("answer", said, None))),
        ),
    ),
    Written(
        name="interview-labels",
        title="Seegras vor Süderhafen: „Am Anfang haben sie mich ausgelacht“",
        html=_page(
            "Seegras vor Süderhafen: „Am Anfang haben sie mich ausgelacht“",
            f"<p>{_INTERVIEW_LEAD}</p>"
            + "".join(f"<p>Seeblatt: {asked}</p><p>Antje Rickmers: {said}</p>" for asked, said in _INTERVIEW),
        ),
        blocks=(
            ("lead", _INTERVIEW_LEAD, None),
            *(
                block
                for asked, said in _INTERVIEW
                for block in (("question", f"Seeblatt: {asked}", None), ("answer", f"Antje Rickmers: {said}", None))
            ),
        ),
    ),
    Written(
        name="interview-text",
        title="„Da unten ist es still“",
        text="\n\n".join(["„Da unten ist es still“", _INTERVIEW_LEAD, *(part for pair in _INTERVIEW for part in pair)]),
        blocks=(
            ("lead", _INTERVIEW_LEAD, None),
            *(block for asked, said in _INTERVIEW for block in (("question", asked, None), ("answer", said, None))),
        ),
    ),
    Written(
        name="event-list",
        title="Hafenfest in Süderhafen: Das ist das Programm",
        html=_page(
            "Hafenfest in Süderhafen: Das ist das Programm",
            f"<p>{_EVENT_LEAD}</p><h2>Das Programm am Sonnabend</h2>"
            f"<ul>{''.join(f'<li>{item}</li>' for item in _PROGRAMME)}</ul><h2>Anfahrt und Eintritt</h2>"
            f"<p>{_EVENT_PLACE}</p>",
        ),
        blocks=(
            ("lead", _EVENT_LEAD, None),
            ("heading", "Das Programm am Sonnabend", None),
            *(("list", item, None) for item in _PROGRAMME),
            ("heading", "Anfahrt und Eintritt", None),
            ("paragraph", _EVENT_PLACE, None),
        ),
    ),
    Written(
        name="event-note",
        title="Lesung mit Frieda Brandt in der Stadtbücherei",
        html=_page(
            "Lesung mit Frieda Brandt in der Stadtbücherei",
            "<p>Die Autorin Frieda Brandt liest am Donnerstag, 7. März, um 19.30 Uhr in der Stadtbücherei am Markt 4 "
            "aus ihrem Roman „Treibgut“. Karten kosten acht Euro und sind an der Abendkasse zu haben.</p>",
        ),
        blocks=(
            (
                "paragraph",
                "Die Autorin Frieda Brandt liest am Donnerstag, 7. März, um 19.30 Uhr in der Stadtbücherei am Markt 4 "
                "aus ihrem Roman „Treibgut“. Karten kosten acht Euro und sind an der Abendkasse zu haben.",
                None,
            ),
        ),
    ),
)
