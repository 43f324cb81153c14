"""Paragraphs among those of an article in which its site asks the reader to subscribe, follow or look at something."""

import re
from collections.abc import Sequence

from pipeline.cleaning.lines import Line
from pipeline.cleaning.shapes import has_any
from schemas.records import RemovalReason

_OFFERED: tuple[tuple[str, RemovalReason], ...] = (
    ("newsletter", "newsletter"), ("whatsapp-", "share"), ("whatsapp ", "share"), ("news-app", "share"),
    ("push-", "share"), ("nachrichten-app", "share"), ("telegram-", "share"),
)  # fmt: skip
_OFFERS = tuple(offer for offer, _ in _OFFERED)
_CALL = re.compile(
    r"\b(?:melden sie sich|melde dich|meldet euch|tragen sie sich|trag dich|abonnieren sie|"
    r"abonniere? (?:jetzt |hier |gerne? |einfach |kostenlos )?(?:unser|mein|den|die|das|dir)|folgen sie|"
    r"folge? (?:uns|dem|unserem)|laden sie|lade dir|holen sie sich|hol dir|bestellen sie|registrieren sie sich|"
    r"(?:hier|jetzt|kostenlos|gratis) (?:können sie |kannst du )?(?:sich |dich |ihn |den newsletter )?"
    r"(?:kostenlos |gratis )?(?:anmelden|abonnieren|bestellen|registrieren)|zur anmeldung geht|"
    r"hier geht(?:[’'´]?s| es) (?:direkt )?zu[rm]?\b|direkt ins postfach)"
)
_MORE = re.compile(
    r"(?:noch )?(?:mehr|weitere|alle|viele weitere)\b[^.!?:;„“»«]{0,60}"
    r"\b(?:nachrichten|meldungen|artikel|berichte|geschichten|news|hintergründe|texte|beiträge|videos)\b"
    r"[^.!?;„“»«]{0,80}\b(?:finden sie|findest du|findet ihr|lesen sie|gibt(?:[’'´]?s| es))\b.{0,80}"
)
_SAYS = re.compile(
    r"\b(?:sagt|sagte|sagten|erklärt|erklärte|erklärten|betonte|teilte|mitgeteilt|berichtet|berichtete|warnt|warnte|"
    r"laut|zufolge|schrieb|schreibt|kritisiert|kritisierte|forderte|heißt es|hieß es)\b"
)
_BROWSER = re.compile(
    r"bitte (?:aktivieren|erlauben|schalten) sie (?:zuerst )?(?:javascript|cookies)\b|"
    r"\b(?:ihr|dein|euer|dieser) (?:browser|adblocker|werbeblocker)(?: oder (?:ad|werbe)blocker)? "
    r"(?:unterstützt|verhindert|blockiert)\b"
)
_LONGEST, _LONGEST_NOTICE = 450, 200


def remove_promotions(lines: Sequence[Line]) -> None:
    """Remove kept lines in which a site offers what else it has, or speaks of the reader's browser."""
    for line in lines:
        if line.kind is None or len(line.text) > _LONGEST:
            continue
        if has_any(line.lowered, _OFFERS) and _CALL.search(line.lowered) and not _SAYS.search(line.lowered):
            line.remove(next(reason for offer, reason in _OFFERED if offer in line.lowered), "asks to subscribe")
        elif _MORE.fullmatch(line.lowered) is not None:
            line.remove("related", "says where more is found")
        elif len(line.text) <= _LONGEST_NOTICE and _BROWSER.search(line.lowered) and not _SAYS.search(line.lowered):
            line.remove("legal", "about the reader's browser")
