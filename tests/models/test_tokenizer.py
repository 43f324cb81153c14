"""The tokenizer takes time in proportion to the text, and takes apart what is ordinary as spaCy does."""

import time
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.load import load_pipeline
from pipeline.models.tokenizer import LONGEST_RUN, BoundedTokenizer

NLP = spacy.blank("de")
BOUNDED = BoundedTokenizer(NLP.tokenizer, NLP.vocab)


def words(text: str) -> list[str]:
    return [token.text for token in BOUNDED(text)]


@pytest.mark.parametrize("text", ["", "„Das tut weh“, sagte Tölke (SPD).", "https://example.org/" + "a" * 200])
def test_what_is_ordinary_is_as_spacy_takes_it(text: str) -> None:
    assert words(text) == [token.text for token in NLP.tokenizer(text)]


def test_in_a_long_run_each_word_and_sign_is_a_token() -> None:
    run = "„" * LONGEST_RUN + "Waldau" + "“" * LONGEST_RUN
    assert words(f"In {run} ist Ruhe.") == [
        "In", *"„" * LONGEST_RUN, "Waldau", *"“" * LONGEST_RUN, "ist", "Ruhe", ".",
    ]  # fmt: skip


@given(st.text(st.sampled_from("aB„“.,- \n("), max_size=900))
def test_the_text_is_kept(text: str) -> None:
    assert BOUNDED(text).text == text
    long = text.replace(" ", "") * 2
    assert BOUNDED(f"{text} {long} {text}").text == f"{text} {long} {text}"


def test_a_pipeline_can_be_saved(tmp_path: Path) -> None:
    text = "„Das tut weh“, sagte Tölke (SPD) z. B. am Montag."
    pipeline = load_pipeline("rules")
    pipeline.to_disk(tmp_path)
    saved = pipeline.to_bytes()
    for restored in (load_pipeline("rules").from_bytes(saved), load_pipeline("rules").from_disk(tmp_path)):
        assert [token.text for token in restored(text)] == [token.text for token in pipeline(text)]


def test_a_hundred_thousand_signs_take_no_minute() -> None:
    began = time.process_time()
    assert len(BOUNDED("„" * 100_000)) == 100_000
    assert time.process_time() - began < 10
