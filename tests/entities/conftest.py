import pytest

from pipeline.config import PipelineConfig
from pipeline.entities import EntityExtractor


@pytest.fixture(scope="session")
def extract() -> EntityExtractor:
    """The stage without a trained model."""
    return EntityExtractor(PipelineConfig(model_de="rules", quote_model="rules"))
