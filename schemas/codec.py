"""Bytes to record and back.

Reading says in one line what is wrong and in which field; writing gives the
same bytes for the same record, keys in the order of the model's fields.
"""

from datetime import UTC, datetime
from functools import cache
from reprlib import Repr
from typing import Any, TypeVar, get_args

import orjson
from pydantic import BaseModel, ValidationError

from schemas import exact_json
from schemas.records import FailureReason

RecordT = TypeVar("RecordT", bound=BaseModel)

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What some programs on Windows write before UTF-8."""

_SHOWN = Repr()
"""Writes a value for an error message: of one that is large or deeply nested its beginning, which takes no time."""
_SHOWN.maxstring = _SHOWN.maxother = 300


class RecordError(ValueError):
    """Bytes that are no record of the wanted kind.

    Attributes:
        reason: the dead letters' word for it.
        detail: one line that names the field.
    """

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: FailureReason = reason
        self.detail = detail


def decode(data: bytes | None, record_class: type[RecordT]) -> RecordT:
    """Read a record from its bytes on the topic.

    A byte order mark before the JSON is passed over. Fields that `record_class`
    does not know go into `meta`, where it has one; a name that `meta` already
    holds gets "_" appended, so that neither is lost.

    Raises:
        RecordError: with reason "empty" (no bytes), "malformed-json",
            "unsupported-schema" or "schema".
    """
    if data is None:
        raise RecordError("empty", "the message has no value (a tombstone)")
    if not data:
        raise RecordError("empty", "the message has an empty value")
    try:
        value = exact_json.loads(data.removeprefix(BYTE_ORDER_MARK), but=_names(record_class) - {"meta"})
    except orjson.JSONDecodeError as error:
        raise RecordError("malformed-json", one_line(str(error))) from None
    return from_object(value, record_class)


def from_object(value: object, record_class: type[RecordT]) -> RecordT:
    """Like `decode`, for JSON that is parsed already."""
    if not isinstance(value, dict):
        raise RecordError("schema", f"expected an object, got {type(value).__name__}")
    _check_schema(value, record_class)
    value = _unknown_into_meta(value, record_class)
    try:
        return record_class.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise RecordError("schema", _first_error(error)) from None


def encode(record: BaseModel) -> bytes:
    """The record's UTF-8 JSON; the same record always gives the same bytes.

    Raises:
        RecordError: with reason "schema" if `meta` holds what JSON cannot carry.
    """
    try:
        return exact_json.dumps(record.model_dump(by_alias=True))
    except orjson.JSONEncodeError as error:
        raise RecordError("schema", f"meta: {one_line(str(error))}") from None


def written_at(timestamp_ms: int) -> datetime:
    """When a message was written, by its time stamp, which its producer may have set: milliseconds since 1970 UTC.

    Raises:
        RecordError: with reason "schema" if that is no time.
    """
    try:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise RecordError("schema", f"the message's time stamp {timestamp_ms} is no time") from None


def one_line(message: str, limit: int = 300) -> str:
    """`message` with all white space folded, cut at `limit` characters."""
    folded = " ".join(message.split())
    return folded if len(folded) <= limit else folded[: limit - 1] + "…"


@cache
def _names(record_class: type[BaseModel]) -> frozenset[str]:
    """The names of a record's fields, as on the wire."""
    return frozenset(field.alias or name for name, field in record_class.model_fields.items())


def _check_schema(value: dict[str, Any], record_class: type[BaseModel]) -> None:
    field = record_class.model_fields["schema_"]
    known = get_args(field.annotation)
    given = value.get("schema", field.default)
    if given not in known:
        raise RecordError(
            "unsupported-schema", one_line(f"schema: {_SHOWN.repr(given)}; this version reads {', '.join(known)}")
        )


def _unknown_into_meta(value: dict[str, Any], record_class: type[BaseModel]) -> dict[str, Any]:
    names = _names(record_class)
    if "meta" not in names:
        return value
    known = {key: item for key, item in value.items() if key in names}
    if len(known) == len(value):
        if known.get("meta", known) is None:
            known["meta"] = {}
        return known
    meta = known.get("meta")
    if meta is None:
        meta = {}
    if not isinstance(meta, dict):
        raise RecordError("schema", f"meta: expected an object, got {type(meta).__name__}")
    meta = dict(meta)
    for key, item in value.items():
        if key not in names:
            free = key
            while free in meta:
                free += "_"
            meta[free] = item
    return known | {"meta": meta}


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=True)[0]
    where = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    given = "" if not where or first["type"] in {"missing", "value_error"} else f", got {_SHOWN.repr(first['input'])}"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return one_line(f"{where}: {message}{given}"[:400] if where else message[:400]) + more
