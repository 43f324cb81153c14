"""What is wrong with a request, with values in it, so that the pages can say it in the reader's language."""

from aiohttp.web import HTTPBadRequest, HTTPException, HTTPNotFound, HTTPServiceUnavailable


class Problem(HTTPException):
    """An error that the client is told.

    Args:
        message: in English, one line, with `%(name)s` for each of `values`.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(text=message % values)
        self.message, self.message_values = message, values


class BadRequest(Problem, HTTPBadRequest):
    """The request means nothing."""


class NotFound(Problem, HTTPNotFound):
    """What is asked for is not there."""


class ServiceUnavailable(Problem, HTTPServiceUnavailable):
    """Something that is needed for the answer does not work just now."""
