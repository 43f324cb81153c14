"""Styles and scripts."""

from importlib.resources import files
from pathlib import Path

from agents.web.pages import Pages

pages = Pages("static")
pages.blueprint.static("/static", Path(str(files("agents.web").joinpath("static"))), name="files")
