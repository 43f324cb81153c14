"""For machines: metrics and health."""

import asyncio

from aiohttp.web import Request, Response
from faust import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from agents.web.models import HealthReport
from agents.web.pages import Pages
from agents.web.site import json_response, site_of

pages = Pages("machines")


@pages.page("/metrics", name="metrics")
async def metrics(_: web.View, request: Request) -> Response:
    """This worker's metrics in Prometheus's text format."""
    exposition = await asyncio.to_thread(site_of(request).stream_monitor.exposition)
    return Response(body=exposition, headers={"Content-Type": CONTENT_TYPE_LATEST})


@pages.page("/health/live", name="live")
async def live(_: web.View, request: Request) -> Response:
    """503 when the worker hangs and should be started again."""
    return _answer(await asyncio.to_thread(site_of(request).stream_monitor.liveness))


@pages.page("/health/ready", name="ready")
async def ready(_: web.View, request: Request) -> Response:
    """503 when the stream does not get on: as a whole or, with `?scope=worker`, as far as it is this worker's."""
    whole = request.query.get("scope") != "worker"
    stream_monitor = site_of(request).stream_monitor
    return _answer(await asyncio.to_thread(lambda: stream_monitor.readiness(whole_stream=whole)))


def _answer(report: HealthReport) -> Response:
    return json_response(report, status=200 if report.ok else 503)
