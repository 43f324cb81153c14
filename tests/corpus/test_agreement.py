"""Agreement of two annotations, on small cases whose figures are known."""

from pathlib import Path

import pytest

from pipeline.corpus.agreement import compare, compare_folders
from pipeline.corpus.markup import parse
from pipeline.corpus.model import AnnotatedArticle
from pipeline.errors import ConfigurationError

HEAD = """id: one
genre: x
region: x
subject: x
difficulty: {difficulty}

a | PER | f | Anna Lund = Lund
b | PER | m | Bert Kowa = Kowa

"""
FIRST = (
    "<q 1 D a>„So ist es“</q>, sagte [Anna Lund|a @1]. <q 2 I b>[Lund|a] irre</q>, "
    "meinte [Bert Kowa|b @2]. [Er|b] ging."
)
SECOND = (
    "<q 1 D b>„So ist es“</q>, sagte [Anna Lund|b @1]. <q 2 R a>[Lund|b] irre</q>, "
    "meinte [Bert Kowa|a @2]. [Er|b] ging."
)


def annotated(body: str, difficulty: str = "") -> AnnotatedArticle:
    return parse(HEAD.format(difficulty=difficulty) + body + "\n")


def test_an_article_agrees_with_itself(article: AnnotatedArticle) -> None:
    row = compare([(article, article)]).total.as_row()
    shares = {name: value for name, value in row.items() if name not in {"articles", "quotes"}}
    assert shares == pytest.approx(dict.fromkeys(shares, 1.0))


def test_chains_are_matched_by_their_mentions_and_not_by_their_keys() -> None:
    """The second has the keys the other way round, another type for one quote, and "Er" in the wrong chain."""
    total = compare([(annotated(FIRST), annotated(SECOND))]).total
    assert total.speakers == 2
    assert total.quotes.f1 == 1
    assert total.mentions.f1 == 1
    # Chains {Anna Lund, Lund}, {Bert Kowa, Er} against {Anna Lund, Lund, Er}, {Bert Kowa}: MUC 1 of 2, B³ 3 of 4.
    muc, b3 = total.chains.counts["muc"], total.chains.counts["b3"]
    assert (muc.recall, muc.precision) == (1 / 2, 1 / 2)
    assert b3.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)
    assert b3.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)


def test_kappa_takes_away_what_chance_gives() -> None:
    total = compare([(annotated(FIRST), annotated(SECOND))]).total
    # Observed 1/2; the first has D and I, the second D and R: by chance D and D in 1/4.
    assert total.kappa == pytest.approx((1 / 2 - 1 / 4) / (1 - 1 / 4))


def test_quotes_of_half_the_same_words_are_one_and_others_are_none() -> None:
    short = FIRST.replace("„So ist es“</q>", "„S</q>o ist es“")
    none = FIRST.replace("<q 1 D a>„So ist es“</q>", "„So ist es“").replace(" @1", "")
    first = annotated(FIRST)
    missing = compare([(first, annotated(none))]).total
    assert missing.quotes.recall == 1 / 2
    assert missing.quotes.precision == 1
    assert compare([(first, annotated(short))]).total.quotes.recall == 1 / 2


def test_spans_that_differ_a_little_are_no_exact_match() -> None:
    other = FIRST.replace("<q 1 D a>„So ist es“</q>,", "<q 1 D a>„So ist es“,</q>")
    total = compare([(annotated(FIRST), annotated(other))]).total
    assert (total.quotes.f1, total.exact.f1) == (1, 1 / 2)


def test_white_space_and_furniture_may_differ() -> None:
    first = annotated("T: [Lund|a] geht\n\n" + FIRST)
    second = annotated("[Lund|a]  geht\n\n" + FIRST.replace(". <q 2", ".\n\n<q 2"))
    assert compare([(first, second)]).total.mentions.f1 == 1


def test_figures_by_difficulty() -> None:
    hard = annotated(FIRST, "two women")
    rows = compare([(hard, hard), (annotated(FIRST), annotated(SECOND))]).as_rows()
    assert list(rows) == ["all", "none", "two women"]
    assert rows["two women"]["type_kappa"] == 1
    assert rows["all"]["articles"] == 2


def test_other_texts_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="texts differ at sign 3,"):
        compare([(annotated(FIRST), annotated(FIRST.replace("So ist", "So war")))])


def test_folders(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "one.txt").write_text(HEAD.format(difficulty="") + FIRST)
    with pytest.raises(ConfigurationError, match="no articles"):
        compare_folders(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / "other.txt").write_text(HEAD.format(difficulty="").replace("one", "two") + FIRST)
    with pytest.raises(ConfigurationError, match="in common"):
        compare_folders(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / "one.txt").write_text(HEAD.format(difficulty="") + SECOND)
    report = compare_folders(tmp_path / "a", tmp_path / "b")
    assert (report.total.articles, report.alone) == (1, ["two"])
    (tmp_path / "b" / "again.txt").write_text(HEAD.format(difficulty="") + SECOND)
    with pytest.raises(ConfigurationError, match="id 'one' again"):
        compare_folders(tmp_path / "a", tmp_path / "b")
