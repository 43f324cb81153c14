"""The runbooks of the operations handbook, for whoever is on duty and has nothing but the pages."""

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise

from aiohttp.web import Request, Response
from faust import web
from markupsafe import Markup

from agents.web.pages import Pages
from agents.web.site import site_of

pages = Pages("runbooks")

_OTHER_PAGES = re.compile(r"\[([^\]]+)\]\((?!#)[^)]*\)")
"""Links to the rest of the handbook, which is not served."""


@pages.page("/runbooks", name="runbooks")
async def runbooks(_: web.View, request: Request) -> Response:
    """What each alert means, where to look, what to do."""
    text, sections = runbook()
    return site_of(request).page("runbooks.html", request, text=text, sections=sections)


@cache
def runbook() -> tuple[Markup, tuple[tuple[str, str], ...]]:
    """The handbook's page as HTML without its title, and address and name of each section, as on code hosts."""
    from markdown_it import MarkdownIt

    text = files("agents.web").joinpath("runbooks.md").read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(_OTHER_PAGES.sub(r"\1", text))
    sections = []
    for heading, content in pairwise(tokens):
        if heading.type == "heading_open":
            address = re.sub(r"[^a-z0-9 -]", "", content.content.lower()).replace(" ", "-")
            heading.attrSet("id", address)
            if heading.tag == "h2":
                sections.append((address, content.content))
    after_title = next(place for place, token in enumerate(tokens) if token.type == "heading_close") + 1
    return Markup(markdown.renderer.render(tokens[after_title:], markdown.options, {})), tuple(sections)
