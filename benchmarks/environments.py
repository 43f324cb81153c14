"""Programs that are compared with and cannot live beside the project: an environment for each, and running them."""

import os
import signal
import subprocess
import sys
import venv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


class Unusable(Exception):
    """A program that cannot be installed, or fails: one line that says why."""


def installed(name: str, requirements: Sequence[str]) -> Path:
    """The Python of an environment with these packages, which pip makes if there is none.

    It is in ~/.cache/redefluss/peers, or the folder that REDEFLUSS_PEERS_CACHE names. Raises Unusable if pip fails.
    """
    cache = Path(os.environ.get("REDEFLUSS_PEERS_CACHE", "~/.cache/redefluss/peers")).expanduser()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / f"{name.replace(' ', '-')}-python{version}"
    python, ready, wanted = folder / "bin" / "python", folder / "installed", "\n".join(requirements)
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unusable(f"cannot be installed by pip on Python {version}: {_last_line(done.stderr)}")
        ready.write_text(wanted, encoding="utf-8")
    return python


def run(command: Sequence[str], environment: dict[str, str], folder: Path, seconds: float) -> None:
    """Run a command in a folder until it ends, and stop all that it has started.

    Raises:
        Unusable: it ends with an exit code other than 0, or does not end in so many seconds.
    """
    log = folder / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(os.environ) | environment, stdin=subprocess.DEVNULL,
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise Unusable(f"does not end in {seconds:.0f} seconds") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if code != 0:
        raise Unusable(f"ends with exit code {code}: {_last_line(log.read_text('utf-8', 'replace'))}")


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
