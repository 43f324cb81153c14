"""Everything that the pages say is there in German, errors too."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from jinja2.ext import babel_extract

from agents.web.languages import LANGUAGES, InterfaceLanguage
from agents.web.localisation import Formats
from schemas.times import LOCAL_TIME

WEB = Path(__file__).parents[2] / "agents" / "web"
PARTS = ((format_date, "medium"), (partial(format_time, tzinfo=LOCAL_TIME), "short"))
_RAISED = r"HTTP\w+\(text=|_problem\(request, \d+, |StoreUnavailable\(|(?:BadRequest|NotFound|ServiceUnavailable)\(\s*"
_ERROR = re.compile(rf'(?:{_RAISED})"([^"]+)"')


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_times_are_written_as_babel_writes_them(language: InterfaceLanguage) -> None:
    formats = Formats(language)
    for value, digits in ((0, 0), (7, 0), (999.5, 0), (1000, 0), (1234567, 0), (0.25, 1), (12.345, 1), (-1234.5, 2)):
        expected = format_decimal(round(value, digits), format="#,##0." + "0" * digits, locale=language)
        assert formats.number(value, digits) == expected
    for moment in ("2026-03-02T09:05:00Z", "2026-12-31T22:59:59Z", "2026-07-01T12:00:00+02:00"):
        local = datetime.fromisoformat(moment).astimezone(LOCAL_TIME)
        day, minute = (written(local, size, locale=language) for written, size in PARTS)
        assert formats.time(moment) == formats.time(local.timestamp()) == f"{day}, {minute}"
        assert formats.day(moment[:10]) == format_date(datetime.fromisoformat(moment[:10]), "medium", locale=language)


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", 4.6e15, -4.6e15]
)
def test_times_at_the_ends_of_the_calendar_are_written_too(moment: str | float) -> None:
    """Of an article that says so of itself, or of a message's time stamp, which stand on a page with all others."""
    assert Formats("de").time(moment)
    assert Formats("en").iso(moment)[:4] in {"0001", "9999"}
