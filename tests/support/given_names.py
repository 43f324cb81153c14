"""The entity stage with names that it is given, as if a model had found them."""

from pipeline.config import PipelineConfig
from pipeline.entities.extractor import EntityExtractor
from pipeline.entities.name_spans import ModelSpan
from pipeline.entities.words import TextWords
from pipeline.models.sentences import sentence_starts


class GivenNames(EntityExtractor):
    """With `names` it takes those for what the model finds; without it finds names by rules."""

    def __init__(self) -> None:
        super().__init__(PipelineConfig(model_de="rules"))
        self.names: list[ModelSpan] | None = None

    def _read(self, text: str) -> tuple[TextWords, list[ModelSpan]]:
        return super()._read(text) if self.names is None else (TextWords(text, sentence_starts(text)), self.names)
