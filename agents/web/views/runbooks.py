"""The runbooks of the operations handbook, for whoever is on duty and has nothing but the pages."""

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise

from aiohttp.web import Request, Response
from faust import web
from markdown_it import MarkdownIt
from markupsafe import Markup

from agents.web.pages import Pages
from agents.web.site import site_of

pages = Pages("runbooks")

_OTHER_PAGES = re.compile(r"\[([^\]]+)\]\((?!#)[^)]*\)")
"""Links to the rest of the handbook, which is not served."""


@pages.page("/runbooks", name="runbooks")
async def runbooks(_: web.View, request: Request) -> Response:
    """What each alert means, where to look, what to do."""
    return site_of(request).page("runbooks.html", request, text=runbook())


@cache
def runbook() -> Markup:
    """The handbook's page as HTML; its headings can be linked to as on code hosts."""
    text = files("agents.web").joinpath("runbooks.md").read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(_OTHER_PAGES.sub(r"\1", text))
    for heading, content in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", re.sub(r"[^a-z0-9 -]", "", content.content.lower()).replace(" ", "-"))
    return Markup(markdown.renderer.render(tokens, markdown.options, {}))
