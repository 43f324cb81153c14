"""Pipelines by name."""

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from pipeline.errors import ConfigurationError
from pipeline.models import ModelError, load_pipeline
from pipeline.models.catalogue import DATA, MODELS

TEXT = (
    "Streit um den Hafen\n\n"
    "Bürgermeisterin Lena Voss (SPD) hat den Bau in Bremerhaven verteidigt. „Wir brauchen das“, sagte Voss am 3. März "
    "der Zeitung. Kritik kam von Greenpeace und von Mehmet Yıldırım aus Ankara. Gewonnen hat Hannover 96."
)


@pytest.fixture(scope="module", params=["redefluss", "redefluss-fast"])
def nlp(request: pytest.FixtureRequest) -> Language:
    return load_pipeline(request.param)


def test_people_places_and_organisations_are_found(nlp: Language) -> None:
    found = {(span.text, span.label_) for span in nlp(TEXT).ents}
    assert {("Lena Voss", "PER"), ("Bremerhaven", "LOC"), ("Voss", "PER"), ("SPD", "ORG")} <= found
    assert {("Greenpeace", "ORG"), ("Mehmet Yıldırım", "PER"), ("Ankara", "LOC")} <= found


def test_the_same_text_gives_the_same_mentions_whatever_stands_beside_it(nlp: Language) -> None:
    alone = [(span.start_char, span.end_char, span.label_) for span in nlp(TEXT).ents]
    together = list(nlp.pipe(["Ein anderer Text aus Kiel.", TEXT, "Noch einer."], batch_size=3))
    assert [(span.start_char, span.end_char, span.label_) for span in together[1].ents] == alone


def test_the_full_stop_is_no_part_of_a_name(nlp: Language) -> None:
    assert all(not span.text.endswith(".") for span in nlp(TEXT).ents)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", ".", "„“", "a" * 3000, "Wort " * 900, "\u200b", "日本 🙂"])
def test_odd_texts_do_no_harm(nlp: Language, text: str) -> None:
    assert nlp(text).text == text


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ModelError, match="redefluss-fast") as refused:
        load_pipeline("no-such-pipeline")
    assert "\n" not in str(refused.value)


def test_a_spacy_pipeline_is_loaded_by_its_path_and_given_sentences(tmp_path: Path) -> None:
    spacy.blank("de").to_disk(tmp_path)
    assert [sentence.text for sentence in load_pipeline(tmp_path)("Eins. Zwei.").sents] == ["Eins.", "Zwei."]


def test_a_trained_reader_is_loaded_by_its_folder(tmp_path: Path) -> None:
    for path in (DATA / "reader").iterdir():
        (tmp_path / path.name).symlink_to(path)
    found = [(s.text, s.label_) for s in load_pipeline(tmp_path)(TEXT).ents]
    assert found == [(s.text, s.label_) for s in load_pipeline("redefluss")(TEXT).ents]


@pytest.mark.parametrize("file", ["encoder.onnx", "scorers.npz", "calibration.json"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_model_that_was_copied_in_part_is_named(tmp_path: Path, file: str, share: float) -> None:
    folder = tmp_path / "kopiert"
    folder.mkdir()
    for each in (DATA / "reader-fast").iterdir():
        (folder / each.name).symlink_to(each)
    whole = (DATA / "reader-fast" / file).read_bytes()
    (folder / file).unlink()
    (folder / file).write_bytes(whole[: round(share * len(whole))])
    with pytest.raises(ConfigurationError, match=f"the model in {folder} cannot be loaded") as told:
        load_pipeline(folder)
    assert len(str(told.value).splitlines()) == 1


def test_the_rules_need_no_weights() -> None:
    assert list(load_pipeline("rules")("Heute regnet es.").sents)


def test_all_weights_together_are_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 60_000_000
    assert all(model.installed for model in MODELS.values())
