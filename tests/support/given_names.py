"""The entity stage with names that it is given, as if a model had found them."""

import re

from pipeline.config import PipelineConfig
from pipeline.entities.extractor import EntityExtractor
from pipeline.entities.name_spans import ModelSpan
from pipeline.entities.words import TextWords
from pipeline.models.sentences import sentence_starts
from pipeline.spans import CharOffset
from schemas.records import Entity
from tests.entities.articles import clean_article

_MARKED = re.compile(r"\[([^\]|]+)\|(PER|ORG|LOC|MISC)\]")


class GivenNames(EntityExtractor):
    """With `names` it takes those for what the model finds; without it finds names by rules."""

    def __init__(self) -> None:
        super().__init__(PipelineConfig(model_de="rules", quote_model="rules"))
        self.names: list[ModelSpan] | None = None

    def _read(self, text: str) -> tuple[TextWords, list[ModelSpan]]:
        return super()._read(text) if self.names is None else (TextWords(text, sentence_starts(text)), self.names)

    def marked(self, text: str) -> list[Entity]:
        """The entities of a text in which what the model finds stands as `[words|TYPE]`."""
        self.names = []
        plain, at = "", 0
        for match in _MARKED.finditer(text):
            plain += text[at : match.start()]
            begin = CharOffset(len(plain))
            plain += match[1]
            self.names.append((begin, CharOffset(len(plain)), match[2]))  # type: ignore[arg-type]
            at = match.end()
        return self(clean_article(plain + text[at:])).entities
