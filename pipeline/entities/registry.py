"""The rules that find and mend names, with an example each."""

from dataclasses import dataclass

from pipeline.rules import Rule, RuleSet


@dataclass(frozen=True, slots=True)
class NameRule(Rule):
    """A rule about names.

    In `example` and `counterexample`, what the model finds stands as `[words|TYPE]`.

    Attributes:
        result: the entity that `example` has with the rule and not without it, as `name|TYPE|number of mentions`;
            "" if it has none.
    """

    result: str


NAME_RULES = RuleSet[NameRule](
    (
        NameRule(
            "line-end",
            "A name does not go over the end of a line.",
            "Streit um [Lindow\n\nBerlin|LOC]",
            "Streit um [Lindow|LOC]\n\nBerlin",
            "Lindow|LOC|1",
        ),
        NameRule(
            "person-edges",
            "Titles, roles and articles at the edges are no part of a person's name.",
            "Das sagte [Minister Falk Ahlers|PER].",
            "Das sagte Minister [Falk Ahlers|PER].",
            "Falk Ahlers|PER|1",
        ),
        NameRule(
            "agency-service",
            "An agency with its service is the agency.",
            "Berlin ([dpa/lni|ORG]) Es regnet.",
            "Berlin ([lni/dpa|ORG]) Es regnet.",
            "dpa|ORG|1",
        ),
        NameRule(
            "derived-word",
            "An adjective or a demonym of a place is not the place.",
            "Der [Dortmunder|LOC] Rat tagt.",
            "Die Züge kamen nach [Lindow|LOC].",
            "",
        ),
        NameRule(
            "role-or-happening",
            "A role, and a happening behind a hyphen, are no names.",
            "Die [Ukraine-Krise|MISC] dauert an.",
            "Die [Elbphilharmonie|LOC] steht.",
            "Ukraine|LOC|1",
        ),
        NameRule(
            "gazetteer",
            "A name that the gazetteer knows wins over the model.",
            "Er fuhr nach Frankreich.",
            "Er fuhr nach Frankenreich.",
            "Frankreich|LOC|1",
        ),
        NameRule(
            "club",
            "Where the model sees an organisation in a town, it is the club that is called so.",
            "Sie verloren gegen [Bremerhaven|ORG].",
            "Sie fuhren nach [Bremerhaven|LOC].",
            "Bremerhaven|ORG|1",
        ),
        NameRule(
            "turn-label",
            "A surname or initials in capitals before several turns of an interview are the person.",
            "[Falk Ahlers|PER] kam.\n\n[FA|ORG]: Ja. Bald.\n\nFA: Und wann?",
            "[Falk Ahlers|PER] kam.\n\n[FA|ORG]: Ja. Bald.\n\nEs regnet.",
            "Falk Ahlers|PER|3",
        ),
        NameRule(
            "repetition",
            "A name in one place is one in the others.",
            "[Falk Ahlers|PER] kam. Dann ging Ahlers.",
            "[Falk Ahlers|PER] kam. Dann ging Brandis.",
            "Falk Ahlers|PER|2",
        ),
        NameRule(
            "compound",
            "A known name that begins a hyphenated word is one.",
            "Die Präsidentin las in der EZB-Studie.",
            "Die Präsidentin las in der Zins-Studie.",
            "EZB|ORG|1",
        ),
        NameRule(
            "commonest-type",
            "The same words have the same type everywhere, the commonest one.",
            "[Nordpress|ORG] kam. [Nordpress|ORG] blieb. [Nordpress|LOC] ging.",
            "[Nordpress|ORG] kam. [Nordpress|ORG] blieb.",
            "Nordpress|ORG|3",
        ),
        NameRule(
            "enumeration",
            "Single words in an enumeration of firms or bodies are organisations.",
            "Firmen wie [Ahlers|PER], [Brandis|PER] und [Körber|PER] streiken.",
            "Politiker wie [Ahlers|PER], [Brandis|PER] und [Körber|PER] streiken.",
            "Brandis|ORG|1",
        ),
        NameRule(
            "surname-is-person",
            "The surname of a person is that person elsewhere.",
            "[Falk Ahlers|PER] kam. Dann ging [Ahlers|ORG].",
            "[Falk Ahlers|PER] kam. Dann ging [Brandis|ORG].",
            "Falk Ahlers|PER|2",
        ),
        NameRule(
            "noun-before-place",
            "A noun that a body or district is called by belongs to the name of its place.",
            "Der Kreis [Lindow|LOC] klagt.",
            "Die Stadt [Lindow|LOC] klagt.",
            "Kreis Lindow|LOC|1",
        ),
        NameRule(
            "body-without-place",
            "An organisation named without its place or level is the one named with it.",
            "Der [Fischereitag Lindow|ORG] kam. Der [Fischereitag|ORG] blieb.",
            "Der [Fischereitag Lindow|ORG] kam. Der [Bauerntag|ORG] blieb.",
            "Fischereitag Lindow|ORG|2",
        ),
        NameRule(
            "genitive",
            "A genitive's s is no part of a name.",
            "[Lindow|LOC] kam. Der Rat [Lindows|LOC] blieb.",
            "[Lindow|LOC] kam. Der Rat blieb.",
            "Lindow|LOC|2",
        ),
        NameRule(
            "declined-name",
            "A name behind a declined article stands in the nominative.",
            "Das sagt die Leitung des [Umweltbetriebs Bremen|ORG].",
            "Das sagt der [Umweltbetrieb Bremen|ORG].",
            "Umweltbetrieb Bremen|ORG|1",
        ),
    )
)
