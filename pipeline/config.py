"""The settings of the language work: models, languages, gazetteer and limits."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """Settings of the stages.

    Attributes:
        model_de: the German entity model: "redefluss", "redefluss-fast", "rules",
            any spaCy pipeline by name or path, or the folder that
            `redefluss train entities` or `train quotes` wrote.
        quote_model: "redefluss" or "redefluss-fast" (trained model and rules),
            "rules", or the folder that `redefluss train` wrote; it also
            resolves pronouns if `model_de` finds only names.
        gazetteer: CSV or JSON lines of entities that take precedence over the model.
        max_article_bytes: a larger raw message is refused as too large.
        languages: ISO 639-1 codes of the languages that are processed.
        statement_days: quotes further apart are not the same statement, and a
            statement that nothing was added to for so long is closed.
    """

    model_de: str = "redefluss"
    quote_model: str = "redefluss"
    gazetteer: Path | None = None
    max_article_bytes: int = 5_000_000
    languages: tuple[str, ...] = ("de",)
    statement_days: float = 14.0
