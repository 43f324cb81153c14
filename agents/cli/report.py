"""What `redefluss run` shows at the end: who said what, article by article, and what became of all that was sent."""

from collections import Counter
from typing import TYPE_CHECKING

from agents.cli import console, display

if TYPE_CHECKING:
    from agents.cli.sending import Sent
    from agents.cli.tracker import ArticleTracker

SHOWN_ARTICLES = 100


def print_report(tracker: "ArticleTracker", sent: "Sent", *, seconds: float) -> None:
    """Tables of speakers and quotes on stdout, then the count of everything that was sent."""
    out = console.out()
    found = tracker.articles | tracker.known
    came = [found[place] for place in tracker.sent if place in found]
    display.print_all(out, (display.quotes(article) for article in came[:SHOWN_ARTICLES]))
    if len(came) > SHOWN_ARTICLES:
        out.print(
            f"… and {len(came) - SHOWN_ARTICLES:,} articles more: redefluss consume articles.quotes --from-beginning\n"
        )
    for place, letter in sorted(tracker.letters.items()):
        out.print(f"dead letter: {tracker.sent[place].origin}: {letter.reason}: {letter.detail}", markup=False)
    for place in sorted(tracker.missing):
        out.print(f"LOST: {tracker.sent[place].origin}", markup=False)
    speakers = Counter(display.speaker_of(quote) for article in came for quote in article.quotes if quote.speaker)
    quotes = sum(len(article.quotes) for article in came)
    parts = [
        console.counted(len(tracker.articles), "article"),
        f"{console.counted(quotes, 'quote')} of {console.counted(len(speakers), 'speaker')}",
        f"{seconds:.1f} s",
        console.counted(len(tracker.letters), "dead letter"),
        f"{sent.refused + sent.unconfirmed:,} refused",
        f"{len(tracker.missing):,} lost",
    ]
    if tracker.known:
        parts.insert(1, f"{len(tracker.known):,} known from before")
    out.print(", ".join(parts))
