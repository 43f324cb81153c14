"""A field's value with what told it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """A value that a page or its text gives for a field.

    Attributes:
        value: the value, as the field has it.
        by: what told it, for people to read: "JSON-LD datePublished", "meta article:section", "dated line".
    """

    value: str
    by: str
