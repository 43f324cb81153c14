"""Every mistake that no annotator may make is found, with its line; what is right is let be."""

from pathlib import Path

import pytest

from pipeline.corpus.checks import check
from pipeline.corpus.files import mistakes
from pipeline.corpus.inline_markup import MarkupError
from pipeline.corpus.markup import parse
from pipeline.corpus.model import AnnotatedArticle

HEAD = """id: one
genre: local report
region: DE-NI
subject: trains

l | PER | f | Lore Unger = Unger
k | PER | m | Karl Timm = Timm
b | ORG | - | Bahnhofsverein

"""
LINE = HEAD.count("\n") + 1
REST = " [Lore Unger|l] [Karl Timm|k] [Bahnhofsverein|b]"


def messages(body: str, head: str = HEAD) -> list[str]:
    problems = check(parse(f"{head}{body}{REST}\n"))
    assert all(problem.line in {1, LINE} for problem in problems)
    return [problem.message for problem in problems]


def test_articles_without_mistakes(article: AnnotatedArticle) -> None:
    assert check(article) == []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[Er|l] kam.", "'Er' cannot mean Lore Unger, gender f"),
        ("Dann kam [seine|l] Zeit.", "'seine' cannot mean Lore Unger, gender f"),
        ("Dann kam [sie|k].", "'sie' cannot mean Karl Timm, gender m"),
        ("Herr [Unger|l] kam.", "'Unger' cannot mean Lore Unger, gender f"),
        ("Frau Dr. [Timm|k] kam.", "'Timm' cannot mean Karl Timm, gender m"),
        ("Da kam [die Sprecherin|k].", "'die Sprecherin' cannot mean Karl Timm, gender m"),
        ("Da kam Unger.", "'Unger' is marked elsewhere as 'l', here it is not"),
        ("Da kam Lore Ungers Zug.", "'Lore Ungers' is marked elsewhere as 'l', here it is not"),
        ("[[Unger|l]|l] kam.", "the same mention of 'l' twice"),
        ("[Unger|l @4] kam.", "the mention speaks or hears in quote 4, which is not there"),
        ("<q 1 R l>[Timm|k @1] warnte</q>.", "@1 stands at 'k', but quote 1 has the speaker l"),
        ("„Nein“, hieß es.", "quotation marks that are neither <q … D> nor <n>: „Nein“"),
        ("Ein ‚Nein‘ kam.", "quotation marks that are neither <q … D> nor <n>: ‚Nein‘"),
        ("<n irony>„Nein“</n>.", "<n irony>: it says one of title, scare, term, unreal, purpose"),
        ("„Nein kam.", "1 „ and 0 “ in the body"),
        ("«Nein kam.", "0 » and 1 « in the body"),
        ('Da kam 3" Regen.', 'an odd number of " in the body'),
        ("<q 1 D l>Nein</q> kam.", "quote 1 is direct, but neither begins nor ends with a quotation mark"),
        ("<q 1 I l>er komme.</q>", "quote 1 is indirect and ends with '.': leave it outside"),
        ("<q 1 I l>er komme </q>.", "quote 1 begins or ends with a space"),
    ],
)
def test_mistakes(body: str, message: str) -> None:
    (found,) = messages(body)
    assert found == message or found.startswith(message)


@pytest.mark.parametrize(
    "body",
    [
        "<q 1 D k>„Haben [Sie|k] Zeit?“</q>",
        "[die Geisel|k] und [der Star|l]",
        "Karls Ungern, Ungerer",
        "<q 1 D l>«Ja, ‹nein›»</q>",
        "<n term>»Zug«</n> und <n title>›Bus‹</n>",
        "> <q 1 D l>Nein</q>",
        "<q 1 I l>er komme ...</q>",
    ],
)
def test_what_is_right(body: str) -> None:
    assert messages(body) == []


