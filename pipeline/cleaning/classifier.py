"""How likely each line is the article's: which of the forests are asked, and what is made of their answers."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from pipeline.cleaning.features import features, names
from pipeline.cleaning.forest import Forest, logistic
from pipeline.cleaning.other_extractors import EXTRACTOR_COLUMNS
from pipeline.cleaning.parsing import ParsedArticle
from pipeline.cleaning.text_kind import text_row

# The trees learn from copies of pages without the extractor's text, too, and so trust it less than it deserves outside
# of news: so much is added to the log-odds of a line that it takes.
_TRUST = 1.0


def probabilities(article: ParsedArticle, chosen: Sequence[int], forests: Callable[[str], Forest]) -> dict[int, float]:
    """Of the open ones among the `chosen` lines, by number; the features are of all that are chosen."""
    lines = [article.lines[number] for number in chosen]
    asked = [place for place, line in enumerate(lines) if line.open]
    if not asked:
        return {}
    rows = features(lines, [article.readings[number] for number in chosen], article.context)
    if lines[0].markup is None:
        is_newspaper = float(forests("text-kind").probabilities(text_row(rows))[0])
        general, news = (forests(name).log_odds(rows[asked]) for name in ("text", "text-news"))
        scores = (1 - is_newspaper) * general + is_newspaper * news
    elif article.metadata is not None and article.metadata.is_news:
        scores = forests("news").log_odds(rows[asked])
    else:
        scores = forests("page").log_odds(rows[asked]) + _TRUST * np.maximum(0, rows[asked, _taken()])
    return dict(zip([chosen[place] for place in asked], logistic(scores).tolist(), strict=True))


@cache
def _taken() -> int:
    return names(markup=True).index(EXTRACTOR_COLUMNS[0])
