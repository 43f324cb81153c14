import pytest

from pipeline.lexicon import word_list
from pipeline.lexicon.verbs import reporting_forms, subjunctive_first, subjunctive_second

FORMS = [
    ("sagte", "sagen", "finite"),
    ("teilte", "mitteilen", "finite"),
    ("mitteilte", "mitteilen", "finite"),
    ("mitgeteilt", "mitteilen", "participle"),
    ("mitzuteilen", "mitteilen", "zu"),
    ("gab", "zugeben", "finite"),
    ("zugegeben", "zugeben", "participle"),
    ("widersprochen", "widersprechen", "participle"),
    ("vorgeworfen", "vorwerfen", "participle"),
    ("wirft", "vorwerfen", "finite"),
    ("berichtet", "berichten", "participle"),
    ("empfahl", "empfehlen", "finite"),
    ("antwortete", "antworten", "finite"),
    ("rechnet", "rechnen", "finite"),
    ("fordere", "fordern", "finite"),
    ("äußerte", "äußern", "finite"),
    ("äusserte", "äußern", "finite"),
    ("heisst", "heißen", "finite"),
    ("ausgeschlossen", "ausschließen", "participle"),
    ("auszuschliessen", "ausschließen", "zu"),
]


@pytest.mark.parametrize(("form", "lemma", "kind"), FORMS)
def test_forms(form: str, lemma: str, kind: str) -> None:
    assert (lemma, kind) in {(entry.verb.lemma, entry.kind) for entry in reporting_forms()[form]}


def test_konjunktiv_forms_are_told_from_indicative_ones() -> None:
    assert {"sei", "habe", "gebe", "müsse", "handle", "verkenne"} <= subjunctive_first()
    assert not {"ist", "gibt", "alle", "heute", "eine"} & subjunctive_first()
    assert {"wäre", "gäbe", "käme", "könnten"} <= subjunctive_second()
    assert not {"gab", "hielten", "blieben"} & subjunctive_second()


def test_konjunktiv_forms_are_known_in_both_spellings() -> None:
    assert {"schließe", "schliesse", "begrüße", "begrüsse"} <= subjunctive_first()
    assert {"ließe", "liesse", "hieße", "hiesse"} <= subjunctive_second()
    assert not {"heiße", "heisse", "grüsse"} & subjunctive_first()


@pytest.mark.parametrize(
    ("name", "words"),
    [("prepositions", {"gemäß", "gemäss"}), ("adverbs", {"außerdem", "ausserdem"}), ("no_surnames", {"Strasse"})],
)
def test_lists_have_both_spellings(name: str, words: set[str]) -> None:
    assert words <= word_list(name)
