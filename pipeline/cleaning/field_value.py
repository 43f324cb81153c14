"""The value of an article's field, and which part of the page gave it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value that a page or its text gives for a field.

    Attributes:
        value: the value, as the field has it.
        source: where it stands, for people to read: "JSON-LD datePublished", "meta article:section", "dated line".
    """

    value: str
    source: str
