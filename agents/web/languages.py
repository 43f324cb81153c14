"""Which language a page is shown in: German or English, by what the browser asks for."""

from typing import Literal, get_args

InterfaceLanguage = Literal["de", "en"]
LANGUAGES: tuple[InterfaceLanguage, ...] = get_args(InterfaceLanguage)


def negotiate(accept_language: str) -> InterfaceLanguage:
    """The language that an Accept-Language header likes best; German where it says nothing."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")):
        tag, *parameters = part.strip().split(";")
        quality = next((p.strip()[2:] for p in parameters if p.strip().startswith("q=")), "1")
        try:
            wishes.append((-float(quality), position, tag.strip().partition("-")[0].lower()))
        except ValueError:
            continue
    for wish, _, tag in sorted(wishes):
        for language in LANGUAGES:
            if wish < 0 and tag == language:
                return language
    return "de"
