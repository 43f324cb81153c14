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
    ("bin", "überzeugt sein", "finite"),
    ("gewesen", "überzeugt sein", "participle"),
    ("dachten", "denken", "finite"),
    ("schrien", "schreien", "finite"),
    ("riefen", "rufen", "finite"),
    ("rufe", "rufen", "finite"),
    ("rieft", "rufen", "finite"),
    ("versprach", "versprechen", "finite"),
    ("versprochen", "versprechen", "participle"),
    ("unterrichtet", "unterrichten", "participle"),
    ("überzeugt", "überzeugen", "participle"),
    ("bekanntgegeben", "bekanntgeben", "participle"),
    ("gebeten", "bitten", "participle"),
    ("gemeldet", "melden", "participle"),
    ("meldeten", "melden", "finite"),
    ("kennzeichnet", "kennzeichnen", "finite"),
    ("erwähnt", "erwähnen", "participle"),
    ("gewarnt", "warnen", "participle"),
    ("gemahnt", "mahnen", "participle"),
    ("kritisiert", "kritisieren", "participle"),
    ("bezweifle", "bezweifeln", "finite"),
    ("erinnere", "erinnern", "finite"),
    ("mitteilen", "mitteilen", "infinitive"),
    ("machen", "deutlich machen", "infinitive"),
    ("gäben", "zugeben", "finite"),
    ("zugäbe", "zugeben", "finite"),
]


@pytest.mark.parametrize(("form", "lemma", "kind"), FORMS)
def test_forms(form: str, lemma: str, kind: str) -> None:
    assert (lemma, kind) in {(entry.verb.lemma, entry.kind) for entry in reporting_forms()[form]}


@pytest.mark.parametrize("word", ["geerwähnt", "gekritisiert", "gebehauptet", "zumitteilen", "warnete", "meldte"])
def test_what_is_no_form(word: str) -> None:
    assert word not in reporting_forms()


def test_a_form_tells_whether_its_particle_stands_apart_and_whether_it_is_konjunktiv() -> None:
    def readings(word: str, lemma: str) -> set[tuple[bool, bool, bool]]:
        forms = reporting_forms()[word]
        return {(form.joined, form.subjunctive, form.verb.apart) for form in forms if form.verb.lemma == lemma}

    assert readings("teilte", "mitteilen") == {(False, False, False)}
    assert readings("mitteilte", "mitteilen") == {(True, False, False)}
    assert readings("mitteile", "mitteilen") == {(True, False, False), (True, True, False)}
    assert readings("sagte", "sagen") == {(True, False, False)}
    assert readings("sage", "sagen") == {(True, False, False), (True, True, False)}
    assert readings("mache", "deutlich machen") == {(False, False, True), (False, True, True)}
    assert readings("gemacht", "deutlich machen") == {(False, False, True)}
    assert readings("gäbe", "zugeben") == {(False, True, False)}


def test_konjunktiv_forms_are_told_from_indicative_ones() -> None:
    assert {"sei", "habe", "gebe", "müsse", "handle", "verkenne"} <= subjunctive_first()
    assert not {"ist", "gibt", "alle", "heute", "eine"} & subjunctive_first()
    assert {"bezweifle", "teile", "mitteile", "tue"} <= subjunctive_first()
    assert {"wäre", "gäbe", "käme", "könnten", "hielte", "gäben", "kämen"} <= subjunctive_second()
    assert not {"gab", "hielten", "blieben"} & subjunctive_second()
    assert not {"wollte", "nannte", "möchte", "führe"} & subjunctive_second()


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
