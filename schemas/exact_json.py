"""JSON whose integers stay what they are, however many digits they have.

orjson reads one beyond 64 bits as a float, and writes none. Producers may give such numbers in `meta`, which is carried
through as it came.
"""

import json
from collections.abc import Container
from typing import Any

import orjson

_FIRST_ROUNDED = 2.0**63
"""The least absolute value that orjson may have rounded."""


class LargeInteger(int):
    """An integer of more than 64 bits, which orjson itself refuses to write."""


def loads(data: bytes, *, but: Container[str] = ()) -> Any:
    """The value that `data` is the JSON of.

    Args:
        data: the JSON.
        but: fields of an object in which no such number is looked for, as it would be a mistake there.

    Raises:
        orjson.JSONDecodeError: it is none.
    """
    value = orjson.loads(data)
    if _may_be_rounded([value[name] for name in value if name not in but] if isinstance(value, dict) else value):
        try:
            return json.loads(data, parse_int=_integer)
        except RecursionError:  # nested more deeply than can be written
            pass
    return value


def dumps(value: Any, *, option: int = 0) -> bytes:
    """The JSON of a value.

    Raises:
        orjson.JSONEncodeError: it has what JSON cannot carry, or is nested too deeply.
    """
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError:
        return orjson.dumps(value, default=_digits, option=option | orjson.OPT_PASSTHROUGH_SUBCLASS)


def _may_be_rounded(value: object) -> bool:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, float) and abs(item) >= _FIRST_ROUNDED:
            return True
    return False


def _integer(digits: str) -> int:
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else LargeInteger(number)


def _digits(value: object) -> orjson.Fragment:
    if isinstance(value, LargeInteger):
        return orjson.Fragment(b"%d" % value)
    raise TypeError
