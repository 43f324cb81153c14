"""The JSON API: everything that the pages show. `ROUTES` is what the OpenAPI document is made from."""

import asyncio
from typing import Any

from aiohttp.web import (
    HTTPBadRequest,
    HTTPFound,
    HTTPNotFound,
    HTTPServiceUnavailable,
    HTTPUnauthorized,
    Request,
    Response,
    StreamResponse,
)
from faust import web
from pydantic_core import PydanticSerializationError

from agents.topic_reader import MessageGone, NoAnswer, message_at
from agents.web.dead_letters import MOST, find_letter, find_letters, open_letter, replay_letter
from agents.web.event_stream import stream
from agents.web.limits import RECORDS, REPLAYS
from agents.web.models import (
    ArticleLine,
    DeadLetterList,
    EntityDetail,
    Hit,
    Operations,
    Ranked,
    Replayed,
    Step,
    StoredArticle,
    StoredDeadLetter,
)
from agents.web.openapi import Parameter, Route, document
from agents.web.pages import Pages
from agents.web.query_parameters import LONGEST, page_parameters
from agents.web.site import json_response, number_in, site_of
from agents.web.views import api_quotes, feeds, people, shares
from agents.web.views.articles import find_article
from agents.web.views.entities import find_entity
from agents.web.views.newsroom import HITS, asked_for, find_hits, ranks
from pipeline.stages import RAW_TOPIC, STAGES, STATEMENTS_TOPIC

pages = Pages("api")

_LIMIT = Parameter("limit", "query", "how many at most", {"type": "integer", "minimum": 1, "maximum": 200})
_STAGE_TOPICS: dict[str, str] = {
    "raw": RAW_TOPIC,
    **{stage.name: stage.target for stage in STAGES if stage.target != STATEMENTS_TOPIC},
}
"""By the name of a stage, where it writes a record for each article."""


@pages.page("/api/articles", name="articles")
async def articles(_: web.View, request: Request) -> Response:
    """The latest articles, newest first."""
    limit = number_in(request, "limit", 50, most=200)
    before = number_in(request, "before", 0, most=2**62) or None
    return json_response(await asyncio.to_thread(site_of(request).reader.articles, limit=limit, before=before))


@pages.page(r"/api/articles/{id:[\s\S]+}", name="article")
async def article(_: web.View, request: Request, id: str) -> Response:
    """An article's record and its way through the stages."""
    found = await find_article(site_of(request), id)
    try:
        return json_response(found)
    except PydanticSerializationError:  # another writer's: JSON is read more deeply than it is written
        raise HTTPNotFound(text="the article's record is nested too deeply to be written here") from None


@pages.page(r"/api/records/{stage}/{id:[\s\S]+}", name="record")
async def record(_: web.View, request: Request, stage: str, id: str) -> Response:
    """What a stage wrote about an article, byte for byte from its topic."""
    site = site_of(request)
    if stage not in _STAGE_TOPICS:
        raise HTTPNotFound(text=f"stage: one of {', '.join(_STAGE_TOPICS)}")
    found = await find_article(site, id)
    here = Step(stage="", topic=found.topic, partition=found.partition, offset=found.offset)
    step = next((step for step in (*found.steps, here) if step.topic == _STAGE_TOPICS[stage]), None)
    if step is None:
        raise HTTPNotFound(text="the article's trail does not say where that record stands")
    site.limit(request, RECORDS)
    try:
        message = await message_at(site.settings, step.topic, step.partition, step.offset)
    except NoAnswer as error:
        raise HTTPServiceUnavailable(text=str(error)) from None
    except MessageGone as error:
        raise HTTPNotFound(text=str(error)) from None
    if step.timestamp not in {None, message.timestamp} or (stage != "raw" and message.key != id.encode()):
        raise HTTPNotFound(text="the record is gone: its topic was created again, and has another in its place")
    return Response(body=message.value or b"null", content_type="application/json")


@pages.page("/api/ranks", name="ranks")
async def ranked(_: web.View, request: Request) -> Response:
    """The entities most quoted (`by=quotes`) or most named (`by=mentions`) in the last hour or day."""
    window, by = request.query.get("window", "hour"), request.query.get("by", "quotes")
    if window not in {"hour", "day"} or by not in {"quotes", "mentions"}:
        raise HTTPBadRequest(text="window: hour or day; by: quotes or mentions")
    found = await ranks(site_of(request))
    return json_response(found["hour" if window == "hour" else "day"]["quotes" if by == "quotes" else "mentions"])


@pages.page(r"/api/entities/{id:[\s\S]+}", name="entity")
async def entity(_: web.View, request: Request, id: str) -> Response:
    """All about a speaker or another entity."""
    return json_response(await find_entity(request, site_of(request), id))


@pages.page("/api/search", name="search")
async def search(_: web.View, request: Request) -> Response:
    """The latest articles with all the words, the speaker, the entity and the source that are given."""
    hits = await find_hits(request, asked_for(request), limit=number_in(request, "limit", HITS, most=200))
    if hits is None:
        raise HTTPBadRequest(text="at least one of words, speaker, entity and source")
    return json_response(hits)


