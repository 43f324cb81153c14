"""lz4 at its quick level, as Kafka's own producer uses it.

aiokafka compresses at level 9 and offers no other: it takes four times as long, and saves a tenth of the bytes. What is
replaced in it is not offered publicly; `tests/agents/test_quick_compression.py` fails when it is renamed or works
otherwise.
"""

import sys
from functools import partial
from typing import Any

from aiokafka.codec import lz4_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder

QUICK = 1
"""The level that Kafka's own producer uses."""


def install() -> None:
    """Let all producers of this process compress so."""
    builders: Any = sys.modules[DefaultRecordBatchBuilder.__module__]  # in C, or in Python where that is not there
    builders.lz4_encode = partial(lz4_encode, level=QUICK)
