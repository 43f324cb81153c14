"""What is said of the parts: the bill of materials, and what containers may not do."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = ("topics", "worker", "feed", "sink")


def locked() -> dict[str, str]:
    """Names and versions in the lock of what a worker is made of."""
    lock = (ROOT / "requirements" / "runtime.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", lock, re.MULTILINE))


def test_the_bill_of_materials_names_every_locked_package_by_hash(tmp_path: Path) -> None:
    if shutil.which("cyclonedx-py", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("what makes the bill of materials is not installed (make sbom installs it)")
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "sbom"], check=True, cwd=ROOT, capture_output=True, text=True
    ).stdout.replace("\\\n", " ")
    (command,) = re.findall(r"^.*cyclonedx-py .*$", recipe, re.MULTILINE)
    written = tmp_path / "sbom.json"
    command = command.replace("sbom.cdx.json", str(written)).replace(".venv/bin/", f"{Path(sys.executable).parent}/")
    subprocess.run(["bash", "-ec", command], check=True, cwd=ROOT, capture_output=True)
    bill = json.loads(written.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "redefluss")
    assert {part["name"]: part["version"] for part in bill["components"]} == locked()
    for part in bill["components"]:
        assert part["purl"].startswith("pkg:pypi/")
        assert any(reference.get("hashes") for reference in part["externalReferences"]) or part.get("hashes"), part


def test_the_workflow_makes_and_keeps_it_and_looks_for_vulnerabilities() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))
    steps = workflow["jobs"]["supply-chain"]["steps"]
    runs = [step.get("run") for step in steps]
    assert "make sbom" in runs
    assert "make audit" in runs
    assert any(step.get("with", {}).get("path") == "sbom.cdx.json" for step in steps)


def test_actions_of_the_workflow_are_named_by_commit() -> None:
    """Whoever can move a tag would run in the workflow, which makes the bill of materials."""
    used = re.findall(r"uses: (.*)", (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", action), action


def test_a_package_that_cannot_be_looked_up_fails_the_audit() -> None:
    """By itself, pip-audit warns and succeeds where the index answers no question about vulnerabilities."""
    (command,) = re.findall(r"^.*/pip-audit .*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert "--strict" in command.split()


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_container_may_do_little(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"] > 0
    if name in OURS:
        assert service["read_only"] is True
        assert service["init"] is True


def test_a_container_that_is_given_a_variable_as_a_secret_can_be_written() -> None:
    """Docker Compose copies such a secret into the container, and refuses to start one that is read-only."""
    from_variables = {name for name, secret in COMPOSE["secrets"].items() if "environment" in secret}
    for name, service in COMPOSE["services"].items():
        assert not (from_variables & set(service.get("secrets", ())) and service.get("read_only")), name


def test_a_worker_of_the_compose_file_has_room_for_its_pool_at_the_worst() -> None:
    environment = COMPOSE["services"]["worker"]["environment"]

    def default(value: str) -> str:
        return value.partition(":-")[2].rstrip("}")

    processes = int(default(environment["REDEFLUSS_PROCESSES"]))
    each = int(default(environment["REDEFLUSS_PROCESS_MEMORY_BYTES"]))
    limit = default(COMPOSE["services"]["worker"]["mem_limit"])
    assert limit.endswith("g")
    assert 2 * processes * each + 500_000_000 < int(limit[:-1]) * 2**30
    assert default(environment["REDEFLUSS_QUOTE_MODEL"]) == "redefluss"
