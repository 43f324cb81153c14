"""Who and what is in an article, and where it is mentioned."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.records.articles import CleanArticle
from schemas.records.fields import Identifier
from schemas.spans import RecordModel, Span, check_span

EntityType = Literal["PER", "ORG", "LOC", "MISC"]
MentionKind = Literal["name", "nominal", "pronoun"]
Gender = Literal["f", "m"]
GenderSource = Literal["title", "role", "name", "pronoun", "gazetteer"]


class Mention(Span):
    """A place in the text that names an entity, or means it."""

    text: str
    kind: MentionKind


class KnownEntity(RecordModel):
    """Someone or something in the news, as far as it is the same in all articles."""

    id: Identifier
    name: str
    type: EntityType
    roles: list[str] = Field(default_factory=list)
    affiliations: list[str] = Field(default_factory=list)
    wikidata: str | None = Field(default=None, pattern=r"^Q[1-9][0-9]*$")
    gender: Gender | None = Field(default=None, description="of persons, if something tells it")
    gender_from: GenderSource | None = Field(default=None, description="what tells the gender")


class SpeakerEntity(KnownEntity):
    """An entity of an article, without the places that mention it."""

    salience: float | None = Field(
        default=None, ge=0.0, le=1.0, description="in the article; records of 0.1.0 do not tell"
    )


class Entity(KnownEntity):
    """Someone or something in the news, with every mention of it in text order."""

    mentions: list[Mention]
    salience: float = Field(ge=0.0, le=1.0)


class EntityArticle(CleanArticle):
    """A CleanArticle and who and what is in it, in the order of first mention."""

    schema_: Literal["entity-article/1", "quote-article/1"] = Field(default="entity-article/1", alias="schema")
    entities: list[Entity] = Field(default_factory=list)

    @model_validator(mode="after")
    def _mentions_agree(self) -> Self:
        for entity in self.entities:
            for mention in entity.mentions:
                check_span(self.text, mention, mention.text, f"entities.{entity.id}")
        return self
