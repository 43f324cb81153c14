"""Other views of an article than the page itself: AMP, the print view, and one page of several. All is invented."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import CleanArticle, RawArticle

TITLE = "Neue Fähre fährt ab Mai"
PARAGRAPHS = (
    "Die neue Fähre zwischen Süderhafen und der Insel Norderum fährt ab dem 4. Mai. Das hat der Rat am Dienstagabend "
    "beschlossen.",
    "Das Schiff fasst 180 Gäste und 24 Autos. Es ersetzt die „Seestern“, die seit 1971 unterwegs war und im Winter oft "
    "im Hafen blieb.",
    "„Wir haben zehn Jahre auf diesen Tag gewartet“, sagte Bürgermeisterin Ida Brandis. Die Fahrt dauert künftig 35 "
    "statt 50 Minuten.",
    "Ein Einzelfahrschein kostet 9,80 Euro, Kinder fahren für die Hälfte. Wer auf der Insel wohnt, bekommt eine "
    "Jahreskarte für 120 Euro.",
)
BODY = "\n\n".join(PARAGRAPHS)

AMP = f"""<!doctype html><html amp lang="de"><head><meta charset="utf-8"><title>{TITLE} - Seeblatt</title>
<link rel="canonical" href="https://seeblatt.example/faehre"><meta property="og:title" content="{TITLE}"></head><body>
<amp-analytics type="gtag"><script type="application/json">{{"vars": {{"account": "UA-1"}}}}</script></amp-analytics>
<amp-sidebar id="menu" layout="nodisplay"><ul><li><a href="/">Start</a></li><li><a href="/l">Lokales</a></li></ul>
</amp-sidebar><header><button on="tap:menu.toggle">Menü</button><a href="/">Seeblatt</a></header>
<main><article><h1>{TITLE}</h1>
<amp-social-share type="whatsapp"></amp-social-share><amp-social-share type="email">Per Mail teilen</amp-social-share>
<p class="lead">{PARAGRAPHS[0]}</p>
<amp-img src="f.jpg" width="4" height="3" alt="Fähre"><noscript><img src="f.jpg"></noscript></amp-img>
<p class="caption">Die neue Fähre am Anleger. Foto: Hinnerk Ohl</p>
<p>{PARAGRAPHS[1]}</p><amp-ad type="doubleclick" width="300" height="250"><div placeholder>Anzeige</div></amp-ad>
<p>{PARAGRAPHS[2]}</p>
<amp-embed type="taboola" layout="responsive"><p>Das könnte Sie auch interessieren</p></amp-embed>
<p>{PARAGRAPHS[3]}</p>
<amp-accordion><section><h4>Mehr zum Thema</h4><ul><li><a href="/1">Hafenfest: Das Programm am Wochenende</a></li>
<li><a href="/2">Der Anleger wird breiter</a></li></ul></section></amp-accordion>
</article></main><amp-consent id="c"><div>Wir verwenden Cookies. <button>Zustimmen</button></div></amp-consent>
<footer><a href="/impressum">Impressum</a> <a href="/faehre">Zur Desktop-Version</a></footer></body></html>"""

PRINT = f"""<html lang="de"><head><title>Seeblatt - Druckversion: {TITLE}</title></head>
<body onload="window.print()"><table width="640"><tr><td><img src="logo.gif" alt="Seeblatt"></td></tr>
<tr><td><font size="5"><b>{TITLE}</b></font><br><br>{"<br><br>".join(PARAGRAPHS)}<br><br><hr>
<font size="1">URL: http://www.seeblatt.example/faehre,4711.html<br>© Seeblatt 2024. Alle Rechte vorbehalten.<br>
<a href="javascript:window.close()">Fenster schließen</a> | <a href="javascript:window.print()">Drucken</a></font>
</td></tr></table></body></html>"""

FIRST_OF_TWO = f"""<!doctype html><html lang="de"><head><title>{TITLE} - Seeblatt</title>
<meta property="og:title" content="{TITLE}"></head><body>
<header><nav><ul><li><a href="/">Start</a></li><li><a href="/lokal">Lokales</a></li></ul></nav></header>
<main><article><h1>{TITLE}</h1><div class="toc"><p>Inhalt</p><ol><li>Seite 1 – {TITLE}</li>
<li><a href="?seite=2">Seite 2 – Was die Fahrt kostet</a></li></ol><a href="?seite=all">Auf einer Seite lesen</a></div>
{"".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)}
<p class="next">Lesen Sie auf Seite 2: <a href="?seite=2">Was die Fahrt kostet</a></p>
<div class="pagination"><span>Seite 1 / 2</span> <a href="?seite=2">Weiter</a> <a href="?seite=2">2</a></div>
</article></main><footer><a href="/impressum">Impressum</a></footer></body></html>"""

SECOND_OF_TWO = f"Seeblatt\nStart\nLokales\n{TITLE}\n\n{BODY}\n\n" + (
    "Seite 2 von 2\nZurück\nSeite 1\nAlles auf einer Seite\nZur Startseite"
)


@pytest.fixture(scope="module")
def clean() -> Cleaner:
    return Cleaner(PipelineConfig())


def removed(article: CleanArticle) -> str:
    return "\n".join(line.text for line in article.removed)


def test_an_amp_page_is_its_article(clean: Cleaner) -> None:
    article = clean(RawArticle(html=AMP, language="de"))
    assert (article.title, article.text) == (TITLE, BODY)
    assert "Zur Desktop-Version" in removed(article)


def test_a_print_view_is_its_article(clean: Cleaner) -> None:
    article = clean(RawArticle(html=PRINT, language="de"))
    assert article.text.removeprefix(f"{TITLE}\n\n") == BODY
    assert "Alle Rechte vorbehalten" in removed(article)


@pytest.mark.parametrize(
    "raw", [RawArticle(html=FIRST_OF_TWO, language="de"), RawArticle(text=SECOND_OF_TWO, language="de")]
)
def test_one_page_of_several_is_without_the_way_to_the_others(clean: Cleaner, raw: RawArticle) -> None:
    article = clean(raw)
    assert article.text == BODY
    assert "Seite 1" in removed(article)
