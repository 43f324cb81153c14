"""The rules that find quotes, with an example each, and how often what they find is a quote."""

from dataclasses import dataclass

from pipeline.quotes.candidates import QuoteCandidate
from pipeline.rules import Rule, RuleSet


@dataclass(frozen=True, slots=True)
class QuoteRule(Rule):
    """A rule that finds quotes. In `example`, what it finds stands in square brackets.

    Attributes:
        precision: the share of its quotes that cover a quote of annotated articles (word F1 of at least 0.5); the
            confidence of what rules alone find, and evidence for the reader.
        carried: whether the speaker is one of an earlier sentence.
        certain: whether the layout tells the quote and its speaker, so that the reader is not asked.
        of_others: whether nobody whom the sentence is about says it, so that the reader is not asked for another
            speaker than the rule names.
        by_reader: whether it needs what the reader sees, and finds nothing without it.
    """

    precision: float
    carried: bool = False
    certain: bool = False
    of_others: bool = False
    by_reader: bool = False


QUOTE_RULES = RuleSet[QuoteRule](
    (
        QuoteRule(
            "marks-framed",
            "Words in quotation marks, with somebody beside them who says them.",
            "[„Wir bauen neu“], sagte Hanna Obst.",
            "Der Film „Wir bauen neu“ lief am Montag.",
            0.95,
        ),
        QuoteRule(
            "marks-signed",
            "Words in quotation marks, with a line under them of who says them: name and function.",
            "[„Wir bauen neu.“]\nHanna Obst, Bürgermeisterin",
            "Der Film „Wir bauen neu“ lief.\nHanna Obst, Bürgermeisterin",
            0.95,
            certain=True,
        ),
        QuoteRule(
            "signed",
            "A line over a dash or brackets with name and function, where words in quotation marks are signed too.",
            "„Wir bauen neu.“\n– Hanna Obst, Bürgermeisterin\n\n[Das wird teuer.]\n– Jonas Reif, Kämmerer",
            "Wir bauen neu.\n– Hanna Obst, Bürgermeisterin",
            0.95,
            certain=True,
        ),
        QuoteRule(
            "marks-inherited",
            "Words in quotation marks without a frame are of whoever the sentence before is about, or spoke last.",
            "Hanna Obst winkte ab. [„Wir bauen die Brücke neu.“]",
            "Hanna Obst winkte ab. Der Bau „ruht“.",
            0.95,
            carried=True,
        ),
        QuoteRule(
            "marks-alone",
            "Words in quotation marks without anybody who could say them.",
            "[„Wir bauen die Brücke neu.“]",
            "„Brücke“",
            0.7,
            carried=True,
        ),
        QuoteRule(
            "marks-within",
            "Words in single marks behind a colon or before who says them, within speech in other marks.",
            "„Er hat gesagt: [‚Wir bauen neu.‘] Ich war dabei“, sagte Hanna Obst.",
            "„Er hat den Film ‚Wir bauen neu‘ gesehen“, sagte Hanna Obst.",
            0.95,
        ),
        QuoteRule(
            "part-of-indirect",
            "Words in quotation marks within indirect speech.",
            "Obst sagte, die Brücke sei [„in sehr schlechtem Zustand“] gewesen.",
            "Obst sagte, die Brücke sei in sehr schlechtem Zustand gewesen.",
            0.87,
        ),
        QuoteRule(
            "part-of-clause",
            "Words in quotation marks as the object of a reporting verb.",
            "Obst nannte den Bau [„völlig unnötig“].",
            "Obst besuchte den „Bau der Brücke“.",
            0.65,
        ),
        QuoteRule(
            "verb-that",
            "A clause with dass or ob behind a reporting verb.",
            "Obst erklärte, [dass die Brücke fertig werde].",
            "Obst wartete, dass die Brücke fertig werde.",
            0.87,
        ),
        QuoteRule(
            "clause-within",
            "What a reporting verb in the Konjunktiv reports, within somebody's speech.",
            "Obst sagte, sie sei froh. Der Kämmerer habe ihr geraten, [die Brücke zu sperren].",
            "Obst sagte, sie sei froh. Der Kämmerer begrüße das Ziel, halte den Weg aber für zu lang.",
            0.85,
        ),
        QuoteRule(
            "asked",
            "What somebody was asked, who only answers it.",
            "Auf die Frage, [ob die Brücke hält], antwortete Obst nicht.",
            "Auf die Brücke, ob sie hält oder nicht, kam Obst.",
            0.7,
            of_others=True,
        ),
        QuoteRule(
            "verb-infinitive",
            "An infinitive with zu behind a reporting verb.",
            "Obst kündigte an, [die Brücke im Mai zu eröffnen].",
            "Obst begann, die Brücke zu eröffnen.",
            0.8,
        ),
        QuoteRule(
            "verb-subjunctive",
            "Konjunktiv behind a reporting verb.",
            "Obst sagte, [die Brücke werde fertig].",
            "Obst lief, die Brücke werde fertig.",
            0.87,
        ),
        QuoteRule(
            "verb-colon",
            "What stands behind a verb of saying, its subject and a colon.",
            "Die Stadt warnt: [Die Keller laufen bald voll].",
            "Die Stadt baut: Die Keller laufen bald voll.",
            0.7,
        ),
        QuoteRule(
            "as-said",
            "A sentence around a clause with wie and a reporting verb.",
            "Wie die Feuerwehr mitteilte, [brannte nur das Dach].",
            "Wie die Feuerwehr feststand, brannte nur das Dach.",
            0.87,
        ),
        QuoteRule(
            "said-behind",
            "Konjunktiv in front of a reporting verb.",
            "[Die Brücke sei sicher], sagte Obst.",
            "Die Brücke ist sicher, lachte Obst.",
            0.94,
        ),
        QuoteRule(
            "said-behind-plain",
            "The indicative in front of a verb of saying.",
            "[Die Brücke ist sicher], sagte Obst.",
            "Die Brücke ist sicher, lachte Obst.",
            0.7,
        ),
        QuoteRule(
            "so-said",
            "A sentence with so and a speaker in commas.",
            "[Das Dach wird im Mai erneuert], so Obst.",
            "Das Dach wird so hoch wie Obst.",
            0.85,
        ),
        QuoteRule(
            "source",
            "A sentence with a source: laut, nach Angaben, zufolge.",
            "Laut Jonas Reif [fehlen zwei Millionen Euro].",
            "Nach Jonas Reif kam Hanna Obst.",
            0.93,
        ),
        QuoteRule(
            "adverb",
            "A sentence with demnach, or a clause with wonach.",
            "Der Bericht ist da. Demnach [fehlen zwei Millionen Euro].",
            "Der Bericht ist da. Danach gingen alle.",
            0.85,
        ),
        QuoteRule(
            "noun",
            "A clause behind a noun that reports.",
            "Die Forderung, [die Schule zu schließen], verstörte alle.",
            "Die Brücke, die Schule zu schließen, verstörte alle.",
            0.75,
        ),
        QuoteRule(
            "rejected",
            "What others say, in a clause behind a noun that reports or with wonach, and somebody rejects.",
            "Den Vorwurf, [es fehle Geld], wies Obst zurück.",
            "Die Brücke, die Obst baut, wies Risse auf.",
            0.8,
            of_others=True,
        ),
        QuoteRule(
            "back-reference",
            "The sentence before, where a sentence says who said it.",
            "[Der Bau beginnt im Mai.] [Das] sagte Obst am Dienstag.",
            "Der Bau beginnt im Mai. Das freut Obst.",
            0.85,
        ),
        QuoteRule(
            "carried-on",
            "Konjunktiv in a sentence behind somebody's speech.",
            "Obst sagte, sie sei froh. [Es gebe genug Geld.]",
            "Obst sagte, sie sei froh. Es gibt genug Geld.",
            0.88,
            carried=True,
        ),
        QuoteRule(
            "carried-on-perhaps",
            "The second Konjunktiv right behind somebody's speech.",
            "Obst sagte, sie sei froh. [Das käme allen zugute.]",
            "Der Bau ruht. Das käme allen zugute.",
            0.58,
            carried=True,
        ),
        QuoteRule(
            "carried-on-said-to",
            "Hearsay with soll and a perfect infinitive.",
            "[Der Angeklagte soll die Akten vernichtet haben.]",
            "Der Angeklagte soll die Akten vernichten.",
            0.52,
            carried=True,
        ),
        QuoteRule(
            "reported",
            "An act of speech without its words.",
            "[Die Opposition warnte vor neuen Schulden.]",
            "Die Opposition stand vor neuen Schulden.",
            0.52,
        ),
        QuoteRule(
            "turn",
            "The turns of an interview, with a speaker before each.",
            "Obst: [Wir bauen im Mai.]\nObst: [Das Geld ist da.]",
            "Tore: 1:0 Meier\nTore: 2:0 Meier",
            0.95,
        ),
        QuoteRule(
            "post",
            "The paragraph over the name, the handle and the date of whoever has posted it.",
            "[Die Brücke kommt.] pic.twitter.com/x1\n\n— Hanna Obst (@hobst) 3. Mai 2024",
            "Die Brücke kommt.\n\nHanna Obst (@hobst) ist Bürgermeisterin.",
            0.95,
            certain=True,
        ),
        QuoteRule(
            "answer",
            "The paragraph behind each question of an interview, if the reader hears somebody speak there.",
            "Warum bauen Sie neu?\n\n[Weil ich es versprochen habe.]\n\nUnd wann?\n\n[Ich hoffe, im Mai.]\n\n"
            "Freuen Sie sich?\n\n[Ja, sehr. Ich habe lange darauf gewartet.]",
            "Wann ist der Schalter offen?\n\nDer Schalter ist montags offen.\n\nWas kostet ein Ausweis?\n\n"
            "Der Ausweis kostet 20 Euro.\n\nWas brauchen Kinder?\n\nKinder brauchen ein Foto.",
            0.95,
            by_reader=True,
        ),
        QuoteRule(
            "headline",
            "What stands behind the colon of a headline, where its speaker speaks in the text.",
            "Obst: [Brücke kommt im Mai]\n\nDie Brücke kommt, sagte Hanna Obst.",
            "Obst: Brücke kommt im Mai\n\nDie Brücke kommt, sagte Jonas Reif.",
            0.7,
        ),
    )
)
"""Rules that find quotes. The precision of the rules for colons, turns and headlines is an estimate: the annotated
articles hardly have any."""


def is_certain(candidate: QuoteCandidate) -> bool:
    """Whether the rule of a candidate finds what the layout tells, whatever else the article says."""
    return bool(candidate.rule) and QUOTE_RULES[candidate.rule].certain


def is_of_others(candidate: QuoteCandidate) -> bool:
    """Whether the rule of a candidate finds words of others than the person whom its sentence is about."""
    return bool(candidate.rule) and QUOTE_RULES[candidate.rule].of_others


def is_carried(candidate: QuoteCandidate) -> bool:
    """Whether the rule of a candidate carries its speaker on from an earlier sentence."""
    return bool(candidate.rule) and QUOTE_RULES[candidate.rule].carried


def by_rule(candidate: QuoteCandidate, name: str) -> QuoteCandidate | None:
    """`candidate` as found by the rule called `name`; None while that rule is not in force."""
    rule = QUOTE_RULES[name]
    if not rule.on:
        return None
    candidate.rule = name
    candidate.confidence = rule.precision
    return candidate
