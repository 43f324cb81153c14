"""The same feeds read by Redefluss, news-please and fundus: the articles that each finds, and how well it cleans them.

    python -m benchmarks.feed_peers [--articles N] [--feeds N]

A web server on the loopback has articles of the corpus on pages, which RSS, Atom and news sitemaps list. The two peers
are installed by pip into environments of their own, and reach no address but those of the loopback.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from agents.broker import BrokerError, EmbeddedBroker
from agents.processes import module_command
from agents.topic_reader import messages_to_end
from benchmarks.environments import Unusable, installed, run
from pipeline.cleaning import Cleaner
from pipeline.errors import Rejected
from pipeline.evaluation.cleaning import TextScore, compare
from pipeline.stages import RAW_TOPIC
from schemas.records import RawArticle
from tests.feed.site import Site
from tests.support.press import KINDS, Press, Published, corpus_articles
from tests.support.stream import Stream

LISTS = {"rss": "RSS", "atom": "Atom", "sitemap": "news sitemaps"}
LINK_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
NOWHERE = "http://127.0.0.1:9"
"""The proxy for all addresses but the loopback's: nobody listens there."""
LEAST_SECONDS = 300.0
SECONDS_AN_ARTICLE = 3.0


@dataclass(frozen=True)
class Paper:
    """A newspaper as a reader of feeds is told of it.

    Attributes:
        name: as its articles' source.
        kind: of its feed, one of `KINDS`.
        feed: address of that.
        home: address of its start page, which names a feed of RSS or Atom; a sitemap is named by its robots.txt.
    """

    name: str
    kind: str
    feed: str
    home: str


@dataclass(frozen=True)
class Peer:
    """Another reader of feeds.

    Attributes:
        name: as in the report.
        requirements: what pip installs; the first is the peer itself.
        script: in `benchmarks/peers`, takes the papers as a JSON file, and where to write what it read as JSON lines.
    """

    name: str
    requirements: tuple[str, ...]
    script: str


PEERS = (
    Peer("news-please 1.6.16", ("news-please==1.6.16",), "news_please_feeds.py"),
    # It imports a function that curl_cffi no longer has since 0.16, which its metadata allows.
    Peer("fundus 0.5.7", ("fundus==0.5.7", "curl_cffi<0.16"), "fundus_feeds.py"),
)


@dataclass(frozen=True)
class Read:
    """An article as a reader gave it: the address of its page, and its text, cleaned."""

    url: str
    text: str


@dataclass(frozen=True)
class Result:
    """What a reader made of the feeds.

    Attributes:
        found: articles of the site, each counted once, by the kind of their feed.
        duplicates: articles that were given again.
        foreign: what was given and is no article of the site.
        without_text: found articles without a word.
        words: means over the found articles; one without text counts as 0.
        below_08: found articles with an F1 under 0.8.
    """

    found: dict[str, int]
    duplicates: int
    foreign: int
    without_text: int
    words: TextScore
    below_08: int


def measure(published: Sequence[Published], kinds: Sequence[str], read: Sequence[Read]) -> Result:
    """Compare what was read with the articles, of which `kinds` says by what kind of feed each is listed."""
    first: dict[str, str] = {}
    for article in read:
        first.setdefault(article.url, article.text)
    found = [(kind, article) for kind, article in zip(kinds, published, strict=True) if article.url in first]
    scores = [compare(first[article.url], article.article.body.text) for _, article in found]
    per_kind = Counter(kind for kind, _ in found)
    urls = {article.url for article in published}
    return Result(
        found={kind: per_kind[kind] for kind in KINDS},
        duplicates=sum(article.url in urls for article in read) - len(found),
        foreign=sum(article.url not in urls for article in read),
        without_text=sum(not first[article.url].strip() for _, article in found),
        words=TextScore(
            *(
                statistics.fmean([getattr(score, part) for score in scores] or [0.0])
                for part in ("precision", "recall", "f1")
            )
        ),
        below_08=sum(score.f1 < 0.8 for score in scores),
    )


@contextmanager
def opened(press: Press, site: Site) -> Iterator[list[Paper]]:
    """The papers, each with a start page and a robots.txt on a port of its own, while they can be read."""
    papers = []
    with ExitStack() as stack:
        for number, (feed, name) in enumerate(press.feeds()):
            kind, home = KINDS[number % len(KINDS)], stack.enter_context(Site())
            link = f'<link rel="alternate" type="{LINK_TYPES[kind]}" href="{feed}">' if kind in LINK_TYPES else ""
            home.put("/", f"<html><head><title>{name}</title>{link}</head><body><h1>{name}</h1></body></html>")
            listed = "" if kind in LINK_TYPES else f"Sitemap: {feed}\n"
            home.put("/robots.txt", f"User-agent: *\nDisallow:\n{listed}", kind="text/plain")
            papers.append(Paper(name, kind, feed, home.url("/")))
        site.put("/robots.txt", "User-agent: *\nDisallow:\n", kind="text/plain")
        yield papers


