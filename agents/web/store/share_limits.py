"""By what shares are counted, and how much of them a chart shows."""

BY = ("speaker", "gender", "party", "role", "source", "type", "verbatim", "agency")
DRAWN = 6
"""So many of the values are told for each period."""
LONGEST_IN_DAYS = 62
"""A longer time is told by weeks."""
LONGEST_DAYS = 3653
"""Of a chart: ten years. An article can say that it is centuries old."""
