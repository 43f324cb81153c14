from dataclasses import replace

import numpy as np
import pytest

from pipeline.quotes.candidates import QuoteCandidate, overlap
from pipeline.quotes.combination import combine, weigh
from pipeline.quotes.segmentation import (
    drop_repeats,
    lines_apart,
    split_sentences,
    without_lines_apart,
    without_questions,
)
from pipeline.reader.calibration import Calibration, Logistic, logit
from pipeline.reader.layout import Layout
from pipeline.reader.reading import Reading
from pipeline.reader.scorers import Vectors
from pipeline.spans import CharOffset
from schemas.records import Block
from tests.quotes.reading import analysed

TEXT = "Wort " * 30
TRUSTING = Calibration(Logistic({"rule": 1.0, "seen": 1.0}), Logistic({"probability": 1.0}), {})


def reading(seen: float = 0.5, text: str = TEXT, begins_at: int | None = None) -> Reading:
    """A reading in which all tokens are as likely in speech; it begins with token `begins_at`."""
    layout = Layout(text)
    begins = np.zeros((len(layout), 2), dtype=np.float32)
    if begins_at is not None:
        begins[begins_at] = 0.9
    inside = np.full((len(layout), 2), seen, dtype=np.float32)
    states = Vectors(np.zeros((len(layout), 4), dtype=np.float32))
    nothing = np.zeros(len(layout), dtype=np.float32)
    return Reading(layout, states, (), (), (), (), inside, nothing, nothing[:, None], begins)


def rule(begin: int, end: int, **fields: object) -> QuoteCandidate:
    return QuoteCandidate([(begin, end)], "Indirect", confidence=0.8, rule="verb-that", **fields)  # type: ignore[arg-type]


def read(begin: int, end: int, confidence: float, **fields: object) -> QuoteCandidate:
    return QuoteCandidate([(begin, end)], "Indirect", confidence=confidence, **fields)  # type: ignore[arg-type]


def test_what_both_find_is_one_quote_with_the_spans_of_the_rules() -> None:
    found = read(12, 52, 0.7, medium="Writing", cue_spans=[(0, 5)])
    (quote,) = combine(reading(), TRUSTING, [rule(10, 50)], [found])
    assert quote.spans == [(10, 50)]
    assert quote.medium == "Writing"
    assert quote.cue_spans == [(0, 5)]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ([], [[(10, 40)], [(70, 110)]]),
        ([(60, 65)], [[(10, 40), (70, 110)]]),
    ],
)
def test_pieces_that_rules_have_somebody_and_nobody_say_are_two_quotes(
    second: list[object], said: list[object]
) -> None:
    found = replace(read(10, 40, 0.95), spans=[(10, 40), (70, 110)])
    by_rules = [rule(10, 40, speaker_spans=[(0, 5)]), rule(70, 110, speaker_spans=second)]
    assert [quote.spans for quote in combine(reading(), TRUSTING, by_rules, [found])] == said


@pytest.mark.parametrize(("name", "confidence"), [("post", 0.95), ("turn", 0.0)])
def test_what_the_layout_tells_is_a_quote_whatever_the_reader_hears(name: str, confidence: float) -> None:
    found = QuoteCandidate([(10, 50)], "Direct", confidence=0.95, rule=name)
    deaf = Calibration(Logistic({"always": -20.0}), Logistic({}), {"Direct without marks": 0.0})
    (quote,) = combine(reading(0.0), deaf, [found], [])
    assert quote.confidence == pytest.approx(confidence, abs=1e-6)


def test_indirect_speech_that_the_reader_is_sure_of_goes_on_behind_its_frame() -> None:
    found = QuoteCandidate([(0, 20), (45, 60)], "Indirect", confidence=0.95, frame_spans=[(20, 45)])
    cut_off = rule(0, 20, cue_spans=[(20, 25)], frame_spans=[(20, 60)])
    (quote,) = combine(reading(0.9), TRUSTING, [cut_off], [found])
    assert quote.spans == [(0, 20), (45, 60)]
    assert (quote.cue_spans, quote.frame_spans, quote.rule) == ([(20, 25)], [(20, 45)], "verb-that")


def test_what_the_reader_is_sure_is_said_names_no_speaker() -> None:
    text = "Bisher liegen laut Nordbau Aufträge für vier Boote vor."
    found = QuoteCandidate([(0, 13), (27, 54)], "Indirect", confidence=0.95)
    by_rule = replace(rule(0, 54, speaker_spans=[(19, 35)], cue_spans=[(14, 18)]), spans=[(0, 13), (36, 54)])
    (quote,) = combine(reading(0.9, text), TRUSTING, [by_rule], [found])
    assert [text[begin:end] for begin, end in quote.speaker_spans] == ["Nordbau"]
    within = replace(by_rule, speaker_spans=[(27, 35)])
    (quote,) = combine(reading(0.9, text), TRUSTING, [within], [found])
    assert quote.speaker_spans == [(27, 35)]


