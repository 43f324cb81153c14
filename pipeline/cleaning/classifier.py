"""How likely each line belongs to the article: which classifiers are asked, and how their answers are combined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.cleaning import forest, line_network, line_vectors
from pipeline.cleaning.features import features, names
from pipeline.cleaning.forest import Forest, logistic
from pipeline.cleaning.line_network import LineNetwork
from pipeline.cleaning.line_vectors import LineVectors
from pipeline.cleaning.other_extractors import EXTRACTOR_COLUMNS
from pipeline.cleaning.parsing import ParsedArticle
from pipeline.cleaning.text_kind import text_row

# The trees learn from copies of pages without the extractor's text, too, and so trust it less than it deserves outside
# of news: so much is added to the log-odds of a line that it takes.
_TRUST = 1.0


@dataclass(frozen=True, slots=True)
class Classifiers:
    """Those that are asked; those that ship, if not given.

    Attributes:
        forest: gives the trees by their names in `forest.FORESTS`.
        network: gives the network for texts without markup.
        vectors: gives what the network sees of the words.
    """

    forest: Callable[[str], Forest] = forest.load
    network: Callable[[], LineNetwork] = line_network.load
    vectors: Callable[[], LineVectors] = line_vectors.load


def probabilities(article: ParsedArticle, chosen: Sequence[int], classifiers: Classifiers) -> dict[int, float]:
    """Of the open ones among the `chosen` lines, by number; the features are of all that are chosen."""
    lines = [article.lines[number] for number in chosen]
    asked = [place for place, line in enumerate(lines) if line.open]
    if not asked:
        return {}
    rows = features(lines, [article.readings[number] for number in chosen], article.context)
    if lines[0].markup is None:
        is_newspaper = float(classifiers.forest("text-kind").probabilities(text_row(rows))[0])
        seen = np.concatenate([rows, classifiers.vectors().rows([line.words for line in lines])], axis=1)
        general, news = classifiers.network().log_odds(seen)
        news = (news[asked] + classifiers.forest("text-news").log_odds(rows[asked])) / 2
        scores = (1 - is_newspaper) * general[asked] + is_newspaper * news
    elif article.metadata is not None and article.metadata.is_news:
        scores = classifiers.forest("news").log_odds(rows[asked])
    else:
        scores = classifiers.forest("page").log_odds(rows[asked]) + _TRUST * np.maximum(0, rows[asked, _taken()])
    return dict(zip([chosen[place] for place in asked], logistic(scores).tolist(), strict=True))


@cache
def _taken() -> int:
    return names(markup=True).index(EXTRACTOR_COLUMNS[0])
