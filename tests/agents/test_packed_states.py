"""States that are packed: they come back as they were, and no more is kept than is allowed."""

import gc
import hashlib
import pickle
import random
import zlib

from agents.packed_states import PackedStates


def test_a_state_comes_back_once() -> None:
    packed = PackedStates(1_000)
    packed.put("a", {"quotes": [1, 2]})
    assert packed.take("b") is None
    assert packed.take("a") == {"quotes": [1, 2]}
    assert packed.take("a") is None


def test_beyond_the_limit_the_oldest_are_dropped() -> None:
    packed = PackedStates(10_000)
    states = [random.Random(number).randbytes(3_000) for number in range(5)]
    for number, state in enumerate(states):
        packed.put(number, state)
    assert [packed.take(number) is not None for number in range(5)] == [False, False, True, True, True]
    packed.put("large", random.Random(5).randbytes(20_000))
    assert packed.take("large") is None, "one alone may be too large, too"
    for number, state in enumerate(states[:3]):
        packed.put(number, state)
    assert [packed.take(number) for number in range(3)] == states[:3], "what was taken or dropped has made room"
    packed.put("a", states[0])
    packed.clear()
    assert packed.take("a") is None


def test_what_states_have_in_common_is_kept_once() -> None:
    def state(number: int) -> dict[str, int]:
        return {hashlib.sha256(bytes([name])).hexdigest(): number * name for name in range(20)}

    packed = PackedStates(1_000_000)
    for number in range(20):
        packed.put(number, state(number))
    assert packed._bytes < 20 * len(zlib.compress(pickle.dumps(state(1)))) / 2
    assert [packed.take(number) for number in range(20)] == [state(number) for number in range(20)]


def test_no_garbage_is_collected_while_a_state_is_unpacked() -> None:
    state = [[number] for number in range(20_000)]
    packed = PackedStates(10_000_000)
    packed.put("a", state)
    collections: list[str] = []
    watch = lambda phase, _: collections.append(phase)  # noqa: E731
    gc.callbacks.append(watch)
    try:
        taken = packed.take("a")
        during = len(collections)
    finally:
        gc.callbacks.remove(watch)
    assert taken == state
    assert during == 0
    assert gc.isenabled()