def test_the_type_is_that_of_the_reader_where_the_bounds_are() -> None:
    for sure, type_ in ((0.95, "Indirect"), (0.8, "Reported")):
        reported = replace(rule(0, 60), type="Reported")
        (found, _), *_ = weigh(reading(), [reported], [read(12, 60, sure)])
        assert (found.type, found.begin) == (type_, 12 if sure > 0.9 else 0)


def test_direct_speech_keeps_to_its_marks_however_sure_the_reader_is() -> None:
    marked = QuoteCandidate([(10, 50)], "Direct", confidence=0.9, rule="marks-alone")
    found = QuoteCandidate([(15, 55)], "Direct", confidence=0.99)
    (quote,) = combine(reading(0.9), TRUSTING, [marked], [found])
    assert quote.spans == [(10, 50)]


def test_what_is_not_seen_as_speech_must_be_sure_by_its_rule() -> None:
    assert combine(reading(0.1), TRUSTING, [rule(0, 20)], []) == []
    (quote,) = combine(reading(0.5), TRUSTING, [rule(0, 20)], [])
    assert quote.confidence == pytest.approx(0.8, abs=0.01)


def test_the_reader_alone_must_be_sure() -> None:
    assert combine(reading(0.3), TRUSTING, [], [read(0, 20, 0.3)]) == []
    (quote,) = combine(reading(0.9), TRUSTING, [], [read(0, 20, 0.9)])
    assert not quote.rule


def test_the_evidence_names_who_found_it() -> None:
    both = weigh(reading(), [rule(10, 50)], [read(12, 52, 0.7), read(60, 80, 0.7)])
    assert [{"by rule", "by reader"} & evidence.keys() for _, evidence in both] == [
        {"by rule", "by reader"},
        {"by reader"},
    ]


def test_a_quote_that_begins_where_the_reader_sees_speech_begin_is_surer() -> None:
    both, begun = [rule(10, 50)], reading(begins_at=2)
    for found, by in (([read(10, 50, 0.7)], "both"), ([], "rule alone")):
        ((_, evidence),) = weigh(begun, both, found)
        ((_, without),) = weigh(reading(), both, found)
        assert evidence[f"begun, {by}"] == pytest.approx(logit(0.9))
        assert without == {**evidence, f"begun, {by}": logit(0)}
    ((_, later),) = weigh(begun, [], [read(15, 50, 0.7)])
    assert later["begun, reader alone"] == logit(0)


def test_a_few_words_are_often_a_piece_of_a_clause() -> None:
    candidates = [rule(0, 25), rule(0, 30), QuoteCandidate([(0, 15), (20, 40)], "Indirect", rule="verb-that")]
    evidence = [found for _, found in weigh(reading(), candidates, [])]
    assert ["few words, rule alone" in found for found in evidence] == [True, False, False]


def test_of_one_statement_with_two_bounds_the_surer_one_stays() -> None:
    whole, end = rule(0, 100, cue_spans=[(105, 110)]), rule(45, 100, cue_spans=[(105, 110)])
    for surer in (whole, end):
        both = [replace(c, confidence=0.9 if c is surer else 0.7) for c in (whole, end)]
        assert [c.spans for c in combine(reading(), TRUSTING, both, [])] == [surer.spans]
    reported = replace(end, cue_spans=[(35, 40)])
    assert len(combine(reading(), TRUSTING, [whole, reported], [])) == 2
    marked = QuoteCandidate([(45, 100)], "Direct", confidence=0.9)
    assert len(combine(reading(), TRUSTING, [whole, marked], [])) == 2
    assert len(combine(reading(), TRUSTING, [whole, rule(90, 140, cue_spans=[(145, 150)])], [])) == 2


def test_nested_quotes_survive() -> None:
    outer, inner = rule(0, 100), QuoteCandidate([(60, 80)], "Direct", confidence=0.9)
    both = combine(
        reading(), TRUSTING, [outer, inner], [read(0, 100, 0.9), QuoteCandidate([(60, 80)], "Direct", confidence=0.9)]
    )
    assert [c.spans for c in both] == [[(0, 100)], [(60, 80)]]


def test_carried_on_speech_is_split_into_its_sentences() -> None:
    whole = QuoteCandidate([(0, 27)], "IndirectFreeIndirect")
    found = split_sentences(analysed("Es gebe Geld. Es sei genug. Ende."), [whole])
    assert [candidate.spans for candidate in found] == [[(0, 13)], [(14, 27)]]


