"""How a command ends: its exit codes, and one line for whatever went wrong."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from pydantic import ValidationError

from agents.cli import console
from agents.settings import Settings
from agents.unknown_settings import unknown_settings

log = logging.getLogger("redefluss.settings")


class ExitCode(IntEnum):
    """What the number that a command leaves behind means."""

    OK = 0
    INCOMPLETE = 1
    """Something was refused, was not confirmed, or did not come out."""
    USAGE = 2
    """Wrong arguments or settings, or a file that cannot be used."""
    UNREACHABLE = 3
    """No broker answers, or it answers with an error: this may pass."""
    REFUSED = 4
    """The broker refuses the connection: TLS, a certificate or the log-in. Another try ends the same."""
    FORBIDDEN = 5
    """The log-in lacks a permission. Another try ends the same until somebody grants it."""
    INTERRUPTED = 130
    """Ended by Ctrl-C or SIGTERM before it was done."""


class CommandError(Exception):
    """A mistake that the person at the terminal can mend: one line for them, and the exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code


KNOWN: dict[str, tuple[str, ExitCode]] = {
    "agents.broker.BrokerError": ("", ExitCode.USAGE),
    "agents.dead_letters.DeadLetterError": ("", ExitCode.USAGE),
    "agents.feed.feed_list.FeedListError": ("", ExitCode.USAGE),
    "agents.feed.page_producer.NotSent": ("", ExitCode.INCOMPLETE),
    "agents.feed.seen.SeenError": ("", ExitCode.USAGE),
    "agents.imports.csv_rows.ColumnsError": ("", ExitCode.USAGE),
    "agents.listening.PortTaken": ("", ExitCode.USAGE),
    "agents.cluster.BrokerRefuses": ("", ExitCode.REFUSED),
    "agents.cluster.BrokerUnavailable": ("", ExitCode.UNREACHABLE),
    "agents.permissions.MissingPermission": ("", ExitCode.FORBIDDEN),
    "agents.saved_searches.outbox.OutboxError": ("", ExitCode.USAGE),
    "agents.saved_searches.search_list.SearchListError": ("", ExitCode.USAGE),
    "agents.sinks.store.SinkAddressError": ("", ExitCode.USAGE),
    "agents.sinks.store.SinkError": ("", ExitCode.INCOMPLETE),
    "agents.topic_reader.NoAnswer": ("", ExitCode.UNREACHABLE),
    "agents.topic_reader.NoSuchTopic": ("", ExitCode.USAGE),
    "agents.topics.TopicError": ("", ExitCode.UNREACHABLE),
    "agents.worker.WorkerError": ("", ExitCode.USAGE),
    "aiokafka.errors.ClusterAuthorizationFailedError": ("a permission is missing: ", ExitCode.FORBIDDEN),
    "aiokafka.errors.GroupAuthorizationFailedError": ("a permission is missing: ", ExitCode.FORBIDDEN),
    "aiokafka.errors.TopicAuthorizationFailedError": ("a permission is missing: ", ExitCode.FORBIDDEN),
    "aiokafka.errors.KafkaError": ("the broker: ", ExitCode.UNREACHABLE),
    "pipeline.errors.ConfigurationError": ("", ExitCode.USAGE),
    "pipeline.evaluation.gold.GoldError": ("", ExitCode.USAGE),
    "pipeline.errors.Rejected": ("the article was refused: ", ExitCode.INCOMPLETE),
}
"""Errors that are told, by name, what is put before them, and the exit code: to import them all would take seconds."""


def load_settings(*, logged: bool = False) -> Settings:
    """The settings from the environment and `.env`; of variables that look like settings and are none, one line tells.

    Args:
        logged: for a process that logs: logging is configured as the settings say, and that line is one of the log.

    Raises:
        CommandError: naming the variable, for the first value that cannot be used, or the line of `.env`.
    """
    try:
        with _no_line_left_out():
            unknown = unknown_settings()
            settings = Settings()
    except ValidationError as error:
        raise CommandError("; ".join((*_setting_errors(error), *filter(None, [unknown])))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f".env cannot be read: {one_line(error)}") from None
    if logged:
        from agents import logs

        logs.configure(settings.log_level, settings.log_format)
    if unknown is not None and logged:
        log.warning("%s", unknown)
    elif unknown is not None:
        console.note(f"redefluss: warning: {unknown}")
    return settings


@contextmanager
def _no_line_left_out() -> Iterator[None]:
    """A line of `.env` that cannot be read is a mistake. Its reader leaves it out, and logs so for each setting."""
    reader, refusing = logging.getLogger("dotenv.main"), _Refusing()
    reader.addHandler(refusing)
    try:
        yield
    finally:
        reader.removeHandler(refusing)


class _Refusing(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise CommandError(f".env: {record.getMessage().removeprefix('python-dotenv ')}")


def explained(error: Exception) -> CommandError | None:
    """What to tell a person about an error of the libraries or the stream; None for what only a bug can raise."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, ExceptionGroup):
        told = [explained(inner) for inner in error.exceptions]
        return told[0] if all(told) else None
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    for name in names:
        if name in KNOWN:
            before, code = KNOWN[name]
            return CommandError(f"{before}{one_line(error)}", code)
    if isinstance(error, OSError):
        words = error.strerror or one_line(error)
        return CommandError(words if error.filename is None else f"{error.filename}: {words}")
    return None


def one_line(error: Exception) -> str:
    """The error's message with all white space folded."""
    return " ".join(str(error).split()) or type(error).__name__


def _setting_errors(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        if problem["loc"]:
            name = f"REDEFLUSS_{str(problem['loc'][0]).upper()}"
            yield f"{name}={problem['input']!s}: {message}"
        else:
            yield message
