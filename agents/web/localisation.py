"""Texts, numbers and times in the languages of the pages.

English is written in the code and the templates; German stands in
`locale/de.po`, read as it is, without a compiling step. Babel and what it knows
of two languages take 10 MB, so this is imported with the first page.
"""

import io
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from importlib.resources import files

from babel.core import Locale
from babel.dates import format_date, get_date_format, get_datetime_format, get_time_format, parse_pattern
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_decimal_symbol, get_group_symbol
from babel.support import NullTranslations, Translations

from agents.web.languages import InterfaceLanguage
from agents.web.query_parameters import day_or_moment
from schemas.times import LOCAL_TIME, instant, instant_at


@cache
def translations(language: InterfaceLanguage) -> NullTranslations:
    """The messages of a language."""
    if language == "en":
        return NullTranslations()
    with files("agents.web").joinpath("locale", f"{language}.po").open("rb") as source:
        catalog = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


class Formats:
    """Numbers and times as people of a language write them; times in that of Germany.

    A page has hundreds of them, so Babel is asked once for how they look, and not for each of them.
    """

    def __init__(self, language: InterfaceLanguage) -> None:
        self._locale = Locale.parse(language)
        self._separators = str.maketrans({",": get_group_symbol(language), ".": get_decimal_symbol(language)})
        parts = get_time_format("short", language).pattern, get_date_format("medium", language).pattern
        self._minute = parse_pattern(str(get_datetime_format("medium", language)).format(*parts))

    def number(self, value: float, digits: int = 0) -> str:
        """With separators, and so many digits after the decimal point."""
        return f"{round(value, digits):,.{digits}f}".translate(self._separators)

    def time(self, value: float | str | None) -> str:
        """Date and time; of seconds since 1970 UTC, or of an RFC 3339 time."""
        moment = _moment(value)
        return "" if moment is None else self._minute.apply(moment, self._locale)

    def iso(self, value: float | str | None) -> str:
        """The same for machines, in UTC."""
        moment = _moment(value)
        return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")

    def day(self, value: str) -> str:
        """A day, given as YYYY-MM-DD."""
        return _day(value, self._locale)

    def bound(self, value: str) -> str:
        """A day or a moment that bounds a period, as an address has it."""
        bound = day_or_moment(value)
        return self.time(bound.timestamp()) if isinstance(bound, datetime) else self.day(bound.isoformat())

    def seconds(self, value: float | None) -> str:
        """A duration in the unit that suits it."""
        if value is None:
            return "–"
        if value < 1:
            return f"{self.number(value * 1000)} ms"
        if value < 120:
            return f"{self.number(value, 1)} s"
        return f"{self.number(value / 60)} min" if value < 7200 else f"{self.number(value / 3600, 1)} h"

    def size(self, value: float) -> str:
        """Bytes in the unit that suits them."""
        for unit in ("B", "kB", "MB"):
            if value < 1000:
                return f"{self.number(value)} {unit}"
            value /= 1000
        return f"{self.number(value, 1)} GB"


@lru_cache(maxsize=1000)
def _day(value: str, locale: Locale) -> str:
    return str(format_date(date.fromisoformat(value), "medium", locale=locale))


def local_day(value: float | str) -> str:
    """The day of seconds since 1970 UTC, or of an RFC 3339 time, in Germany, as YYYY-MM-DD."""
    moment = _moment(value)
    return "" if moment is None else moment.date().isoformat()


def field_value(value: str) -> str:
    """A day or a moment in Germany, as an address has it, for a form's field of the type `date` or `datetime-local`."""
    bound = day_or_moment(value)
    moment = _moment(bound.timestamp()) if isinstance(bound, datetime) else None
    return bound.isoformat() if moment is None else moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _moment(value: float | str | None) -> datetime | None:
    if value is None:
        return None
    found = instant(value) if isinstance(value, str) else instant_at(value)
    try:
        return found.astimezone(LOCAL_TIME)
    except OverflowError:  # it is at the very end of what a calendar has
        return found
