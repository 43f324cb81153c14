"""How processes of this project are started: by module, from any folder, and ending with who started them."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this project in a new process.

    `-P` keeps the current folder off the module path: a folder of the user's that is called `agents`, `pipeline` or
    `schemas`, or like any package in use, would otherwise be taken for it.
    """
    return [sys.executable, "-P", "-m", module, *arguments]


def die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the parent dies; elsewhere than on Linux the closed socket has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
