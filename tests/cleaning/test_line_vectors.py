import numpy as np

from pipeline.cleaning import line_vectors
from pipeline.cleaning.line_vectors import DIMENSIONS, TOGETHER
from pipeline.cleaning.lines import words_of

REPORT = words_of("Der Minister sagte am Montag in Kiel, das sei gut.")


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_line_has_the_same_vector_whatever_stands_beside_it() -> None:
    lines = [REPORT, words_of("Foto: dpa"), REPORT[:3]]
    alone = [line_vectors.load().rows([line])[0] for line in lines]
    np.testing.assert_array_equal(line_vectors.load().rows(lines), alone)
    np.testing.assert_array_equal(line_vectors.load().rows([[]] * 3 * TOGETHER + lines)[-3:], alone)


def test_lines_with_like_words_are_near_each_other() -> None:
    lines = ["Minister Regierung Bundestag", "Kanzler Kabinett Parlament", "Newsletter Cookies Impressum"]
    report, other_report, footer = line_vectors.load().rows([words_of(line) for line in lines])
    assert cosine(report, other_report) > cosine(report, footer) + 0.2


def test_words_that_are_not_common_do_not_count_and_frequent_ones_count_little() -> None:
    rows = line_vectors.load().rows([["kiel"], ["kiel", "qxwv"], ["qxwv"], ["kiel", "und", "die"], [], ["große"]])
    np.testing.assert_allclose(rows[1], rows[0], rtol=1e-5)
    assert cosine(rows[3], rows[0]) > 0.9
    assert not rows[2].any()
    assert not rows[4].any()
    assert rows[5].any()


def test_no_lines_have_no_vectors() -> None:
    assert line_vectors.load().rows([]).shape == (0, DIMENSIONS)
