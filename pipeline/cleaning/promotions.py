"""Paragraphs among those of an article in which its site asks the reader to subscribe, follow or look at something."""

import re
from collections.abc import Sequence

from pipeline.cleaning.lines import Line
from pipeline.cleaning.reported_sentences import is_reported
from pipeline.cleaning.shapes import has_any
from schemas.records import RemovalReason

_OFFERED: tuple[tuple[str, RemovalReason], ...] = (
    ("newsletter", "newsletter"), ("whatsapp-", "share"), ("whatsapp ", "share"), ("news-app", "share"),
    ("push-", "share"), ("nachrichten-app", "share"), ("telegram-", "share"),
)  # fmt: skip
_OFFERS = tuple(offer for offer, _ in _OFFERED)
_CALL = re.compile(
    r"\b(?:(?:melden|tragen|holen|registrieren) (?-i:Sie) sich|(?:abonnieren|folgen|laden|bestellen) (?-i:Sie)|"
    r"melde dich|meldet euch|trag dich|lade dir|hol dir|"
    r"abonniere? (?:jetzt |hier |gerne? |einfach |kostenlos )?(?:unser|mein|den|die|das|dir)|"
    r"folge? (?:uns|dem|unserem)|"
    r"(?:(?:hier|jetzt|kostenlos|gratis) (?:können (?-i:Sie)|kannst du)|"
    r"(?<![^.!?:–-] )(?:hier|jetzt|kostenlos|gratis)) "
    r"(?:sich |dich |ihn |den newsletter )?"
    r"(?:kostenlos |gratis )?(?:anmelden|abonnieren|bestellen|registrieren)|zur anmeldung geht|"
    r"hier geht(?:[’'´]?s| es) (?:direkt )?zu[rm]?\b|"
    r"(?:unser\w{0,2}|(?-i:Ihnen)|dir|euch)\b[^.!?]{0,120}\bdirekt ins postfach)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:noch )?(?:mehr|weitere|alle|viele weitere)\b[^.!?:;„“»«]{0,60}"
    r"\b(?:nachrichten|meldungen|artikel|berichte|geschichten|news|hintergründe|texte|beiträge|videos)\b"
    r"[^.!?;„“»«]{0,80}\b(?:finden (?-i:Sie)|findest du|findet ihr|lesen (?-i:Sie)|"
    r"gibt(?:[’'´]?s| es) (?:hier|bei uns|(?:auf|in|unter|bei) (?:unser|\S+\.[a-z]{2,})))\b.{0,80}",
    re.IGNORECASE,
)
_BROWSER = re.compile(
    r"bitte (?:aktivieren|erlauben|schalten) (?-i:Sie) (?:zuerst )?(?:javascript|cookies)\b|"
    r"\b(?:(?-i:Ihr)|dein|euer|dieser) (?:browser|adblocker|werbeblocker)(?: oder (?:ad|werbe)blocker)? "
    r"(?:unterstützt|verhindert|blockiert)\b",
    re.IGNORECASE,
)
_LONGEST, _LONGEST_NOTICE = 450, 200


def remove_promotions(lines: Sequence[Line]) -> None:
    """Remove kept lines in which a site offers what else it has, or speaks of the reader's browser."""
    for line in lines:
        if line.kind is None or len(line.text) > _LONGEST:
            continue
        if has_any(line.lowered, _OFFERS) and _calls(line.text) and not is_reported(line.words):
            line.remove(next(reason for offer, reason in _OFFERED if offer in line.lowered), "asks to subscribe")
        elif _MORE.fullmatch(line.text) is not None:
            line.remove("related", "says where more is found")
        elif len(line.text) <= _LONGEST_NOTICE and _BROWSER.search(line.text) and not is_reported(line.words):
            line.remove("legal", "about the reader's browser")


def _calls(text: str) -> bool:
    """Whether the reader is asked to subscribe, and nobody who is quoted is."""
    found = _CALL.search(text)
    return found is not None and text.count("„", 0, found.start()) <= text.count("“", 0, found.start())
