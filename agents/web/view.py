"""The web view of a worker, on a Faust app of its own.

The stages' apps come and go with the connection to the broker; the pages must be
there just then. So they are on an app without agents, of which only the web
server is started, in its own thread and event loop.
"""

from typing import Any

import faust
from aiohttp.web import Application

from agents.faust_adapter import limit_connections
from agents.settings import Settings
from agents.web import middleware
from agents.web.auth import Guard
from agents.web.collector_supervisor import CollectorSupervisor
from agents.web.connections import Connections, Proxies
from agents.web.operations import StreamMonitor
from agents.web.site import SITE, Site
from agents.web.store.location import store_path
from agents.web.store.reader import StoreReader
from agents.web.views import PAGES
from agents.worker_report import StatusSource, WorkerReporter


class WebView:
    """Serves a worker's pages from `start` to `stop`.

    Args:
        settings: all of them.
        status: the worker to tell of.

    Raises:
        UnsafeListening: the settings would show everything to everyone.
    """

    def __init__(self, settings: Settings, status: StatusSource) -> None:
        token = settings.web_token
        guard = Guard(
            token=None if token is None else token.get_secret_value(),
            host=settings.web_host,
            allowed_hosts=settings.web_allowed_hosts,
            ended=settings.data_dir / "web" / "ended-sessions",
        )
        path = store_path(settings)
        reporter = WorkerReporter(settings, status)
        self._collector = CollectorSupervisor(settings, reporter, path)
        reader = StoreReader(path)
        stream_monitor = StreamMonitor(
            settings, reader, reporter, status.metrics, lambda: self._collector.store_trouble
        )
        self._app = _web_app(settings)
        connections = Connections(Proxies(settings.web_trusted_proxies))
        site = Site(settings, reader, stream_monitor, guard, connections)
        install(self._app, site)
        limit_connections(self._app, connections)

    async def start(self) -> None:
        """Listen, and start the collector.

        Raises:
            OSError: the port is taken.
        """
        await self._collector.start()
        await self._app.web.start()

    async def stop(self) -> None:
        """End what `start` began."""
        await self._app.web.stop()
        await self._collector.stop()


def install(app: Any, site: Site) -> None:
    """Put the pages and their rules on a Faust app whose web server has not started."""
    server: Application = app.web.web_app
    server[SITE] = site
    for pages in PAGES:
        pages.blueprint.register(app)
    own = frozenset(server.router.resources())
    server.middlewares.extend([middleware.connection, middleware.errors, middleware.guard(own)])
    server.on_response_prepare.append(middleware.add_headers)
    server.on_shutdown.append(_end_streams)


async def _end_streams(server: Application) -> None:
    """Pages that listen would keep the server open."""
    server[SITE].closing.set()


def _web_app(settings: Settings) -> Any:
    return faust.App(
        settings.group("web"),
        store="memory://",
        datadir=settings.data_dir / "faust",
        autodiscover=False,
        web_bind=settings.web_host,
        web_port=settings.web_port,
        canonical_url=settings.web_address,  # which Faust makes without the brackets that an address of IPv6 needs
        web_in_thread=True,
    )
