import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quotes.reading import analysed

SENTENCES = [
    ("Es regnet. Es schneit.", ["Es regnet.", "Es schneit."]),
    ("Dr. Ute Lamm kam am 3. Mai. Sie blieb.", ["Dr. Ute Lamm kam am 3. Mai.", "Sie blieb."]),
    (
        "Oberst a. D. Jan Reif kam. Pfarrer i. R. Udo Lamm ging.",
        ["Oberst a. D. Jan Reif kam.", "Pfarrer i. R. Udo Lamm ging."],
    ),
    (
        "Der stv. Chef Priv.-Doz. Jan Reif kam. Der ehem. Rat Udo Lamm ging.",
        ["Der stv. Chef Priv.-Doz. Jan Reif kam.", "Der ehem. Rat Udo Lamm ging."],
    ),
    ("Das kostet ca. 3,5 Mio. Euro. Mehr nicht.", ["Das kostet ca. 3,5 Mio. Euro.", "Mehr nicht."]),
    ("„Halt. Stopp“, rief er. Dann ging er.", ["„Halt. Stopp“, rief er.", "Dann ging er."]),
    ("„Es regnet.“ Er ging.", ["„Es regnet.“", "Er ging."]),
    ("Wie lange noch?, fragte er. Niemand weiß es.", ["Wie lange noch?, fragte er.", "Niemand weiß es."]),
    ("Das Yahoo!, das alle kannten, ist fort. Schade!", ["Das Yahoo!, das alle kannten, ist fort.", "Schade!"]),
    ("Wer ist X? Niemand weiß es.", ["Wer ist X?", "Niemand weiß es."]),
    ("Kommt er am 3.? Nein! Am 4. Mai kommt er.", ["Kommt er am 3.?", "Nein!", "Am 4. Mai kommt er."]),
    ("Ein Halt! der Wache. Dann war Ruhe.", ["Ein Halt! der Wache.", "Dann war Ruhe."]),
    ("Eine Überschrift\n\nEin Satz.", ["Eine Überschrift", "Ein Satz."]),
    ("J. K. Obst kam. Sie sang.", ["J. K. Obst kam.", "Sie sang."]),
    ("Das schrieb Obst auf der Plattform X. Reif las es.", ["Das schrieb Obst auf der Plattform X.", "Reif las es."]),
    ("Das schrieb Obst auf X. Reif las es.", ["Das schrieb Obst auf X.", "Reif las es."]),
    (
        "Anwältin Dr. jur. Ute Lamm und Dr. h. c. Jan Reif kamen.",
        ["Anwältin Dr. jur. Ute Lamm und Dr. h. c. Jan Reif kamen."],
    ),
    (
        "Das sagte NAbg. Ute Lamm. Bgm. Jan Reif, geb. Obst, kam.",
        ["Das sagte NAbg. Ute Lamm.", "Bgm. Jan Reif, geb. Obst, kam."],
    ),
    ("„Er sagte: ‚Es reicht.‘“ 30 Euro gab sie ihm.", ["„Er sagte: ‚Es reicht.‘“", "30 Euro gab sie ihm."]),
    ("Er rief Reif (er rief: „Nein!“) Obst zu.", ["Er rief Reif (er rief: „Nein!“) Obst zu."]),
    ("Das reichte.Danach ging er.", ["Das reichte.", "Danach ging er."]),
    ("Die Seite alt.Danach ist neu.", ["Die Seite alt.Danach ist neu."]),
    ("Er ist ein Dr . Reif ist keiner.", ["Er ist ein Dr .", "Reif ist keiner."]),
    (". Obst kam.", [".", "Obst kam."]),
    ("Er gewann den 21. Pokal. Alle jubelten!", ["Er gewann den 21. Pokal.", "Alle jubelten!"]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[s.begin : s.end] for s in analysed(text).sentences] == expected


@given(st.text(alphabet="aAß.!? \n„“»«,:3-", max_size=80))
def test_sentences_cover_the_tokens(text: str) -> None:
    reading = analysed(text)
    covered = [index for s in reading.sentences for index in range(s.first, s.last)]
    assert covered == list(range(len(reading.tokens)))
    assert all(text[t.begin : t.end] == t.text for t in reading.tokens)
