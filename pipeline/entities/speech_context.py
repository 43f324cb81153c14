"""Words near a mention that show that it says something."""

import re

from pipeline.entities.words import TextWords
from pipeline.spans import CharOffset

_VERBS = (
    "sag",
    "erklär",
    "beton",
    "mein",
    "mahn",
    "warn",
    "forder",
    "kritisier",
    "äußer",
    "äusser",
    "schreib",
    "schrieb",
    "sprach",
    "spricht",
    "bericht",
    "erzähl",
    "ergänz",
    "füg",
    "antwort",
    "sieht",
    "verwies",
    "verweis",
    "kündig",
    "glaub",
    "hoff",
    "nann",
    "nenn",
    "bezeichn",
    "teilt",
    "rief",
    "appell",
    "vermut",
    "rechne",
    "erwart",
    "bekräftig",
    "räum",
    "gab",
    "gib",
    "lobt",
    "lobe",
    "versicher",
    "bestätig",
    "dement",
    "bestreit",
    "bestritt",
    "wünsch",
    "frag",
    "find",
    "fand",
    "bilanzier",
    "resümier",
    "erinner",
    "urteil",
    "zeigt",
    "prophezei",
    "plädier",
    "vertritt",
    "argumentier",
    "riet",
    "rät",
    "bat",
    "klag",
    "beklag",
    "schimpf",
    "entgegn",
    "konter",
    "empfahl",
    "empfiehl",
    "schilder",
    "verriet",
    "verrät",
    "behaupt",
    "wetter",
    "scherz",
    "schwärm",
    "prognostizier",
    "konstatier",
    "unterstrich",
    "unterstreich",
    "monier",
    "rechtfertig",
    "gestand",
    "gesteht",
    "versprach",
    "verspricht",
    "widersprach",
    "widerspricht",
)


_QUOTE_FOLLOWS = re.compile(r"[^\n.!?„“»]{0,80}:\s*[„“»\"«]")


def announces_quote(words: TextWords, end: CharOffset) -> bool:
    """Whether a colon and a quotation follow in the sentence of the mention that ends at `end`."""
    return _QUOTE_FOLLOWS.match(words.text, end) is not None


def speaks(words: TextWords, begin: CharOffset, end: CharOffset) -> bool:
    """Whether the word before or after the mention at `begin` to `end` is a verb of saying, or "so" before it."""
    index = words.at(begin) - 1
    if index >= 0:
        before = words.words[index].text
        if before == "so" or (before[0].islower() and before.startswith(_VERBS)):
            return True
    following = words.at(end)
    if following >= len(words.words):
        return False
    after = words.words[following]
    return after.text[0].islower() and after.text.startswith(_VERBS) and words.text[end : after.begin] == " "
