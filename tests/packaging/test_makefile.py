"""`make install`: when the environment is set up, and when it is made anew."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """With an environment that is set up, and newer than all that it is made from."""
    for name in ("Makefile", "pyproject.toml", "requirements"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    (tmp_path / ".venv/pyvenv.cfg").write_text(f"command = /usr/bin/python3 -m venv {tmp_path}/.venv\n")
    (tmp_path / ".venv/.installed").touch()
    return tmp_path


def steps_of_make_install(checkout: Path) -> str:
    command = ["make", "--dry-run", "--no-print-directory", "install", f"PYTHON={sys.executable}"]
    return subprocess.run(command, check=True, cwd=checkout, capture_output=True, text=True).stdout


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Path) -> None:
    """As after an upgrade of the system, which removes Python 3.11 and brings 3.13."""
    assert "-m venv" not in steps_of_make_install(checkout)
    python = checkout / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/usr/bin/python3.11-that-is-gone")
    assert f"{sys.executable} -m venv --clear .venv" in steps_of_make_install(checkout)


def test_an_environment_that_was_moved_or_copied_is_made_anew(checkout: Path) -> None:
    """Its commands name their Python, and the code that they run, by the former place."""
    (checkout / ".venv/pyvenv.cfg").write_text("command = /usr/bin/python3 -m venv /opt/before/.venv\n")
    assert f"{sys.executable} -m venv --clear .venv" in steps_of_make_install(checkout)


def test_an_environment_that_several_checkouts_share_stays(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = tmp_path_factory.mktemp("shared") / ".venv"
    (checkout / ".venv").rename(shared)
    (shared / "pyvenv.cfg").write_text(f"command = /usr/bin/python3 -m venv {shared}\n")
    (checkout / ".venv").symlink_to(shared)
    assert "-m venv" not in steps_of_make_install(checkout)


def test_an_environment_whose_packages_have_changed_keeps_what_was_added_to_it(checkout: Path) -> None:
    """As PyTorch by `make install-train`."""
    os.utime(checkout / ".venv/.installed", (0, 0))
    assert f"{sys.executable} -m venv .venv" in " ".join(steps_of_make_install(checkout).split())
