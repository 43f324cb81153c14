"""What a stage says when it will not process an article."""

from schemas.records import FailureReason


class Rejected(Exception):
    """An article that a stage refuses; trying again would not help.

    Attributes:
        reason: the dead letters' word for it.
        detail: one line that a person can act on.
    """

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: FailureReason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["Rejected"], tuple[FailureReason, str]]:
        return type(self), (self.reason, self.detail)


class ConfigurationError(Exception):
    """A setting of the domain that cannot work (a model or a file that is not there): one line that names it."""


class StaleState(Exception):
    """What a state had given out has changed without it, since somebody else went on: it has to be resumed anew."""
