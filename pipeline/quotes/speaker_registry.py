"""The rules that say whose a quote is, with an example each."""

from pipeline.rules import Rule, RuleSet

SPEAKER_RULES = RuleSet[Rule](
    (
        Rule(
            "marks-so",
            "Who stands behind so beside words in quotation marks says them.",
            "„Das Geld fehlt“, so [der Kämmerer Jonas Reif].",
            "„Das Geld fehlt“, sagte der Kämmerer Jonas Reif.",
        ),
        Rule(
            "marks-colon",
            "Who stands before a colon and words in quotation marks says them, also without a verb.",
            "[Jonas Reif] wörtlich: „Wir müssen sparen.“",
            "Jonas Reif sagte wörtlich: „Wir müssen sparen.“",
        ),
        Rule(
            "subject-before",
            "Speech without a frame is of the person that the sentence before is about.",
            "Obst klagte. [Projektleiter Jonas Reif] lachte. „Wir halten alle Abstände ein.“",
            "Obst klagte. Der Regen ließ nach. „Wir halten alle Abstände ein.“",
        ),
        Rule(
            "written-in",
            "What stands darin is said by the writing that was named before.",
            "Die Kammer legte [ein Gutachten] vor. Die Brücke sei sicher, heißt es darin.",
            "Die Kammer legte ein Gutachten vor. Die Brücke sei sicher, heißt es dort.",
        ),
    )
)
"""Rules that say whose a quote is. In `example`, that one stands in square brackets."""
