"""Everything that the pages say is there in German, errors too."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

WEB = Path(__file__).parents[2] / "agents" / "web"
_ERROR = re.compile(r'(?:HTTP\w+\(text=|_problem\(request, \d+, |StoreUnavailable\()"([^"]+)"')


def said_by_templates() -> dict[str, str]:
    options = {"trim_blocks": "1", "lstrip_blocks": "1", "newstyle_gettext": "1"}
    found: dict[str, str] = {}
    for template in sorted((WEB / "templates").glob("*.html")):
        with template.open("rb") as file:
            for _, _, message, _ in babel_extract(file, ["_", "gettext", "ngettext"], [], options):
                found[message if isinstance(message, str) else str(message[0])] = template.name
    return found


def said_by_errors() -> dict[str, str]:
    return {match[1]: path.name for path in WEB.rglob("*.py") for match in _ERROR.finditer(path.read_text())}


@pytest.mark.parametrize("said", [said_by_templates(), said_by_errors()], ids=["templates", "errors"])
def test_everything_is_there_in_german(said: dict[str, str]) -> None:
    assert len(said) > 10
    with (WEB / "locale" / "de.po").open("rb") as file:
        catalogue = read_po(file, locale="de")
    missing = {message: where for message, where in said.items() if not getattr(catalogue.get(message), "string", None)}
    assert not missing
