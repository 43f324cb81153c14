"""What the classifiers see of the invented pages and texts, kept in a file: they have learned from these numbers.

A column that means something else needs classifiers that have learned anew. The file is renewed by
`python -m tests.cleaning.column_means`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.cleaning.features import features, names
from pipeline.cleaning.page_features import Matrix
from pipeline.cleaning.parsing import read_article
from pipeline.cleaning.text_kind import TEXT_COLUMNS, text_row
from tests.cleaning.pages import PAGE, PARAGRAPHS, TEXT
from tests.cleaning.test_views import AMP, FIRST_OF_TWO, PRINT, SECOND_OF_TWO
from tests.cleaning.written import WRITTEN

FILE = Path(__file__).parent / "column_means.tsv"
REST = "\n\n".join(
    [
        "Rubrik | Lokales • Süderhafen",
        "Süderhafen – Fähre wieder da",
        "",
        "FÄHRE WIEDER DA: 180 GÄSTE",
        *PARAGRAPHS[:2],
        "+++ Eilmeldung: Die Fähre fährt! Wirklich? +++",
        "Jonas Beispiel (Archivfoto), Bürgermeister von Süderhafen, mit Gästen im Bild (v.l.). Foto: Ole Knipser/dpa",
        "Video: So fährt die neue Fähre 2:35 Min",
        "Mehr unter www.seeblatt.example/faehre.html oder redaktion@seeblatt.example",
        "Ida Lorenzen: „Wir fangen im Frühjahr an.“",
        "Zum Autor: Jonas Beispiel, geboren 1971, ist Redakteur beim Seeblatt und schreibt über die Küste.",
        "- Abfahrt: 8 Uhr, 10 Uhr, 12 Uhr",
        "- Rückfahrt: 9 Uhr, 11 Uhr, 13 Uhr",
        PARAGRAPHS[3],
        "Kommentare",
        "Anna: Das wurde auch Zeit, meine ich, denn die alte Fähre war doch schon seit Jahren nicht mehr sicher.",
        "Ole Knipser",
        "dpa",
        "Ida Lorenzen, Bauministerin",
        "Das war im Jahr 1971 so.",
        "Mehr zum Thema",
        "Fähre fällt aus: Pendler müssen warten",
        PARAGRAPHS[4],
        "Die Fähre…",
    ]
)
MUCH = f"""<html><head><title>Fähre wieder da | Seeblatt</title>
<meta name="description" content="{PARAGRAPHS[1][40:200]}"><meta property="og:site_name" content="Seeblatt">
<script type="application/ld+json">{{"@type": "Article", "headline": "Fähre wieder da",
"articleBody": "{" ".join(PARAGRAPHS[:4])}"}}</script></head><body>
<nav class="navigation"><p>Start, Lokales und Sport auf einen Blick</p></nav><header class="headline">
<h1>Fähre wieder da</h1><p>Ein Bericht von der Küste …</p></header>
<form class="newsletter"><p>Der Brief vom Hafen</p></form><article>
<div class="meta"><time datetime="2024-03-12T16:40:00+01:00">Gestern im Hafen</time></div>
<p><b>Süderhafen</b> (dpa) – <i>{PARAGRAPHS[0]}</i></p><figure><figcaption>Die Fähre im Jahr 1971 (Archivbild). Foto:
Ole Knipser</figcaption></figure><p>Ole Knipser</p><p>dpa</p><p>Ida Lorenzen, Bauministerin</p><blockquote
class="credit"><p>Wir fangen im Frühjahr an, und <a href="/x">im Mai</a> sind wir da.</p></blockquote>
{"".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[1:4])}<p>Die neue Fähre im Hafen</p><p>Die neue Fähre im
Hafen bei der Ankunft</p><p>Die neue Fähre im Hafen</p><div class="video box"><p>Video: So fährt sie 2:35 Min</p></div>
<div class="advert"><p>Urlaub an der See, jetzt buchen</p></div><div class="tags"><p>Fähre, Hafen, Küste</p></div>
<p>Zum Autor: Jonas Beispiel, geboren 1971, ist Redakteur beim Seeblatt und schreibt über die Küste.</p>
<table><tr><td>Abfahrt</td><td>8 Uhr</td></tr></table><div style="display:none">
<p>Nur für Programme gedacht</p></div><center>Süderhafen hat wieder eine Fähre.</center>
<div class="share"><p>Weitersagen und freuen</p></div></article>
<footer><p>Das Seeblatt erscheint seit 1890.</p>
</footer></body></html>"""
PAGES = [MUCH, PAGE, AMP, PRINT, FIRST_OF_TWO, *(written.html for written in WRITTEN if written.html)]
TEXTS = [TEXT, SECOND_OF_TWO, REST, *(written.text for written in WRITTEN if written.text)]


def means() -> dict[str, tuple[float, float]]:
    """By kind and column the mean over all lines, and the same where a line counts by its place in its article."""
    pages, texts = ([_rows(html=page) for page in PAGES], [_rows(text=text) for text in TEXTS])
    kinds = [text_row(rows) for rows in texts]
    return {
        f"{kind} {name}": values
        for kind, columns, tables in (
            ("page", names(markup=True), pages),
            ("text", names(markup=False), texts),
            ("kind", TEXT_COLUMNS, kinds),
        )
        for name, values in zip(columns, _means(tables), strict=True)
    }


def _rows(**given: str) -> Matrix:
    parsed = read_article(**{"html": None, "text": None, "title": None} | given)
    chosen = parsed.undecided()
    return features([parsed.lines[n] for n in chosen], [parsed.readings[n] for n in chosen], parsed.context)


def _means(tables: list[Matrix]) -> Iterator[tuple[float, float]]:
    rows = np.concatenate(tables).astype(np.float64)
    places = np.concatenate([np.arange(1, len(table) + 1) / len(table) for table in tables])
    yield from zip(rows.mean(axis=0).tolist(), (places @ rows / len(rows)).tolist(), strict=True)


def kept() -> dict[str, tuple[float, float]]:
    """What the file has."""
    lines = (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines())
    return {name: (float(mean), float(placed)) for name, mean, placed in lines}


def main() -> None:
    """Write the file anew."""
    lines = [f"{name}\t{mean:.6g}\t{placed:.6g}\n" for name, (mean, placed) in means().items()]
    FILE.write_text("".join(lines), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(lines)} columns\n")


if __name__ == "__main__":
    main()
