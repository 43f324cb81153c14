"""What a poll of one feed came to."""

from dataclasses import dataclass, field

from agents.feed.feed_list import FeedSource


@dataclass
class PollResult:
    """What a poll of one feed, and the fetching of its due pages, came to.

    Attributes:
        error: why the feed itself could not be had.
        unchanged: the server said so.
        new, revised: articles produced for the first time, and again.
        same: pages that were looked at again and say what they said.
        known: pages whose article another link has brought.
        forbidden: pages that robots.txt does not allow.
        failures: by link, why there is no article of it.
        gone: pages of articles that were taken from their site.
        later: pages whose host wants rest; they are fetched at a later poll.
        notes: what else is to be said of the feed.
    """

    feed: FeedSource
    error: str | None = None
    unchanged: bool = False
    new: int = 0
    revised: int = 0
    same: int = 0
    known: int = 0
    forbidden: int = 0
    gone: int = 0
    later: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return self.error is not None or bool(self.failures) or self.later > 0

    def line(self) -> str:
        """One line for a person."""
        if self.error is not None:
            parts = [self.error]
        else:
            parts = [f"{self.new:,} new", f"{self.revised:,} changed"]
            parts += [f"{self.known:,} known under another link"] if self.known else []
            parts += [f"{self.forbidden:,} not allowed by robots.txt"] if self.forbidden else []
            parts += [f"{self.gone:,} gone from their site"] if self.gone else []
            parts += ["feed unchanged"] if self.unchanged else []
        if self.failures:
            link, why = next(iter(self.failures.items()))
            parts.append(f"{len(self.failures):,} failed ({link}: {why})")
        if self.later:
            parts.append(f"{self.later:,} later, as their host asks")
        return f"{self.feed.source} {self.feed.public_url}: {', '.join(parts + self.notes)}"
