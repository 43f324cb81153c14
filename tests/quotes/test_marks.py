import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quotes.marks import closed, quoted_texts
from pipeline.spans import CharOffset, CharRange
from tests.support.timing import least_seconds

PAIRS = [
    ("Er rief: „Halt!“", ["„Halt!“"]),
    ("Er rief: »Halt!«", ["»Halt!«"]),
    ("Er rief: «Halt!»", ["«Halt!»"]),
    ('Er rief: "Halt!"', ['"Halt!"']),
    ("Er rief: “Halt!”", ["“Halt!”"]),
    ("“Halt!“, rief er. Und „so“: “Ihr da.“", ["“Halt!“", "„so“", "“Ihr da.“"]),
    ("„Sie rief ‚Hilfe!‘ laut“", ["„Sie rief ‚Hilfe!‘ laut“", "‚Hilfe!‘"]),
    ("„Ein „dreckiger Kampf“ war es.“", ["„Ein „dreckiger Kampf“ war es.“", "„dreckiger Kampf“"]),
    ("Das ist Klaus’ Rad und 'n Korb.", []),
    ("Das war 'n Korb, und die '68er und Klaus' Freunde hörten Rock 'n' Roll.", []),
    ('Der Bildschirm misst 27" und kostet viel.', []),
    ("„Das hier endet nie mehr.\nEin neuer Absatz.", ["„Das hier endet nie mehr."]),
    ("„A b c.“ Dann „d e f.“", ["„A b c.“", "„d e f.“"]),
    ("Man gibt 'A' oder 'B'.", ["'A'", "'B'"]),
    ("Die Note „A“ ist gut.", ["„A“"]),
    ("Da stand „“ an der Wand.", []),
    ('Da stand "" an der Wand.', []),
    ('"Halt" riefen 27', ['"Halt"']),
    ("'Halt!' riefen alle", ["'Halt!'"]),
    ("„Es reicht jetzt", ["„Es reicht jetzt"]),
    ("„Es reicht", []),
    ("‚Das hier endet nie mehr.", []),
    ("„Das ist gut. Das heißt „Plan“ bei uns.", ["„Das ist gut.", "„Plan“"]),
    ("„Das hier heißt „Plan“ bei uns.", ["„Plan“"]),
    ("„Obst rief: „Halt!“", ["„Obst rief: „Halt!“", "„Halt!“"]),
    ("„ Es reicht jetzt “, sagte sie.", ["„ Es reicht jetzt “"]),
    ('" Es reicht jetzt ", sagte sie. " Ja. "', ['" Es reicht jetzt "', '" Ja. "']),
    ("« Es reicht », sagte sie.", ["« Es reicht »"]),
    ("Start » Rat » Brücke", []),
    ('Er misst 7 " und 9 " im Maß.', []),
    ("”Es reicht”, sagte sie. ”Ja.”", ["”Es reicht”", "”Ja.”"]),
    ("Das ist gut”, sagte sie. Es ist „so”.", ["„so”"]),
    ("„Es reicht.““ Sie ging. „Ja.“", ["„Es reicht.““", "„Ja.“"]),
    ("„Es reicht““, sagte sie. Er ging.", ["„Es reicht““"]),
    ("„Es reicht mir jetzt, sagte Obst. Er ging.", ["„Es reicht mir jetzt"]),
    ("„Es reicht mir jetzt, sagte er. „Ja.“", ["„Es reicht mir jetzt", "„Ja.“"]),
    ("„Es reicht mir, sage ich dir. Geh!", ["„Es reicht mir, sage ich dir. Geh!"]),
    ('Er sagte: "... und Schluss"', ['"... und Schluss"']),
    ("„„\nAn diesem Tag.“", ["„„\nAn diesem Tag.“", "„\nAn diesem Tag.“"]),
]

MARKED = st.lists(
    st.one_of(
        st.sampled_from(list("„“”\"»«‚‘’'›‹ .,!?:\n()-–")), st.sampled_from(["Wort", "sagte", "er", "Haus", "ß"])
    ),
    max_size=60,
).map("".join)


@pytest.mark.parametrize(("text", "expected"), PAIRS)
def test_pairs(text: str, expected: list[str]) -> None:
    assert [text[q.begin : q.end] for q in quoted_texts(text)] == expected


def test_a_quote_that_opens_anew_in_every_paragraph_is_one() -> None:
    text = "„Erster Absatz hier.\n„Zweiter Absatz hier.“"
    (quoted,) = quoted_texts(text)
    assert [text[begin:end] for begin, end in quoted.inner] == ["Erster Absatz hier.", "Zweiter Absatz hier."]
    assert quoted.balanced


