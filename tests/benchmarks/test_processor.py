"""Simulated processors against what queueing theory says of them."""

from collections.abc import Callable, Iterator
from math import factorial
from random import Random
from statistics import fmean
from typing import Any

import pytest
import simpy

from benchmarks.simulation.processor import Group, Machine, Thread

ARRIVALS = 20_000
NEAR = 0.06
"""Relative; means of so many arrivals differ by up to half of that from seed to seed."""

Server = Callable[[float], simpy.Event]


def times_in_system(
    env: simpy.Environment, server: Server, rate: float, service: Callable[[Random], float]
) -> list[float]:
    """Of Poisson arrivals that each want a service."""
    random, took = Random(7), list[float]()

    def one(seconds: float) -> Iterator[Any]:
        begun = env.now
        yield server(seconds)
        took.append(env.now - begun)

    def arrive() -> Iterator[Any]:
        for _ in range(ARRIVALS):
            yield env.timeout(random.expovariate(rate))
            env.process(one(service(random)))

    env.process(arrive())
    env.run()
    return took


def ends(env: simpy.Environment, *works: tuple[Group, float]) -> list[float]:
    """When pieces of work end that begin together."""
    found = dict[int, float]()

    def wait(number: int, event: simpy.Event) -> Iterator[Any]:
        yield event
        found[number] = env.now

    for number, (group, seconds) in enumerate(works):
        env.process(wait(number, group.work(seconds)))
    env.run()
    return [found[number] for number in range(len(works))]


@pytest.mark.parametrize("load", [0.3, 0.6])
def test_a_thread_with_exponential_services_is_an_m_m_1_queue(load: float):
    env = simpy.Environment()
    thread = Thread(Machine(env, 1).group())
    took = times_in_system(env, thread.work, load, lambda random: random.expovariate(1.0))
    assert fmean(took) == pytest.approx(1 / (1 - load), rel=NEAR)


def test_a_thread_with_equal_services_is_an_m_d_1_queue():
    env, load = simpy.Environment(), 0.7
    thread = Thread(Machine(env, 1).group())
    took = times_in_system(env, thread.work, load, lambda _: 1.0)
    assert fmean(took) - 1 == pytest.approx(load / (2 * (1 - load)), rel=NEAR)  # Pollaczek and Khinchine
    assert thread.busy_seconds / env.now == pytest.approx(load, rel=NEAR)


def test_time_on_a_shared_core_does_not_depend_on_how_services_are_distributed():
    for service in (lambda _: 1.0, lambda random: random.expovariate(1.0)):
        env, load = simpy.Environment(), 0.6
        took = times_in_system(env, Machine(env, 1).group().work, load, service)
        assert fmean(took) == pytest.approx(1 / (1 - load), rel=NEAR)


def test_two_shared_cores_are_an_m_m_2_queue_and_follow_the_utilisation_law():
    env, cores, rate = simpy.Environment(), 2, 1.4
    machine = Machine(env, cores)
    took = times_in_system(env, machine.group().work, rate, lambda random: random.expovariate(1.0))
    none = 1 / (1 + rate + rate**cores / factorial(cores) * cores / (cores - rate))
    wait = none * rate**cores / factorial(cores) * cores / (cores - rate) / (cores - rate)  # Erlang's formula C
    assert fmean(took) == pytest.approx(1 + wait, rel=NEAR)
    assert machine.utilisation() == pytest.approx(rate / cores, rel=NEAR)


def test_more_work_than_cores_shares_them_equally():
    env = simpy.Environment()
    group = Machine(env, 2).group()
    assert ends(env, (group, 1.0), (group, 1.0), (group, 2.0)) == pytest.approx([1.5, 1.5, 2.5])


def test_a_group_has_its_quota_and_no_more():
    env = simpy.Environment()
    machine = Machine(env, 2)
    limited, free = machine.group(0.25), machine.group()
    assert ends(env, (limited, 1.0), (limited, 1.0), (free, 1.0)) == pytest.approx([8.0, 8.0, 1.0])
    assert sum(limited.used.values()) == pytest.approx(2.0)
    assert machine.busy_seconds == pytest.approx(3.0)


def test_work_takes_longer_beside_other_work():
    env = simpy.Environment()
    machine = Machine(env, 2, slowdown=1.2)
    group = machine.group()
    assert ends(env, (group, 1.0), (group, 2.0)) == pytest.approx([1.2, 2.2])
    assert machine.busy_seconds == pytest.approx(3.4)
    assert sum(group.used.values()) == pytest.approx(3.4)


def test_processor_time_is_counted_by_who_uses_it_and_without_the_wait_for_a_core():
    env = simpy.Environment()
    group = Machine(env, 1).group()
    thread = Thread(group, "loop")
    for _ in range(2):
        thread.work(1.0)
    group.work(3.0, "pool")
    env.run()
    assert group.used == pytest.approx({"loop": 2.0, "pool": 3.0})
