"""What `redefluss run` shows at the end: who said what, article by article, and what became of all that was sent."""

from collections import Counter
from typing import TYPE_CHECKING

from agents.cli import console, display

if TYPE_CHECKING:
    from agents.cli.following import Following
    from agents.cli.sending import Sent

SHOWN_ARTICLES = 100


def print_report(following: "Following", sent: "Sent", *, seconds: float) -> None:
    """Tables of speakers and quotes on stdout, then the count of everything that was sent."""
    out = console.out()
    found = following.articles | following.known
    came = [found[place] for place in following.sent if place in found]
    display.print_all(out, (display.quotes(article) for article in came[:SHOWN_ARTICLES]))
    if len(came) > SHOWN_ARTICLES:
        out.print(
            f"… and {len(came) - SHOWN_ARTICLES:,} articles more: redefluss consume articles.quotes --from-beginning\n"
        )
    for place, letter in sorted(following.letters.items()):
        out.print(f"dead letter: {following.sent[place].origin}: {letter.reason}: {letter.detail}", markup=False)
    for place in sorted(following.missing):
        out.print(f"LOST: {following.sent[place].origin}", markup=False)
    speakers = Counter(display.speaker_of(quote) for article in came for quote in article.quotes if quote.speaker)
    quotes = sum(len(article.quotes) for article in came)
    parts = [
        console.counted(len(following.articles), "article"),
        f"{console.counted(quotes, 'quote')} of {console.counted(len(speakers), 'speaker')}",
        f"{seconds:.1f} s",
        console.counted(len(following.letters), "dead letter"),
        f"{len(sent.refused) + len(sent.unconfirmed):,} refused",
        f"{len(following.missing):,} lost",
    ]
    if following.known:
        parts.insert(1, f"{len(following.known):,} known from before")
    out.print(", ".join(parts))
