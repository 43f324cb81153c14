"""Whose words are found must not hang on the name: the same sentences with names of women and men, German and not."""

import pytest

from pipeline.quotes.learned.model import LearnedQuotes

NAMES = {
    "German women": ["Sabine Krüger", "Hannelore Vogt", "Lena Brinkmann", "Ute Schäfer"],
    "German men": ["Jürgen Krüger", "Heinz Vogt", "Jonas Brinkmann", "Uwe Schäfer"],
    "foreign women": ["Aylin Yıldırım", "Oluchi Nwankwo", "Thị Mai Trần", "Katarzyna Wiśniewska"],
    "foreign men": ["Emre Yıldırım", "Chidi Nwankwo", "Văn Minh Trần", "Krzysztof Wiśniewski"],
}
SENTENCES = [
    "Der Umbau verzögert sich. „Wir brauchen mehr Zeit“, sagte {} am Freitag.",
    "{} erklärte, die Halle werde erst im Frühjahr fertig. Bis dahin bleibt sie geschlossen.",
    "Nach Angaben von {} wurden bei dem Brand drei Menschen verletzt.",
    "Die Kosten sind gestiegen, wie {} mitteilte. Das Geld fehlt nun an anderer Stelle.",
    "{} kritisierte den Beschluss: „Das hilft niemandem weiter.“",
    "Laut {} soll die Straße im Mai wieder frei sein. Ein Termin steht noch nicht fest.",
]


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    """Share of the sentences whose quote is found with the name in its speaker, by group of names."""
    find = LearnedQuotes()
    result = {}
    for group, names in NAMES.items():
        right = 0
        for name in names:
            for sentence in SENTENCES:
                text = sentence.format(name)
                right += any(name in text[b:e] for quote in find(text) for b, e in quote.speaker_spans)
        result[group] = right / (len(names) * len(SENTENCES))
    return result


def test_speakers_are_found_whatever_their_name(shares: dict[str, float]) -> None:
    assert min(shares.values()) > 0.85, shares
    assert max(shares.values()) - min(shares.values()) <= 0.1, shares
