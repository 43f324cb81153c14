"""Metrics and health of a command that runs beside the workers, on a port of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest


@asynccontextmanager
async def served(
    registry: CollectorRegistry, host: str, port: int, problem: Callable[[], str | None] = lambda: None
) -> AsyncIterator[None]:
    """Serve /metrics, /health/live and /health/ready; with port 0, nothing.

    Args:
        registry: what /metrics shows.
        host: where to listen.
        port: where to listen.
        problem: what /health/ready answers with status 503; None: all is well, status 200.

    Raises:
        OSError: the port is taken.
    """
    if not port:
        yield
        return

    async def expose(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_request: web.Request) -> web.Response:
        wrong = problem()
        return web.json_response({"status": wrong or "ok"}, status=503 if wrong else 200)

    app = web.Application()
    app.add_routes([web.get("/metrics", expose), web.get("/health/live", live), web.get("/health/ready", ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
