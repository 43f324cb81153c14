"""When a feed is polled again, and when a page is looked at again."""

from agents.feed.feed_list import FeedSource
from agents.feed.fetching import FetchError
from agents.feed.robots import KEEP_SECONDS as ROBOTS_SECONDS
from agents.feed.seen import FeedState, Page

FIRST_INTERVAL_SECONDS = 900.0
SHORTEST_INTERVAL_SECONDS = 300.0
LONGEST_INTERVAL_SECONDS = 4 * 3600.0

MAX_ATTEMPTS = 12
"""Of a page: with their pauses they take 34 hours at least, so that a site may be down for a night."""
FIRST_RETRY_SECONDS = 60.0


def next_interval(feed: FeedSource, state: FeedState, *, new: int, retry_seconds: float | None) -> float:
    """Seconds to the next poll: as its list says, else the more often the more comes; longer after failures."""
    if feed.interval_minutes is not None:
        calm = feed.interval_minutes * 60
    else:
        before = state.interval or FIRST_INTERVAL_SECONDS
        wanted = before if state.failures else before / 2 if new else before * 1.5
        calm = min(max(wanted, SHORTEST_INTERVAL_SECONDS), LONGEST_INTERVAL_SECONDS)
    if state.failures and feed.interval_minutes is not None:
        calm = min(calm * 2 ** min(state.failures, 6), max(calm, LONGEST_INTERVAL_SECONDS))
    return max(calm, retry_seconds or 0.0)


def mark_failure(known: Page, error: FetchError, now: float) -> str:
    """Write down that a page could not be had, and when it is tried again, if it is; what that counts as."""
    known.problem, known.checked = str(error), now
    if error.fate == "robots":
        known.due = now + ROBOTS_SECONDS if now - known.first_seen < 2 * ROBOTS_SECONDS else None
        return "forbidden"
    if error.fate == "away":
        known.due = now + (error.retry_seconds or FIRST_RETRY_SECONDS)
        return "failed"
    if error.fate == "gone" and known.article is not None:
        known.due = None
        return "gone"
    known.attempts += 1
    if error.fate in ("refused", "gone"):
        known.due = None
        return "failed"
    if known.attempts >= MAX_ATTEMPTS:
        known.problem, known.due = f"{error}; given up after {known.attempts} tries", None
        return "given_up"
    known.due = now + max(FIRST_RETRY_SECONDS * 2 ** (known.attempts - 1), error.retry_seconds or 0.0)
    return "failed"


def next_look(known: Page, now: float, follow_seconds: float) -> float | None:
    """When a page is looked at again: ever more seldom, the older the article, after half of its age."""
    age = now - known.first_seen
    return now + age / 2 if known.article is not None and age < follow_seconds else None
