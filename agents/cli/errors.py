"""How a command ends: its exit codes, and one line for whatever went wrong."""

from collections.abc import Iterator
from enum import IntEnum

from pydantic import ValidationError

from agents.settings import Settings


class ExitCode(IntEnum):
    """What the number that a command leaves behind means."""

    OK = 0
    INCOMPLETE = 1
    """Something was refused, was not confirmed, or did not come out."""
    USAGE = 2
    """Wrong arguments or settings, or a file that cannot be used."""
    UNREACHABLE = 3
    """No broker answers, or it refuses."""
    INTERRUPTED = 130
    """Ended by Ctrl-C or SIGTERM before it was done."""


class CommandError(Exception):
    """A mistake that the person at the terminal can mend: one line for them, and the exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.code = code


def load_settings() -> Settings:
    """The settings from the environment and `.env`.

    Raises:
        CommandError: naming the variable, for the first value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise CommandError("; ".join(_setting_errors(error))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f".env cannot be read: {one_line(error)}") from None


def explained(error: Exception) -> CommandError | None:
    """What to tell a person about an error of the libraries or the stream; None for what only a bug can raise."""
    from aiokafka.errors import KafkaError

    from agents.broker import BrokerError
    from agents.dead_letters import DeadLetterError
    from agents.kafka import BrokerUnavailable
    from agents.topics import TopicError
    from agents.worker import WorkerError
    from pipeline.errors import ConfigurationError, Rejected
    from pipeline.models.load import ModelError

    message, code = one_line(error), ExitCode.USAGE
    match error:
        case CommandError():
            code = error.code
        case WorkerError() | BrokerError() | DeadLetterError() | ConfigurationError() | ModelError():
            pass
        case BrokerUnavailable():
            message, code = f"{message}; REDEFLUSS_BROKER names it", ExitCode.UNREACHABLE
        case TopicError():
            code = ExitCode.UNREACHABLE
        case KafkaError():
            message, code = f"the broker: {message}", ExitCode.UNREACHABLE
        case Rejected():
            message, code = f"the article was refused, {error.reason}: {error.detail}", ExitCode.INCOMPLETE
        case OSError():
            message = message if error.filename is None else f"{error.filename}: {error.strerror}"
        case _:
            return None
    return CommandError(message, code)


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