def test_what_repeats_another_quote_is_no_record_of_its_own() -> None:
    speaker = {"speaker_spans": [(0, 5)]}
    direct = QuoteCandidate([(60, 80)], "Direct", speaker_spans=[(0, 5)])
    relayed = QuoteCandidate([(60, 80)], "Direct", speaker_spans=[(20, 25)])
    outer, inner, other = rule(30, 100, **speaker), rule(50, 90, **speaker), rule(40, 90, speaker_spans=[(6, 9)])
    marked = rule(60, 80, **speaker)
    assert drop_repeats(" " * 100, [outer, other, inner, direct, relayed, marked]) == [outer, other, direct]


def test_sentences_of_direct_speech_are_no_quotes_of_their_own() -> None:
    text = "„Wir kommen morgen. Alle kommen. Er rief: ‚Wartet!‘ Wir warten.“"

    def direct(words: str) -> QuoteCandidate:
        begin = text.index(words)
        return QuoteCandidate([(begin, begin + len(words))], "Direct")

    whole = direct(text)
    first, second, inner = direct("„Wir kommen morgen."), direct("Alle kommen."), direct("‚Wartet!‘")
    assert drop_repeats(text, [whole, first, second, inner]) == [whole, inner]
    assert drop_repeats(text, [first, second, inner]) == [first, second, inner]


def test_one_half_of_speech_around_a_frame_is_no_quote_of_its_own() -> None:
    text = "„Wir müssen“, betonte Reif, „handeln“."
    first, second = (0, 12), (28, 37)
    whole, half, other = (QuoteCandidate(spans, "Direct") for spans in ([first, second], [first], [second]))
    assert drop_repeats(text, [whole, half, other]) == [whole]
    assert drop_repeats(text, [half, other]) == [half, other]


def test_overlap_is_f1_over_code_points() -> None:
    assert overlap([(0, 10)], [(0, 10)]) == 1.0
    assert overlap([(0, 10)], [(10, 20)]) == 0.0
    assert overlap([(0, 10)], [(5, 10), (12, 17)]) == 0.5


def test_direct_speech_without_marks_has_to_be_surer() -> None:
    text = "Er sagte: „Wir kommen morgen.“ Wir kommen morgen."
    careful = Calibration(
        Logistic({"read": 1.0}), Logistic({"probability": 1.0}), {"Direct": 0.5, "Direct without marks": 0.7}
    )
    marked = QuoteCandidate([(10, 30)], "Direct", confidence=0.6)
    bare = QuoteCandidate([(31, 49)], "Direct", confidence=0.6)
    assert [quote.spans for quote in combine(reading(text=text), careful, [], [marked, bare])] == [[(10, 30)]]
    surer = QuoteCandidate([(31, 49)], "Direct", confidence=0.8)
    assert len(combine(reading(text=text), careful, [], [marked, surer])) == 2


def test_what_the_reader_hears_as_direct_speech_is_direct_with_the_roles_of_the_rule() -> None:
    text = "Wir kommen morgen, sagte Hanna Obst."
    spoken = QuoteCandidate([(0, 17)], "Direct", confidence=0.9)
    told = rule(0, 17, speaker_spans=[(25, 35)])
    (quote,) = combine(reading(text=text), TRUSTING, [told], [spoken])
    assert (quote.type, quote.speaker_spans) == ("Direct", [(25, 35)])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ich glaube, das reicht.", 0),
        ("Sie glaube, das reicht.", 1),
        ("Ich fragte, ob er geht.", 1),
        ("„Ich glaube, das reicht.“", 2),
    ],
)
def test_what_the_author_thinks_is_no_statement(text: str, number: int) -> None:
    cue = (text.index(" ") + 1, text.index(","))
    said = [read(cue[1] + 2, len(text.rstrip(".“")), 0.9, cue_spans=[cue])]
    if text[0] == "„":
        said.insert(0, replace(read(0, len(text), 0.9), type="Direct"))
    assert len(combine(reading(text=text), TRUSTING, [], said)) == number


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Die Angaben ließen sich zunächst nicht unabhängig überprüfen.", False),
        ("Unabhängig bestätigen ließen sich die Berichte kaum.", False),
        ("Die Berichte liessen sich von unabhängiger Seite nicht verifizieren.", False),
        ("Die Ausgaben ließen sich daher nicht unabhängig überprüfen.", True),
        ("Die Behörden ließen die Lage unabhängig prüfen, das sei aber nicht einfach.", True),
        ("Die Angaben liessen sich leicht unabhängig überprüfen.", True),
        ("Man habe die Angaben nicht unabhängig überprüfen können.", True),
        ("Die Täter ließen sich nicht überprüfen.", True),
    ],
)
def test_that_something_was_not_checked_is_no_statement(text: str, kept: bool) -> None:
    said = replace(read(0, len(text), 0.9), type="IndirectFreeIndirect")
    assert bool(combine(reading(text=text), TRUSTING, [], [said])) is kept


