from pipeline.quotes.candidates import QuoteCandidate, overlap
from pipeline.quotes.combination import combine
from pipeline.quotes.free import by_sentence, merged, once
from tests.quotes.reading import analysed

TEXT = "Wort " * 30


def rule(begin: int, end: int, **fields: object) -> QuoteCandidate:
    return QuoteCandidate([(begin, end)], "Indirect", confidence=0.8, rule="verb-that", **fields)  # type: ignore[arg-type]


def learned(begin: int, end: int, confidence: float, **fields: object) -> QuoteCandidate:
    return QuoteCandidate([(begin, end)], "Indirect", confidence=confidence, source="learned", **fields)  # type: ignore[arg-type]


def test_what_both_find_is_one_quote_with_the_spans_of_the_rules() -> None:
    (quote,) = combine(TEXT, [rule(10, 50)], [learned(12, 52, 0.7, medium="Writing", speaker_spans=[(0, 5)])])
    assert quote.spans == [(10, 50)]
    assert quote.medium == "Writing"
    assert quote.speaker_spans == [(0, 5)]
    assert quote.confidence > 0.8


def test_the_model_alone_must_be_sure() -> None:
    assert combine(TEXT, [], [learned(0, 20, 0.3)]) == []
    (quote,) = combine(TEXT, [], [learned(0, 20, 0.9)])
    assert quote.source == "learned"


def test_the_model_s_speakers_stay_within_a_line() -> None:
    (quote,) = combine("Überschrift\n\nObst sagte es.", [], [learned(0, 5, 0.9, speaker_spans=[(0, 17)])])
    assert quote.speaker_spans == []


def test_a_rule_alone_is_kept_with_less_confidence() -> None:
    (quote,) = combine(TEXT, [rule(0, 20)], [])
    assert quote.confidence < 0.8


def test_words_in_marks_need_both() -> None:
    part = QuoteCandidate([(60, 80)], "Direct", confidence=0.9, rule="part-of-indirect")
    assert combine(TEXT, [part], []) == []
    assert len(combine(TEXT, [part], [QuoteCandidate([(60, 80)], "Direct", confidence=0.4)])) == 1


def test_nested_quotes_survive() -> None:
    outer, inner = rule(0, 100), QuoteCandidate([(60, 80)], "Direct", confidence=0.9)
    both = combine(TEXT, [outer, inner], [learned(0, 100, 0.9), QuoteCandidate([(60, 80)], "Direct", confidence=0.9)])
    assert [c.spans for c in both] == [[(0, 100)], [(60, 80)]]


def test_carried_on_speech_is_merged_and_split_again() -> None:
    text = "Es gebe Geld. Es sei genug. Ende."
    pieces = [QuoteCandidate([span], "IndirectFreeIndirect") for span in ((0, 13), (14, 27))]
    (one,) = merged(text, pieces)
    assert one.spans == [(0, 27)]
    assert pieces[0].spans == [(0, 13)]
    assert [c.spans for c in by_sentence(analysed(text), [one])] == [[(0, 13)], [(14, 27)]]


def test_what_repeats_another_quote_is_no_record_of_its_own() -> None:
    speaker = {"speaker_spans": [(0, 5)]}
    direct = QuoteCandidate([(60, 80)], "Direct", speaker_spans=[(0, 5)])
    relayed = QuoteCandidate([(60, 80)], "Direct", speaker_spans=[(20, 25)])
    outer, inner, other = rule(30, 100, **speaker), rule(50, 90, **speaker), rule(40, 90, speaker_spans=[(6, 9)])
    marked = rule(60, 80, **speaker)
    assert once([outer, other, inner, direct, relayed, marked]) == [outer, other, direct]


def test_overlap_is_f1_over_code_points() -> None:
    assert overlap([(0, 10)], [(0, 10)]) == 1.0
    assert overlap([(0, 10)], [(10, 20)]) == 0.0
    assert overlap([(0, 10)], [(5, 10), (12, 17)]) == 0.5
