"""Recipes are whole, and what is wrong with one is said before anything is learned. None of this needs PyTorch."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.training import PACKAGES, RECIPES, TrainingUnavailable, require_packages
from pipeline.training.reader_recipe import ReaderRecipe

SHIPPED = ("reader", "reader-fast")


def test_every_recipe_that_ships_is_known_here() -> None:
    assert {path.stem for path in RECIPES.glob("*.toml")} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_recipes_are_whole(name: str) -> None:
    assert ReaderRecipe.read(RECIPES / f"{name}.toml").name == name


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("seed = 2", "", "seed: Field required"),
        ("seed = 2", "seed = 2\nfoo = 2", "foo: Extra inputs are not permitted"),
        ("seed = 2", "seed = ", "line 3"),
        ("7, 8, 9]", "7, 8, 12]", "layers.9: Input should be less than 12"),
        ("source = 2", "source = 3", "names.3.source: Input should be less than 3"),
    ],
)
def test_a_wrong_recipe_is_refused_by_name_and_setting(tmp_path: Path, old: str, new: str, told: str) -> None:
    content = (RECIPES / "reader.toml").read_text(encoding="utf-8")
    assert old in content
    path = tmp_path / "own.toml"
    path.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        ReaderRecipe.read(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_missing_for_training_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(TrainingUnavailable, match=r"make install-train, or pip install ") as refused:
        require_packages()
    assert all(package in str(refused.value) for package in PACKAGES)
