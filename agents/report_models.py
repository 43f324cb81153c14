"""The records on the topic `workers`. Other programs may write there too, so they are checked before they are shown."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt, ValidationError

from schemas.codec import one_line

LAST_MOMENT = 253_402_300_799
"""The end of the year 9999, which is the last that a page can write."""
Moment = Annotated[float, Field(ge=0, le=LAST_MOMENT)]
"""Seconds since 1970 UTC."""
Name = Annotated[str, Field(min_length=1, max_length=1000)]


class BadReport(ValueError):
    """A message that says nothing that can be shown: one line that says why."""


class ModelsReport(BaseModel):
    """Whether the models are loaded."""

    state: str | None = None
    name: str | None = None
    detail: str | None = None
    load_seconds: FiniteFloat | None = None


class ProcessReport(BaseModel):
    """A process of the pool."""

    pid: NonNegativeInt | None
    state: str | None = None
    busy_seconds: FiniteFloat = 0.0
    stage: str | None = None


class PoolReport(BaseModel):
    """The processes that do the language work."""

    size: int = 0
    busy: int = 0
    waiting: int = 0
    restarts: int = 0
    fork_server_pid: NonNegativeInt | None = None
    processes: list[ProcessReport] = []


class InFlightReport(BaseModel):
    """A message that is read and not yet confirmed."""

    stage: str


class ErrorReport(BaseModel):
    """An error, as the pages list them."""

    at: Moment
    stage: str
    text: str


class WorkerSaid(BaseModel):
    """What a worker says of itself every few seconds; what another version says besides is passed over.

    Attributes:
        assignment: partitions by source topic, without prefix.
        latency: by stage, how many articles took at most so many seconds.
        left: it has said good-bye.
    """

    worker: Name
    host: str
    pid: NonNegativeInt
    version: str
    started_at: Moment
    stages: list[str] = []
    assignment: dict[str, list[int]] = {}
    models: ModelsReport = ModelsReport()
    pool: PoolReport = PoolReport()
    in_flight: list[InFlightReport] = []
    errors: list[ErrorReport] = []
    latency: dict[str, dict[float, FiniteFloat]] = {}
    retries: dict[str, int] = {}
    memory: dict[str, NonNegativeInt] = {}
    web: str | None = None
    left: bool = False


class WorkerLeft(BaseModel):
    """The last report of a worker that ends by itself."""

    worker: Name
    left: Literal[True]


class ProgramSaid(BaseModel):
    """What a feed or sink says of itself; the pages check what each has besides."""

    model_config = ConfigDict(extra="allow")

    program: Name
    name: Name
    ended: bool = False
    sources: list[dict[str, Any]] = []


def checked(said: Any) -> ProgramSaid | WorkerLeft | WorkerSaid:
    """What a message on the topic `workers`, decoded from JSON, says.

    Raises:
        BadReport: fields are missing, or are of other types.
    """
    if not isinstance(said, dict):
        raise BadReport("it is no JSON object")
    try:
        if "program" in said:
            return ProgramSaid.model_validate(said)
        return (WorkerLeft if said.get("left") else WorkerSaid).model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadReport(one_line(f"{where}: {first['msg']}")) from None
