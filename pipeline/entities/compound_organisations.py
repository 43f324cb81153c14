"""The organisation that a compound begins with: "Grünen-Politikerin", "Grünenpolitikerin", "Nato-Generalsekretär"."""

from pipeline.entities.gazetteer import Gazetteer, compound_beginnings
from pipeline.entities.roles_lexicon import role_word


def organisation_in_compound(noun: str, gazetteer: Gazetteer) -> str | None:
    """The known organisation that a hyphen or a role follows in `noun`.

    A name that is an ordinary word too counts before a role only if it is joined to it by an ending, as "Grünen" is:
    a "Bildreporter" and a "Bildungsministerin" do not belong to "Bild".
    """
    compound = noun.removeprefix("Ex-")
    for beginning in compound_beginnings(compound, gazetteer.longest_word):
        known = gazetteer.look_up(beginning)
        if known is not None and known.entry.type == "ORG":
            return known.entry.name
    first = compound.split("-", 1)[0]
    for length in range(3, min(len(first) - 3, gazetteer.longest_word + 1)):
        known = gazetteer.look_up(first[:length])
        if (
            known is not None
            and known.entry.type == "ORG"
            and not (known.weak and known.form == first[:length])
            and role_word(first[length:].capitalize()) is not None
        ):
            return known.entry.name
    return None
