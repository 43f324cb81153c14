"""How much work a function is, whatever else the machine does: counted, not timed."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

FACTOR = 4
"""By which `growth` makes the work larger."""


def instructions(function: Callable[[], object]) -> int:
    """How many instructions of Python it runs; what it does in C (regular expressions, sorting) counts as one each."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        elif event == "opcode":
            count += 1
        return trace

    former = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(former)
    return count


def growth(make: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times the work is for `FACTOR` times the size: `FACTOR` where it is in proportion, its square if not.

    What `make` gives for a size is the work; making it does not count.
    """
    make(size)()  # what is loaded or remembered at first use
    return instructions(make(FACTOR * size)) / instructions(make(size))