@pytest.mark.parametrize(
    ("text", "type_", "pieces"),
    [
        ("[Im Mai.\n\nWer bezahlt das?\n\nDas Land.]", "Direct", ["Im Mai.", "Das Land."]),
        ("[Im Mai.\n\nDas ist bald.\n\nUnd wer] zahlt?", "Direct", ["Im Mai.\n\nDas ist bald."]),
        ("[# Streit um Geld\n\nObst warnte vor Schulden]", "Reported", ["Obst warnte vor Schulden"]),
        ("[Im Mai.\n\n# Die Kosten\n\nDas Land zahlt.]", "Direct", ["Im Mai.", "Das Land zahlt."]),
        ("[Im Mai. Wer weiß das? Das Land.]", "Direct", ["Im Mai. Wer weiß das? Das Land."]),
        ("[Im Mai.\n\nDas ist so. Wer weiß es?]", "Direct", ["Im Mai.\n\nDas ist so. Wer weiß es?"]),
        ("# [Obst: Wir bauen]\n\nIm Mai.", "Direct", ["Obst: Wir bauen"]),
        ("[„Im Mai.\n\nWer weiß?\n\nDas Land.“]", "Direct", ["„Im Mai.\n\nWer weiß?\n\nDas Land.“"]),
    ],
)
def test_a_quote_runs_over_no_heading_and_no_question(text: str, type_: str, pieces: list[str]) -> None:
    plain = text.replace("[", "").replace("]", "")
    begin, end = text.replace("# ", "").index("["), text.replace("# ", "").index("]") - 1
    headings = [line.removeprefix("# ") for line in plain.split("\n") if line.startswith("# ")]
    plain = plain.replace("# ", "")
    blocks = [
        Block(begin=CharOffset(at), end=CharOffset(at + len(heading)), kind="heading")
        for heading in headings
        if (at := plain.index(heading)) >= 0
    ]
    candidate = QuoteCandidate([(begin, end)], type_)  # type: ignore[arg-type, list-item]
    found = without_lines_apart(plain, [candidate], lines_apart(plain, blocks))
    assert [plain[one.begin : one.end] for one in found] == pieces


def test_what_an_interviewer_asks_is_no_quote() -> None:
    text = "Karl Rau: Wer zahlt das? Das Land?\n\nIda Obst: Das Land zahlt. Karl Rau: „Und der Bund?“"
    half = text.index("\n\n")
    question = Block(begin=CharOffset(0), end=CharOffset(half), kind="question")
    said = ["Wer zahlt das? Das Land?", "Das Land zahlt."]
    turns = [QuoteCandidate([(text.index(words), text.index(words) + len(words))], "Direct") for words in said]  # type: ignore[list-item]
    assert without_questions(text, turns, [question]) == turns[1:]
    assert without_questions(text, turns, []) == turns
    marked = QuoteCandidate([(text.index("„"), len(text))], "Direct")  # type: ignore[list-item]
    asking = Block(begin=CharOffset(half), end=CharOffset(len(text)), kind="question")
    assert without_questions(text, [marked], [asking]) == [marked]


def test_speech_of_several_lines_is_not_the_speech_in_marks_that_it_has_in_one() -> None:
    text = "Ich kam an.\nEr rief: „Da kommt ja wer!“"
    inner, outer = (CharOffset(21), CharOffset(39)), (CharOffset(0), CharOffset(39))
    marked = QuoteCandidate([inner], "Direct", rule="marks-framed", confidence=0.9)  # type: ignore[list-item]
    for begin, quotes in ((outer[0], [[inner], [outer]]), (CharOffset(12), [[inner]])):
        found = QuoteCandidate([(begin, outer[1])], "Direct", confidence=0.9)  # type: ignore[list-item]
        assert [one.spans for one, _ in weigh(reading(text=text), [marked], [found])] == quotes


def test_a_piece_of_indirect_speech_around_its_frame_is_no_quote_of_its_own() -> None:
    text = "Wenn niemand komme, sagt sie, sei Schluss, und dann sei Ruhe."
    whole = QuoteCandidate([(0, 18), (30, 41)], "Indirect")
    piece, longer = (QuoteCandidate([span], "Indirect") for span in ((30, 41), (30, 60)))
    assert drop_repeats(text, [whole, piece]) == [whole]
    assert drop_repeats(text, [whole, longer]) == [whole, longer]
    alone = QuoteCandidate([(0, 18)], "Indirect")
    assert drop_repeats(text, [alone, piece]) == [alone, piece]
