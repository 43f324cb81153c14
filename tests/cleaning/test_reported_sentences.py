"""What is reported of data, rights and consent belongs to the article; what a page says of its own does not."""

import pytest

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from pipeline.errors import Rejected
from schemas.records import RawArticle

BODY = (
    "Waldau – Der Rat hat am Montag über die neue Brücke beraten. Sie soll im Mai eröffnet werden.\n\n"
    "Der Bau dauerte länger als geplant, weil Material fehlte. Die Kosten stiegen auf drei Millionen Euro."
)
REPORTED = (
    "„Wir haben unsere Partner früh eingebunden“, sagte Bürgermeisterin Hanna Tölke nach der Sitzung.",
    "„Ohne unsere Partner geht es nicht“, sagt die Leiterin des Museums in Waldau.",
    "Bei dem Angriff seien personenbezogene Daten von 3000 Kunden abgeflossen, teilte die Stadt mit.",
    "Den Anlegern drohe der Totalverlust, warnte die Verbraucherzentrale. Sie rät zur Vorsicht.",
    "Mit ihrer Zustimmung macht die Ministerin den Weg für das Gesetz frei. Der Bundesrat stimmt im Mai ab.",
)
SAID_TO_READERS = (
    "Mit Ihrer Zustimmung verwenden wir und unsere Partner Cookies, um personalisierte Anzeigen zu zeigen. "
    "Sie können Ihre Einwilligung jederzeit widerrufen.",
    "Ich bin einverstanden, dass mir externe Inhalte angezeigt werden. Damit können personenbezogene Daten an "
    "Drittplattformen übermittelt werden. Mehr dazu wird in unserer Datenschutzerklärung erklärt.",
    "Die Inhalte sagen nichts über Ihre Zustimmung. Wir teilen personenbezogene Daten mit unseren Partnern.",
)


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner(PipelineConfig())


@pytest.mark.parametrize("sentence", REPORTED)
def test_what_is_reported_stays_wherever_it_stands(cleaner: Cleaner, sentence: str) -> None:
    for text in (sentence, f"{sentence}\n\n{BODY}", f"{BODY}\n\n{sentence}"):
        assert sentence in cleaner(RawArticle(text=text)).text


@pytest.mark.parametrize("sentence", SAID_TO_READERS)
def test_what_a_page_says_to_its_readers_goes(cleaner: Cleaner, sentence: str) -> None:
    for text in (f"{sentence}\n\n{BODY}", f"{BODY}\n\n{sentence}"):
        assert sentence[:40] not in cleaner(RawArticle(text=text)).text
    with pytest.raises(Rejected):
        cleaner(RawArticle(text=sentence))