def test_chains_and_head() -> None:
    assert messages("", HEAD.replace("\nl |", "\nx | ORG | - | Amt\nl |").replace("\n\nx", "\n\nx"))[:1] == [
        "the chain 'x' (Amt) has no mention"
    ]
    assert "the name 'Edda Enger' of 'l' stands nowhere in the article" in messages(
        "", HEAD.replace("Lore Unger = Unger", "Edda Enger")
    )
    assert messages("", HEAD.replace("Lore Unger = Unger", "Lore Unger = Unger, Lolo")) == [
        "the name 'Lolo' of 'l' stands nowhere in the article"
    ]
    assert messages("", HEAD.replace("subject: trains", "topic: trains")) == [
        "the head has no subject",
        "the head knows no 'topic'; it has id, genre, region, subject, difficulty, source",
    ]


def test_what_a_head_can_say() -> None:
    strange = (
        HEAD.replace("local report", "feuilleton")
        .replace("DE-NI", "DE-XX")
        .replace("trains\n", "trains\ndifficulty: x\n")
    )
    assert sorted(messages("", strange)) == [
        "'DE-XX' is none of the guideline's regions",
        "'feuilleton' is none of the guideline's genres",
        "'x' is none of the guideline's difficulties",
    ]
    assert messages("", strange.replace("region", "source: real\nregion")) == []
    assert messages("", HEAD.replace("region", "source: Wikinews\nregion")) == [
        "the source can only be 'real', or is left out; here stands 'Wikinews'"
    ]


def test_a_number_in_two_parts() -> None:
    source = HEAD + "T: <q 1 R l>[Unger|l @1] warnt</q>\n\n<q 1 R l>[Unger|l] warnte</q>." + REST
    assert "a quote 1 stands in another part as well" in [problem.message for problem in check(parse(source))]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[Unger|x] kam.", "there is no chain 'x' in the table"),
        ("<q 1 D>„Nein“</q>", "quote 1 has no speaker"),
        ("<q 1 Z l>„Nein“</q>", "'Z' is no type of quote"),
        ("<c 3>sagte</c>", "a cue of quote 3, which is not there"),
        ("<q 1 D l>„Nein“", "a <q> is opened here and never closed"),
        ("[<q 1 D l>„Nein“|l]</q>", "does not begin within the same tag"),
        ("[ |l] kam.", "a mention without words"),
        ("<q ² D l>„Nein“</q>", "<q> without a number"),
        (f"<q {'1' * 5000} D l>„Nein“</q>", "<q> without a number"),
        ("[Unger|l @²] kam.", "only @NUMBER"),
    ],
)
def test_what_cannot_be_read(body: str, message: str) -> None:
    with pytest.raises(MarkupError, match=message) as caught:
        parse(f"{HEAD}{body}{REST}\n")
    assert caught.value.line == LINE


@pytest.mark.parametrize(
    ("once", "twice", "message", "line"),
    [
        ("k |", "l |", "the chain 'l' stands twice in the table", 7),
        ("subject: trains", "subject: trains\nsubject: ships", "'subject' stands twice in the head", 5),
        ("| Bahnhofsverein\n\n", "| Bahnhofsverein\n\nT: Zug\nD: Ulm\nT: Bus\n\n", "a second line 'T:'", 12),
    ],
)
def test_what_stands_twice(once: str, twice: str, message: str, line: int) -> None:
    with pytest.raises(MarkupError, match=message) as caught:
        parse(HEAD.replace(once, twice) + REST)
    assert caught.value.line == line


def test_files_with_mistakes(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.txt" for name in "abcd"]
    paths[0].write_text(HEAD + REST)
    paths[1].write_text(HEAD + REST)
    paths[2].write_text("no head\n")
    paths[3].write_bytes(b"id: \xff\n")
    assert [(path.name, problem.message) for path, problem in mistakes(paths)] == [
        ("b.txt", f"the id 'one' is taken by {paths[0]}"),
        ("c.txt", "'no head' is no 'key: value' of the head"),
        ("d.txt", "no UTF-8 (invalid start byte at byte 4)"),
    ]


def test_a_byte_order_mark_is_no_part_of_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("id: a\ngenre: report\n\n\n", encoding="utf-8-sig")
    assert "the head has no id" not in {mistake.message for _, mistake in mistakes([path])}


def test_the_guideline_s_example_has_no_mistakes() -> None:
    guideline = Path(__file__).parents[2] / "corpus" / "GUIDELINES.md"
    example = guideline.read_text(encoding="utf-8").split("```")[1].lstrip("\n")
    assert check(parse(example)) == []
