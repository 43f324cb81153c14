"""How often Python looks for cyclic garbage in the processes that carry messages.

Each message makes thousands of objects that die with it, and almost no cycles; by the default thresholds the worker
spent a fifth of its processor time looking at what it had imported.
"""

import gc

ALLOCATIONS = 20_000
"""Objects made and not freed before the youngest are looked at; Python's default is 700."""


def look_rarely() -> None:
    """Leave out what is there now, once everything is imported, and look rarely at what comes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 10, 10)
