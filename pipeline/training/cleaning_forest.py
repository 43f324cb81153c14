"""The trees of the line classifiers: how LightGBM grows them, and as the arrays that are evaluated at run time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.cleaning.features import names
from pipeline.cleaning.text_kind import TEXT_COLUMNS

_COMMON = {
    "objective": "cross_entropy",
    "learning_rate": 0.06,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "verbose": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
# Pages have the more telling features, so that random thresholds pay there.
_PAGE = {"num_leaves": 16, "max_depth": 7, "min_data_in_leaf": 8, "lambda_l2": 4, "extra_trees": True}
_TEXT = {"num_leaves": 16, "max_depth": 8, "min_data_in_leaf": 12, "lambda_l2": 4, "path_smooth": 3}
# On text the two kinds of trees err on different lines, so that their mean is steadier than either.
_RANDOM_TEXT = {"num_leaves": 16, "max_depth": 8, "min_data_in_leaf": 8, "lambda_l2": 3, "extra_trees": True}
# Of a text little is known beside its lines, and there are few of them: trees of two splits.
_KIND = {"num_leaves": 3, "min_data_in_leaf": 15, "lambda_l2": 3, "feature_fraction": 0.3, "extra_trees": True}
# A lost line costs more than one that is left in, which is often short, and news lose more by the trees of all
# kinds than the others by those of news: so much is added to the log-odds.
_RAISED = {"page": 0.3, "news": 0.5, "text-news": 0.5, "text-kind": 1.0}


@dataclass(frozen=True)
class _Booster:
    """How some of a forest's trees are grown; with `gold_only`, without the pages that are labelled block by block."""

    parameters: dict[str, Any]
    rounds: int
    gold_only: bool = False


# Of each forest the boosters whose mean it is. Pages of all kinds are learnt at the price of news, which have trees of
# their own; a text does not say what it is of, so that other trees guess it and both are asked.
_BOOSTERS = {
    "page": (_Booster(_PAGE, 260), _Booster(_PAGE, 260), _Booster(_PAGE, 260)),
    "news": (_Booster(_PAGE, 260, gold_only=True), _Booster(_PAGE, 260, gold_only=True)),
    "text-news": (_Booster(_TEXT, 280, gold_only=True), _Booster(_RANDOM_TEXT, 200, gold_only=True)),
    "text-kind": (_Booster(_KIND, 150),),
}


def arrays(
    forest: str,
    rows: npt.NDArray[np.float32],
    labels: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    gold: npt.NDArray[np.bool_],
) -> dict[str, Any]:
    """What `pipeline.cleaning.forest.Forest` is made from, of one of the `FORESTS` grown on these rows.

    `gold` says which of the rows are of pages with gold paragraphs.
    """
    import lightgbm

    trees: list[dict[str, Any]] = []
    boosters = _BOOSTERS[forest]
    for seed, booster in enumerate(boosters, start=1):
        chosen = gold if booster.gold_only else np.ones_like(gold)
        dataset = lightgbm.Dataset(rows[chosen], labels[chosen], weight=weights[chosen])
        grown = lightgbm.train({**_COMMON, **booster.parameters, "seed": seed}, dataset, booster.rounds)
        trees += [tree["tree_structure"] for tree in grown.dump_model()["tree_info"]]
    columns = list(TEXT_COLUMNS) if forest == "text-kind" else names(markup=forest in ("page", "news"))
    return _flattened(trees, columns, len(boosters), _RAISED[forest])


def kind_arrays(rows: npt.NDArray[np.float32], newspaper: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """The same of the forest "text-kind", from the rows of whole texts; both kinds weigh as much."""
    labels = newspaper.astype(np.float64)
    share = float(np.clip(labels.mean(), 0.01, 0.99))
    weights = 0.5 * np.where(newspaper, 1 / share, 1 / (1 - share))
    return arrays("text-kind", rows, labels, weights, newspaper)


def _flattened(trees: list[dict[str, Any]], columns: list[str], boosters: int, raised: float) -> dict[str, Any]:
    """All trees' nodes in one table; the leaves' values are divided by the number of boosters, so that they average.

    Those of the first tree are `raised`, so that all sums are.
    """
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []

    def add(node: dict[str, Any]) -> int:
        number = len(feature)
        feature.append(0)
        left.append(number)
        right.append(number)
        threshold.append(np.inf)
        value.append(0.0)
        if "leaf_value" in node:
            value[number] = node["leaf_value"] / boosters
            return number
        feature[number], threshold[number] = node["split_feature"], node["threshold"]
        left[number], right[number] = add(node["left_child"]), add(node["right_child"])
        return number

    roots = [add(tree) for tree in trees]
    # LightGBM grows a single leaf, and no further tree, where nothing tells the rows apart.
    for number in range([*roots, len(feature)][1]):
        value[number] += raised if left[number] == number else 0.0
    return {
        "feature": np.array(feature, dtype=np.int16),
        "threshold": np.array(threshold, dtype=np.float32),
        "left": np.array(left, dtype=np.int32),
        "right": np.array(right, dtype=np.int32),
        "value": np.array(value, dtype=np.float32),
        "roots": np.array(roots, dtype=np.int32),
        "names": np.array(columns),
    }
