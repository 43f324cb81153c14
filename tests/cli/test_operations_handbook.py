"""The operations handbook fits the code: alerts and runbooks, settings, commands, topics and links."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from agents.cli.errors import ExitCode
from agents.cli.main import make_app
from agents.needed_permissions import of_stages
from agents.settings import Settings
from agents.topics import all_names
from pipeline.stages import STAGES
from schemas.records import FAILURE_REASONS

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "docs" / "operations"
PAGES = sorted(HANDBOOK.glob("*.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "corpus").glob("*.md")])
RULES = yaml.safe_load((ROOT / "monitoring" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for group in RULES for rule in group["rules"]}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """What a page's headings are linked by, as GitHub makes it of plain headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_of(page: str) -> Iterator[str]:
    """The indented lines and the spans of code of a page."""
    for line in page.splitlines():
        if line.startswith("    "):
            yield line.partition("#")[0]
    yield from re.findall(r"`([^`\n]+)`", page)


def commands_of(page: str) -> Iterator[list[str]]:
    """The words after `redefluss` of each command that a page names."""
    for code in code_of(page):
        for part in re.split(r"[|;]", code):
            words = [word for word in part.split() if not re.fullmatch(r"[A-Z_]+=\S*", word)]
            if words and words[0] == "redefluss":
                yield words[1:]


def mistakes_in(words: list[str]) -> Iterator[str]:
    """What a command names that there is not: subcommands, options, stages and reasons."""
    command: Any = typer.main.get_command(make_app())
    rest = list(words)
    while rest and hasattr(command, "commands") and re.fullmatch(r"[a-z-]+", rest[0]) and rest[0][0] != "-":
        if rest[0] not in command.commands:
            yield rest[0]
            return
        command = command.commands[rest.pop(0)]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    yield from (word for word in rest if word.startswith("--") and word not in known)
    values = {"--stage": {stage.name for stage in STAGES}, "--reason": set(FAILURE_REASONS)}
    for option, value in pairwise(rest):
        if value != "…" and value not in values.get(option, {value}):
            yield f"{option} {value}"


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    sections = re.findall(r"^## (.+)$", text_of(HANDBOOK / "runbooks.md"), re.MULTILINE)
    assert sections == list(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_leads_to_its_runbook(alert: str) -> None:
    path, _, anchor = ALERTS[alert]["annotations"]["runbook_url"].partition("#")
    assert anchor == alert.lower()
    assert anchor in anchors(ROOT / path)


@pytest.mark.parametrize("alert", ALERTS)
def test_a_runbook_says_what_to_do(alert: str) -> None:
    section = text_of(HANDBOOK / "runbooks.md").partition(f"\n## {alert}\n")[2].partition("\n## ")[0]
    for part in ("**What it means.**", "**Look first**", "**What to do.**", "**It is over**"):
        assert part in section


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_names_settings_and_commands_that_there_are(path: Path) -> None:
    page = text_of(path)
    settings = {f"REDEFLUSS_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"REDEFLUSS_[A-Z_]+", page)) <= settings
    assert [mistake for words in commands_of(page) for mistake in mistakes_in(words)] == []


def test_mistakes_are_found() -> None:
    page = "    redefluss topics lags\n\n`redefluss consume quotes --from-begin` and `A=b redefluss worker --stage all`"
    assert [list(mistakes_in(words)) for words in commands_of(page)] == [["lags"], ["--from-begin"], ["--stage all"]]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", text_of(path)):
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        assert page.exists(), target
        assert not anchor or anchor in anchors(page), target


def test_every_page_is_listed() -> None:
    listed = set(re.findall(r"\]\(([a-z-]+\.md)\)", text_of(HANDBOOK / "README.md")))
    assert listed == {path.name for path in PAGES} - {"README.md"}
    assert "(operations/README.md)" in text_of(ROOT / "docs" / "README.md")


def rows(page: str, first: str) -> dict[str, list[str]]:
    """The rows of the table whose first heading is `first`, by what stands in their first column."""
    lines = text_of(HANDBOOK / page).partition(f"| {first} |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_every_topic_is_described() -> None:
    assert rows("topics.md", "topic").keys() == set(all_names())


def test_the_permissions_of_a_stage_name_what_it_reads_and_writes() -> None:
    described = rows("permissions.md", "stage")
    assert described.keys() == {stage.name for stage in STAGES}
    for stage in STAGES:
        reads, writes, group = (set(re.findall(r"`([^`]+)`", cell)) for cell in described[stage.name])
        assert stage.source in reads
        assert {output.topic for output in stage.outputs} | {"articles.dead-letter"} <= writes
        assert group == {Settings(_env_file=None, topic_prefix="").group(stage.name)}


def test_a_worker_asks_for_what_is_described_and_no_more() -> None:
    settings = Settings(_env_file=None, topic_prefix="")
    for name, cells in rows("permissions.md", "stage").items():
        described = [set(re.findall(r"`([^`]+)`", cell)) for cell in cells]
        needs = of_stages(settings, [stage for stage in STAGES if stage.name == name])
        asked = [
            {need.name for need in needs if (need.operation, need.kind) == which}
            for which in (("READ", "topic"), ("WRITE", "topic"), ("READ", "group"))
        ]
        assert asked == described


def test_every_exit_code_is_described() -> None:
    assert rows("README.md", "exit code").keys() == {str(code.value) for code in ExitCode}


def test_the_runbook_of_dead_letters_knows_every_reason() -> None:
    named = {reason for cell in rows("runbooks.md", "reason") for reason in re.findall(r"[a-z-]+", cell)}
    assert named == set(FAILURE_REASONS)