@pytest.mark.parametrize(
    ("text", "balanced"),
    [
        ("„Erster Absatz hier.\n„Zweiter Absatz hier.\n„Dritter Absatz hier.“", True),
        ("„Erster Absatz hier.\n„Zweiter Absatz hier.", False),
    ],
)
def test_a_quote_that_opens_anew_may_have_many_paragraphs_and_never_close(text: str, balanced: bool) -> None:
    (quoted,) = quoted_texts(text)
    assert [text[begin:end] for begin, end in quoted.spans] == text.splitlines()
    assert [text[begin:end] for begin, end in quoted.inner] == [line.strip("„“") for line in text.splitlines()]
    assert quoted.balanced is balanced


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("„Erster Absatz hier.\n\nZweiter Absatz hier.“", ["„Erster Absatz hier.", "Zweiter Absatz hier.“"]),
        ('Er rief: "Halt, ihr da.\nOder ich komme 2030", und ging.', ['"Halt, ihr da.', 'Oder ich komme 2030"']),
        ("«Eins hier.\n\nZwei hier.\n\nDrei hier.»", ["«Eins hier.", "Zwei hier.", "Drei hier.»"]),
        ("„Das ist neu hier.\n\nEin „Plan B“ ist da“, sagte er.", ["„Das ist neu hier.", "Ein „Plan B“ ist da“"]),
        ("„Der „Plan B“ ist da.\nDas sagen alle“, rief er.", ["„Der „Plan B“ ist da.", "Das sagen alle“"]),
    ],
)
def test_a_quote_that_closes_in_a_later_paragraph_is_one(text: str, spans: list[str]) -> None:
    quoted = quoted_texts(text)
    assert [text[begin:end] for begin, end in quoted[0].spans] == spans
    assert quoted[0].balanced
    assert all(nested.depth == 1 for nested in quoted[1:])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("„Das hier endet nie.\n\nObst sagte: „Nein.“", ["„Das hier endet nie.", "„Nein.“"]),
        ("„Eins ist hier.“\n\nZwei ist dort.“", ["„Eins ist hier.“"]),
        ("„Das hier endet nie.\n\n„Nein“, rief er.\n\nDann kam das“.", ["„Das hier endet nie. … „Nein“"]),
        ("„Das endet nie. Der „Plan“ kam.\n„Ganz neu hier.“", ["„Das endet nie.", "„Plan“", "„Ganz neu hier.“"]),
        ("„Das endet nie.\n»Ganz neu hier.«", ["„Das endet nie.", "»Ganz neu hier.«"]),
        ("„A b c.\nD e.“ Er rief: „F g h.\nI j.“ Dann „k“.", ["„A b c. … D e.“", "„F g h. … I j.“", "„k“"]),
    ],
)
def test_a_mark_that_nothing_closes_affects_its_paragraph_alone(text: str, expected: list[str]) -> None:
    assert [" … ".join(text[begin:end] for begin, end in q.spans) for q in quoted_texts(text)] == expected


@pytest.mark.parametrize(
    ("text", "outer"),
    [
        ("Er rief: ‚Halt, „Bello“!‘", ["‚Halt, „Bello“!‘"]),
        ("›Halt!‹ Dann: ›Wir ›alle‹ gehen.‹", ["›Halt!‹", "›Wir ›alle‹ gehen.‹"]),
        ("'Halt's nicht', rief er.", ["'Halt's nicht'"]),
        ("„Halt!“ Er kam mit ‚Bello‘.", ["„Halt!“"]),
        ("Der 'Bello kam. Er rief: „Halt!“", ["„Halt!“"]),
        ("Er rief: „Halt, ‚Bello‘!“", ["„Halt, ‚Bello‘!“"]),
    ],
)
def test_single_marks_are_outer_ones_where_the_text_has_no_others(text: str, outer: list[str]) -> None:
    assert [text[q.begin : q.end] for q in quoted_texts(text) if q.outer] == outer


@given(MARKED)
def test_any_marks_can_be_paired(text: str) -> None:
    found = quoted_texts(text)
    assert found == quoted_texts(text)
    for quoted in found:
        assert len(quoted.spans) == len(quoted.inner)
        for (begin, end), (inner_begin, inner_end) in zip(quoted.spans, quoted.inner, strict=True):
            assert 0 <= begin <= inner_begin <= inner_end <= end <= len(text)
            assert "\n" not in text[begin:end]
    assert [q.begin for q in found] == sorted(q.begin for q in found)


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    for quoted in quoted_texts(text):
        assert text[quoted.begin : quoted.end].strip()


def test_marks_within_marks_take_time_with_their_number_and_not_with_its_square() -> None:
    def seconds(depth: int) -> float:
        return least_seconds(lambda: quoted_texts("‚a " * depth + "Ja" + "‘ " * depth))

    assert seconds(32_000) < 2.2 * 4 * seconds(8_000)


@pytest.mark.parametrize(
    ("text", "phrase", "words"),
    [
        ("Ein Team der „Natur“ sagt", "Team der „Natur", "Team der „Natur“"),
        ("Ein Team der »Natur« sagt", "Team der »Natur", "Team der »Natur«"),
        ("Ein Team der „Natur“ sagt", "Team der „Natur“", "Team der „Natur“"),
        ("Die Chefin der Netzagentur (BNA), Ida Obst", "Chefin der Netzagentur (BNA", "Chefin der Netzagentur (BNA)"),
        ("„Ein Team“, sagt er", "Ein Team", "Ein Team"),
        ("Ein Team der „Natur sagt", "Team der „Natur", "Team der „Natur"),
    ],
)
def test_a_quotation_or_bracket_within_words_is_closed(text: str, phrase: str, words: str) -> None:
    begin = CharOffset(text.index(phrase))
    assert text[slice(*closed(text, CharRange(begin, CharOffset(begin + len(phrase)))))] == words