def read_by_redefluss(papers: Sequence[Paper], folder: Path, seconds: float) -> list[Read]:
    """By `redefluss feed --once` into articles.raw of the embedded broker, and from there through cleaning."""
    feeds = folder / "feeds.toml"
    feeds.write_text(
        "".join(f'[[feeds]]\nurl = "{paper.feed}"\nsource = "{paper.name}"\n' for paper in papers), encoding="utf-8"
    )
    with EmbeddedBroker(port=0) as broker:
        stream = Stream(broker.address, "peers.", folder, feed_allow_private=True, feed_pause_seconds=0)
        asyncio.run(stream.prepare())
        command = module_command("agents.cli", "feed", str(feeds), "--once")
        run(command, stream.environment, folder, seconds)
        return asyncio.run(_cleaned(stream))


async def _cleaned(stream: Stream) -> list[Read]:
    clean = Cleaner(stream.settings.pipeline)
    read = []
    async for message in messages_to_end(stream.settings, RAW_TOPIC):
        raw = RawArticle.model_validate_json(message.value)
        try:
            text = clean(raw).text
        except Rejected:
            text = ""
        read.append(Read(raw.url or "", text))
    return read


def read_by_peer(peer: Peer, python: Path, papers: Sequence[Paper], folder: Path, seconds: float) -> list[Read]:
    """What the peer's script gives, run by the Python of its environment."""
    listed, written = folder / "papers.json", folder / "read.jsonl"
    listed.write_bytes(orjson.dumps(list(papers)))
    script = Path(__file__).parent / "peers" / peer.script
    only_here = {
        "HOME": str(folder), "PYTHONUTF8": "1", "no_proxy": "127.0.0.1", "http_proxy": NOWHERE, "https_proxy": NOWHERE,
    }  # fmt: skip
    run([str(python), "-P", str(script), str(listed), str(written)], only_here, folder, seconds)
    return [Read(**orjson.loads(line)) for line in written.read_bytes().splitlines()]


def as_markdown(published: int, results: Mapping[str, tuple[Result, float]]) -> str:
    """A table with a column for each reader."""
    rows: dict[str, list[object]] = {
        "articles on the site": [published for _ in results],
        "**articles found**": [sum(result.found.values()) for result, _ in results.values()],
        **{
            f"of these listed by {LISTS[kind]}": [result.found[kind] for result, _ in results.values()]
            for kind in KINDS
        },
        "found with text": [sum(result.found.values()) - result.without_text for result, _ in results.values()],
        "precision of the words": [f"{result.words.precision:.4f}" for result, _ in results.values()],
        "recall of the words": [f"{result.words.recall:.4f}" for result, _ in results.values()],
        "**F1 of the words**": [f"{result.words.f1:.4f}" for result, _ in results.values()],
        "F1 with 0 for articles not found": [
            f"{result.words.f1 * sum(result.found.values()) / published:.4f}" for result, _ in results.values()
        ],
        "articles with an F1 under 0.8": [result.below_08 for result, _ in results.values()],
        "articles given more than once": [result.duplicates for result, _ in results.values()],
        "other pages given as articles": [result.foreign for result, _ in results.values()],
        "seconds": [f"{seconds:.1f}" for _, seconds in results.values()],
    }
    lines = [f"| | {' | '.join(results)} |", "|---" * (len(results) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(map(str, cells))} |" for name, cells in rows.items()]
    return "\n".join(lines)


def main() -> int:
    """Print the table; exit code 1 if a reader could not be run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=60)
    parser.add_argument("--feeds", type=int, default=6)
    options = parser.parse_args()
    try:
        articles = corpus_articles(options.articles)
    except ValueError as error:
        parser.error(str(error))
    if not 0 < options.feeds <= options.articles:
        parser.error("there have to be feeds, and no more of them than articles")
    results: dict[str, tuple[Result, float]] = {}
    failures: list[str] = []
    with Site() as site:
        press = Press(site, options.feeds)
        press.publish(articles)
        kinds = [KINDS[article.number % options.feeds % len(KINDS)] for article in press.articles]
        with opened(press, site) as papers:
            for peer in (None, *PEERS):
                name = peer.name if peer else "redefluss"
                print(f"Reading with {name}", file=sys.stderr, flush=True)  # noqa: T201
                try:
                    read, seconds = _read(peer, papers, LEAST_SECONDS + SECONDS_AN_ARTICLE * len(articles))
                    results[name] = measure(press.articles, kinds, read), seconds
                except (BrokerError, Unusable) as error:
                    failures.append(f"{name}: {error}")
    sys.stdout.write(as_markdown(len(articles), results) + "\n")
    sys.stdout.writelines(f"\n{failure}\n" for failure in failures)
    return int(bool(failures))


def _read(peer: Peer | None, papers: Sequence[Paper], limit: float) -> tuple[list[Read], float]:
    """What the peer, or Redefluss, reads in at most so many seconds, and in how many."""
    python = installed(peer.name, peer.requirements) if peer else None
    with tempfile.TemporaryDirectory(prefix="redefluss-peers-") as scratch:
        folder, started = Path(scratch), time.monotonic()
        if peer and python:
            read = read_by_peer(peer, python, papers, folder, limit)
        else:
            read = read_by_redefluss(papers, folder, limit)
        return read, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
