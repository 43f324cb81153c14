"""The wheel in bare environments, without the lock: the newest versions it allows, and the lowest."""

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
ARTICLE = {
    "title": "Rat schließt Freibad",
    "text": "Waldau – „Das tut weh“, sagte Bürgermeisterin Hanna Tölke am Montag nach der Sitzung des Rates.",
}
PAGE = f"""<!DOCTYPE html><html lang="de"><head><title>{ARTICLE["title"]}</title></head>
<body><nav><a href="/">Start</a></nav>
<article><h1>{ARTICLE["title"]}</h1><p>{ARTICLE["text"]}</p></article></body></html>"""
COMMAND_SECONDS = 240

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    return next(folder.glob("*.whl"))


def run(*command: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = attempt(*command, cwd=cwd, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def attempt(
    *command: object, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith(("REDEFLUSS_", "PYTHON"))}
    return subprocess.run(
        words,
        check=False,
        cwd=cwd,
        env=surroundings | (env or {}),
        text=True,
        capture_output=True,
        timeout=COMMAND_SECONDS,
    )


def interpreter(version: str) -> Path:
    """A Python of this version; skips where there is none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return Path(sys.executable).resolve()
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    for candidate in (shutil.which(f"python{version}"), *sorted(pyenv.glob(f"versions/{version}.*/bin/python"))):
        if candidate and attempt(candidate, "-c", "import venv").returncode == 0:
            return Path(candidate)
    pytest.skip(f"there is no Python {version} here")


@dataclass(frozen=True)
class Bare:
    """An environment that holds nothing but what the wheel asks for."""

    folder: Path
    resolution: str

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def command(self) -> Path:
        return self.folder / "bin" / "redefluss"

    def install(self, requirement: str) -> None:
        run(
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--only-binary", ":all:"),
            *("--resolution", self.resolution, "--python", self.python, requirement),
            env=for_uv(),
        )


def for_uv() -> dict[str, str]:
    """uv reads neither pip's certificates nor pip's index; where a machine sets those for pip they hold for uv too."""
    names = {"PIP_CERT": "SSL_CERT_FILE", "PIP_INDEX_URL": "UV_DEFAULT_INDEX"}
    return {to: os.environ[source] for source, to in names.items() if source in os.environ and to not in os.environ}


@pytest.fixture(
    params=[("3.11", "highest"), ("3.11", "lowest-direct"), ("3.13", "highest"), ("3.13", "lowest-direct")],
    ids="-".join,
)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Bare:
    version, resolution = request.param
    folder = tmp_path / "bare"
    run(interpreter(version), "-m", "venv", "--without-pip", folder)
    return Bare(folder, resolution)


def test_unlocked_wheel_reads_an_article(bare: Bare, wheel: Path, tmp_path: Path) -> None:
    bare.install(str(wheel))
    article, page, gold = tmp_path / "article.json", tmp_path / "page.html", tmp_path / "gold.jsonl"
    article.write_bytes(orjson.dumps(ARTICLE))
    page.write_text(PAGE, encoding="utf-8")
    gold.write_bytes(b"{}\n")

    for path in (article, page):
        quote = orjson.loads(run(bare.command, "quotes", path, cwd=tmp_path))["quotes"][0]
        assert (quote["speaker"]["name"], quote["type"]) == ("Hanna Tölke", "Direct")
    for arguments, extra in ((("evaluate", "quotes", gold), "evaluate"), (("broker",), "embedded")):
        refused = attempt(bare.command, *arguments, cwd=tmp_path)
        assert refused.returncode == 2
        assert refused.stderr.strip().count("\n") == 0
        assert f"pip install 'redefluss[{extra}]'" in refused.stderr

    bare.install(f"{wheel}[embedded,evaluate]")
    environment = {"REDEFLUSS_DATA_DIR": str(tmp_path / "data"), "REDEFLUSS_WEB_PORT": str(free_port())}
    done = attempt(bare.command, "run", article, "--exit", cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Hanna Tölke" in done.stdout
    assert "0 lost" in done.stdout + done.stderr


def test_wheel_carries_its_licences_and_nothing_but_the_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as content:
        names = content.namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"schemas", "pipeline", "agents"}
    licences = {name.split("/licenses/")[1] for name in names if "/licenses/" in name}
    texts = {f"LICENSES/{path.name}" for path in (ROOT / "LICENSES").glob("*.txt")}
    assert licences == {"LICENSE", "NOTICE", *texts}
    assert not [name for name in names if name.endswith((".pyc", ".pt", ".safetensors"))]
