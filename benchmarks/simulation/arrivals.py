"""When articles are sent: all at once, at a steady rate, at random, or as a day of news brings them."""

import math
from collections.abc import Iterator
from random import Random

DAY_SECONDS = 86_400
PEAK = 5.0
"""The rate at the peak of a day, as a multiple of the mean."""
NIGHT = 0.5
"""The rate far from the peak, as a multiple of the mean."""
WIDTH_SECONDS = DAY_SECONDS * (1 - NIGHT) / ((PEAK - NIGHT) * math.sqrt(2 * math.pi))
"""Standard deviation of the peak, which is a normal curve: such that the mean of the day is 1."""
PEAK_AT = DAY_SECONDS / 2


def backlog(articles: int) -> Iterator[float]:
    """All at once."""
    for _ in range(articles):
        yield 0.0


def steady(articles: int, per_second: float) -> Iterator[float]:
    """At equal distances."""
    for number in range(articles):
        yield number / per_second


def poisson(per_second: float, seconds: float, random: Random) -> Iterator[float]:
    """At random, each without regard to the others: a Poisson process."""
    at = random.expovariate(per_second)
    while at < seconds:
        yield at
        at += random.expovariate(per_second)


def of_day(second: float) -> float:
    """The rate at a second of the day, as a multiple of the mean."""
    return NIGHT + (PEAK - NIGHT) * math.exp(-(((second - PEAK_AT) / WIDTH_SECONDS) ** 2) / 2)


def day(per_day: float, random: Random) -> Iterator[float]:
    """A Poisson process whose rate follows the day; by thinning (Lewis and Shedler, 1979)."""
    mean = per_day / DAY_SECONDS
    for at in poisson(mean * PEAK, DAY_SECONDS, random):
        if random.random() * PEAK < of_day(at):
            yield at


def longest_wait(per_day: float, capacity: float) -> float:
    """Seconds that articles wait at most on a day, if `capacity` articles a second are processed; minute by minute.

    Infinite if that is too little for the day.
    """
    if per_day / DAY_SECONDS >= capacity:
        return math.inf
    waiting = longest = 0.0
    for minute in range(2 * DAY_SECONDS // 60):
        rate = of_day(minute * 60 % DAY_SECONDS) * per_day / DAY_SECONDS
        waiting = max(0.0, waiting + 60 * (rate - capacity))
        longest = max(longest, waiting / capacity)
    return longest
