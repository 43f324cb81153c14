"""Folders of the user's that are called like this project's packages are not taken for them."""

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_run_in_a_folder_with_packages_of_the_same_names(cli: Cli, folder: Path) -> None:
    for name in ("agents", "pipeline", "schemas"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(f"raise RuntimeError('the {name} of the current folder')\n")
    (folder / "a.txt").write_text("Waldau – „Das tut weh“, sagte Bürgermeisterin Hanna Tölke am Montag.", "utf-8")
    result = cli("run", "a.txt", "--exit")
    assert (result.returncode, b"of the current folder" in result.stderr) == (0, False), result.stderr.decode()
    assert b"1 article, 1 quote" in result.stdout
