"""What browsers send with a form."""

from urllib.parse import parse_qsl

from aiohttp.web import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
    Request,
    RequestPayloadError,
)

from agents.web.problems import BadRequest

MOST_BYTES = 65_536
MOST_FIELDS = 1_000


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name; always UTF-8, whatever encoding the request declares.

    Raises:
        HTTPUnsupportedMediaType: it is no form as browsers send it by default.
        HTTPRequestEntityTooLarge: it has more than MOST_BYTES.
        HTTPBadRequest: it cannot be read.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        raise HTTPUnsupportedMediaType(text="a form is needed: application/x-www-form-urlencoded")
    try:
        body = await request.read()
    except RequestPayloadError:
        raise HTTPBadRequest(text="the form cannot be read") from None
    if len(body) > MOST_BYTES:
        raise HTTPRequestEntityTooLarge(MOST_BYTES, len(body), text="the form is too large")
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise BadRequest("a form has at most %(most)s fields", most=f"{MOST_FIELDS:,}") from None
