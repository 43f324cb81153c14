"""Articles written for the tests; people, places and publishers are invented."""

from itertools import chain

PARAGRAPHS = [
    "Im Streit um den Neubau der Hafenbrücke zeichnet sich eine Einigung ab. Stadt und Land wollen die Kosten teilen.",
    "Süderhafen (dpa) – Die Stadt Süderhafen und das Land haben sich nach Angaben der Bauministerin auf einen "
    "Fahrplan für "
    "den Neubau der Hafenbrücke verständigt. „Wir fangen im Frühjahr an“, sagte Ministerin Ida Lorenzen (SPD) am "
    "Montag nach "
    "einer Sitzung des Kabinetts. Die alte Brücke ist seit zwei Jahren gesperrt, weil die Seile rosten.",
    "Oberbürgermeister Knut Petersen zeigte sich erleichtert. Die Stadt könne die Kosten von 80 Millionen Euro "
    "nicht allein "
    "tragen, erklärte er vor dem Rathaus. Ohne Hilfe des Landes müsse sie die Schulen warten lassen, und das sei "
    "mit ihm nicht "
    "zu machen. Im Rat gibt es dafür nach seinen Worten eine klare Mehrheit.",
    "Kritik kam von den Anwohnern. Ihre Sprecherin Marlene Voss warf der Verwaltung vor, den Lärm der Baustelle "
    "kleinzureden. "
    "Sie kündigte an, gegen die Genehmigung zu klagen, falls nachts gearbeitet werde. Das hatte die Stadt zuletzt "
    "nicht "
    "ausgeschlossen.",
    "Nach dem Fahrplan soll die neue Brücke in vier Jahren fertig sein. Bis dahin fährt eine Fähre, die Fußgänger und "
    "Radfahrer kostenlos mitnimmt. Für Autos bleibt nur der Umweg über die Autobahn, der werktags eine halbe "
    "Stunde dauert.",
]
TITLE = "Hafenbrücke: Stadt und Land einigen sich auf Neubau"
KICKER = "Bauen am Wasser"
HEADING = "Anwohner wollen notfalls klagen"

TEXT = "\n\n".join(
    [
        KICKER,
        TITLE,
        "Von Jonas Beispiel und Ute Muster",
        "Stand: 12.03.2024, 16:40 Uhr",
        *PARAGRAPHS[:3],
        "Name:Ida Lorenzen\nPartei:SPD\nAmt:Bauministerin",
        "Mit unserem Newsletter verpassen Sie keine Nachricht aus Ihrer Stadt – jetzt kostenlos anmelden!",
        HEADING,
        PARAGRAPHS[3],
        PARAGRAPHS[4] + "* hafenbote.example ist ein Angebot von NORDBLATT.MEDIEN.",
        "Rubriklistenbild: © Ole Knipser/dpa",
        "Das könnte Sie auch interessieren",
        "Fähre fällt aus: Pendler müssen warten",
        "Meistgelesene Artikel",
        *chain.from_iterable(
            [f"{headline}\n{headline}"] for headline in ("Wetter: So wird der Mai", "Markt zieht um: Das ändert sich")
        ),
        "Kommentare",
    ]
)

PAGE = f"""<!doctype html><html lang="de"><head><title>{TITLE} | Hafenbote</title>
<meta property="og:site_name" content="Hafenbote"><meta property="og:title" content="{TITLE} - Hafenbote">
<meta name="author" content="Hafenbote">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "{TITLE}",
 "datePublished": "2024-03-12T16:40:00+0100", "author": [{{"@type": "Person", "name": "Jonas Beispiel"}},
 {{"@type": "Person", "name": "Ute Muster"}}], "publisher": {{"@type": "Organization", "name": "Hafenbote"}}}}</script>
<style>p {{ color: red }}</style></head><body>
<header><nav><ul><li><a href="/">Startseite</a></li><li><a href="/politik">Politik</a></li>
<li><a href="/sport">Sport</a></li>
<li><a href="/abo">Abo</a></li></ul></nav></header>
<main><article class="article">
<header><span class="kicker">{KICKER}</span><h1>{TITLE}</h1><p class="article__lead">{PARAGRAPHS[0]}</p>
<div class="author">Von Jonas Beispiel und Ute Muster</div></header>
<figure><img src="b.jpg"><figcaption>Die gesperrte Brücke im Hafen. © Ole Knipser/dpa</figcaption></figure>
<div class="article__body"><p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>
<aside class="teaser-related"><h3>Lesen Sie auch</h3>
<a href="/faehre">Fähre fällt aus: Pendler müssen warten</a></aside>
<h2>{HEADING}</h2><p>{PARAGRAPHS[3]}</p><p>{PARAGRAPHS[4]}</p></div>
<div class="share-buttons"><a href="#">Teilen</a> <a href="#">Drucken</a></div></article>
<section class="comments"><h3>Kommentare</h3><p>Das wurde auch Zeit, meine ich.</p></section></main>
<footer><a href="/impressum">Impressum</a> <a href="/datenschutz">Datenschutz</a></footer>
<script>var x = "<p>Nein</p>";</script>
</body></html>"""
