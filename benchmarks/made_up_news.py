"""Articles that nobody wrote, and stores that are full of them."""

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from agents.web.store.columns import ROW
from agents.web.store.writer import StoreWriter, TopicMessage
from pipeline.cleaning.fingerprint import fingerprints
from schemas.codec import encode
from schemas.records import Block, Entity, Gender, Mention, Quote, QuoteArticle, Speaker
from schemas.spans import CharOffset, Span

WORDS = 20_000
PEOPLE = 12_000
SOURCES = 60
QUOTES = 8
"""Of an article."""
COPIES = 0.2
"""Of the articles are another paper's too."""
DAYS = 20
GENDERS: tuple[Gender | None, ...] = ("f", "m", "m", None)


class News:
    """Articles that nobody wrote: word and speaker numbers follow Zipf's law."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        syllables = [a + b for a in "bdfgklmnprstvwz" for b in ("a", "e", "i", "o", "u", "ei", "au")]
        self.words = ["".join(self._random.choices(syllables, k=self._random.randint(1, 4))) for _ in range(WORDS)]
        self.names = [f"{self._name(syllables)} {self._name(syllables)}" for _ in range(PEOPLE)]

    def _name(self, syllables: list[str]) -> str:
        return "".join(self._random.choices(syllables, k=3)).capitalize()

    def _rank(self, of: int) -> int:
        return min(of - 1, int(self._random.paretovariate(0.7)) - 1)

    def sentence(self) -> str:
        """Twelve to thirty words."""
        words = [self.words[self._rank(WORDS)] for _ in range(self._random.randint(12, 30))]
        return " ".join(words).capitalize() + "."

    def article(self, number: int, now: float) -> QuoteArticle:
        """One with `QUOTES` quotes of three speakers."""
        rank, parts, quotes = self._random, [], []
        speakers = [self._rank(PEOPLE) for _ in range(3)]
        text = ""
        entities: dict[str, Entity] = {}
        for n in range(QUOTES):
            name, said = self.names[speakers[n % 3]], self.sentence()
            start = CharOffset(len(text))
            begin = start + len(name) + len(" sagte: ")
            entity = f"per/{name.lower().replace(' ', '-')}"
            mention = Mention(begin=start, end=start + len(name), text=name, kind="name")
            if entity in entities:
                entities[entity].mentions.append(mention)
            else:
                gender: Gender | None = GENDERS[speakers[n % 3] % 4]
                entities[entity] = Entity(
                    id=entity,
                    name=name,
                    type="PER",
                    roles=[f"Rolle {speakers[n % 3] % 200}"],
                    affiliations=[f"Partei {speakers[n % 3] % 7}"] if speakers[n % 3] % 3 == 0 else [],
                    gender=gender,
                    gender_from="name" if gender else None,
                    mentions=[mention],
                    salience=0.5,
                )
            quotes.append(
                Quote(
                    id=f"kept-{number}#{n}",
                    type=rank.choice(("Direct", "Indirect", "Indirect", "Reported")),
                    medium="Speech",
                    spans=[Span(begin=begin, end=begin + len(said))],
                    text=said,
                    speaker=Speaker(
                        spans=[Span(begin=mention.begin, end=mention.end)],
                        text=name,
                        entity=entity,
                        name=name,
                        kind="person",
                        confidence=0.9,
                    ),
                    confidence=0.9,
                )
            )
            part = f"{name} sagte: {said}"
            parts.append(Block(begin=start, end=start + len(part), kind="paragraph"))
            text += part + "\n\n"
        content, near = fingerprints(text)
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - rank.random() * DAYS * 86400))
        return QuoteArticle(
            id=f"kept-{number}",
            source=f"Blatt {self._rank(SOURCES)}",
            language="de",
            published_at=at,
            title=self.sentence()[:60],
            text=text,
            blocks=parts,
            content_hash=content,
            simhash=near,
            entities=list(entities.values()),
            quotes=quotes,
        )

    def articles(self, count: int, now: float) -> Iterator[QuoteArticle]:
        """So many, some of them in several papers."""
        last: QuoteArticle | None = None
        for number in range(count):
            if last is not None and self._random.random() < COPIES:
                renamed = [q.model_copy(update={"id": f"kept-{number}#{n}"}) for n, q in enumerate(last.quotes)]
                source = f"Blatt {self._random.randrange(SOURCES)}"
                yield last.model_copy(update={"id": f"kept-{number}", "source": source, "quotes": renamed})
            else:
                last = self.article(number, now)
                yield last


def fill(writer: StoreWriter, articles: Iterator[QuoteArticle], now: float, first: int = 0) -> int:
    """Put articles into the store; how many."""
    batch: list[TopicMessage] = []
    count = first
    for article in articles:
        batch.append(TopicMessage("articles.quotes", 0, count, now, encode(article), {"trail": "[]"}))
        count += 1
        if len(batch) == 200:
            writer.add(batch)
            batch = []
    writer.add(batch)
    return count - first


def multiply(path: Path, times: int) -> None:
    """Let a store have all that it has so many times, each time some hours earlier and under other ids."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA recursive_triggers = ON")
    (last,) = connection.execute("SELECT max(seq) FROM articles").fetchone()
    (last_quote,) = connection.execute("SELECT max(num) FROM quotes").fetchone()
    (columns,) = connection.execute(
        "SELECT group_concat(name) FROM pragma_table_info('articles')"
        " WHERE name NOT IN ('seq', 'id', 'at', 'same', 'line', 'record')"
    ).fetchone()
    for time_ in range(1, times):
        seq, num, before = time_ * last, time_ * last_quote, time_ * 7200.0
        connection.execute("BEGIN")
        for query in (
            f"INSERT INTO articles (seq, id, at, same, {columns}, line, record) SELECT seq + {seq}, id || '-{time_}',"
            f" at - {before}, same + {seq}, {columns}, line, record FROM articles WHERE seq <= {last}",
            f"INSERT INTO mentions SELECT entity, article + {seq}, count, arrived - {before}, day, source FROM mentions"
            f" WHERE article <= {last}",
            "INSERT INTO quotes (num, id, article, entity, gender, party, agency, fragment, printed, said)"
            f" SELECT num + {num}, '{time_}-' || id, article + {seq}, entity, gender, party, agency, fragment,"
            f" printed + {time_}, said + {time_} FROM quotes WHERE num <= {last_quote}",
            f"INSERT INTO quote_lines SELECT num + {num}, line, context FROM quote_lines WHERE num <= {last_quote}",
            f"INSERT INTO quote_about SELECT entity, quote + {num} FROM quote_about WHERE quote <= {last_quote}",
            f"INSERT INTO quote_search (rowid, text, speaker) SELECT rowid + {num}, text, speaker FROM quote_search"
            f" WHERE rowid <= {last_quote}",
        ):
            connection.execute(query)
        found = connection.execute(f"SELECT article, rows FROM quote_columns WHERE article <= {last}").fetchall()
        for article, blob in found:
            rows = np.frombuffer(blob, dtype=ROW).copy()
            rows["num"] += num
            rows["said"] += time_
            rows["article"] += seq
            rows["same"] += seq
            rows["at"] -= before
            connection.execute("INSERT INTO quote_columns VALUES (?, ?)", (article + seq, rows.tobytes()))
        connection.execute("COMMIT")
    connection.close()