@pages.page("/api/live", name="live")
async def live(_: web.View, request: Request) -> StreamResponse:
    """New articles as server-sent events, each an ArticleLine. Where more came at a time than the 20 that are sent, an
    event `left-out` comes before them."""
    return await stream(request, site_of(request), lambda line: line.model_dump(), key="api-live")


@pages.page("/api/operations", name="operations")
async def operations(_: web.View, request: Request) -> Response:
    """Stages, lag, latency and workers."""
    site = site_of(request)
    return json_response(await site.cached("operations", site.stream_monitor.operations, seconds=1.0))


@pages.page("/api/dead-letters", name="dead-letters")
async def dead_letters(_: web.View, request: Request) -> Response:
    """Dead letters, newest first, and the counts by stage and reason."""
    return json_response(await find_letters(request))


@pages.page("/api/dead-letters/{partition:[0-9]{1,9}}/{offset:[0-9]{1,18}}", name="dead-letter")
class OneDeadLetter(web.View):
    """One dead letter."""

    async def get(self, request: Request, partition: str, offset: str) -> Response:
        """With the failed message's bytes in base64."""
        line, letter = await open_letter(request, int(partition), int(offset))
        return json_response(
            StoredDeadLetter(partition=line.partition, offset=line.offset, letter=letter.model_dump(by_alias=True))
        )

    async def post(self, request: Request, partition: str, offset: str) -> Response:
        """Replay it: its message is sent once more to the topic where it failed."""
        site = site_of(request)
        if not site.guard.knows(request):
            raise HTTPUnauthorized(text="a replay needs the token (REDEFLUSS_WEB_TOKEN)")
        site.limit(request, REPLAYS)
        line = await find_letter(site, int(partition), int(offset))
        sent = await replay_letter(site, line, by=f"web {request.remote}")
        return json_response(Replayed(topic=line.topic, sent=sent))


@pages.page("/api/", name="api-root")
async def root(_: web.View, __: Request) -> Response:
    """The way to this API's description."""
    raise HTTPFound("/api/openapi.json")


@pages.page("/api/openapi.json", name="openapi")
async def openapi(_: web.View, __: Request) -> Response:
    """This API's description."""
    routes = (*ROUTES, *api_quotes.ROUTES, *people.ROUTES, *shares.ROUTES, *feeds.ROUTES)
    return Response(body=document(routes), content_type="application/json")


_ID = Parameter("id", "path", "the id, percent-encoded or with its slashes as they are", {"type": "string"})
_PLACE = (
    Parameter("partition", "path", "its partition of the dead-letter topic", {"type": "integer"}),
    Parameter("offset", "path", "its offset there", {"type": "integer"}),
)
_FIELDS = tuple(
    Parameter(name, "query", what, {"type": "string", "maxLength": LONGEST})
    for name, what in (
        ("words", "words of title and text, all of which must occur; the last may be cut short"),
        ("speaker", "words of a quoted speaker's name"),
        ("entity", "words of an entity's name or id"),
        ("source", "words of the source's name"),
    )
)

ROUTES: tuple[Route, ...] = (
    Route(
        "/api/articles",
        articles,
        list[ArticleLine],
        (
            _LIMIT,
            Parameter("before", "query", "only those with a lower sequence", {"type": "integer", "minimum": 1}),
        ),
    ),
    Route("/api/articles/{id}", article, StoredArticle, (_ID,)),
    Route(
        "/api/records/{stage}/{id}",
        record,
        dict[str, Any],
        (Parameter("stage", "path", "which record", {"type": "string", "enum": list(_STAGE_TOPICS)}), _ID),
    ),
    Route(
        "/api/ranks",
        ranked,
        list[Ranked],
        (
            Parameter("window", "query", "the last hour or day", {"type": "string", "enum": ["hour", "day"]}),
            Parameter("by", "query", "what is counted", {"type": "string", "enum": ["quotes", "mentions"]}),
        ),
    ),
    Route("/api/entities/{id}", entity, EntityDetail, (_ID,)),
    Route("/api/search", search, list[Hit], (*_FIELDS, _LIMIT)),
    Route(
        "/api/live",
        live,
        ArticleLine,
        (Parameter("after", "query", "the sequence of the last article known", {"type": "integer"}),),
        media_type="text/event-stream",
    ),
    Route("/api/operations", operations, Operations),
    Route(
        "/api/dead-letters",
        dead_letters,
        DeadLetterList,
        (
            Parameter("stage", "query", "only of this stage", {"type": "string"}),
            Parameter("reason", "query", "only for this reason", {"type": "string"}),
            Parameter("since", "query", "only of the last time: 30m, 24h, 7d", {"type": "string"}),
            *page_parameters(MOST),
        ),
    ),
    Route("/api/dead-letters/{partition}/{offset}", OneDeadLetter.get, StoredDeadLetter, _PLACE),
    Route("/api/dead-letters/{partition}/{offset}", OneDeadLetter.post, Replayed, _PLACE, method="post", token=True),
)
