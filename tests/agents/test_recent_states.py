"""States that a stage worked on last, as many as there is room for."""

from agents.recent_states import RecentStates


def test_the_oldest_make_room_and_the_latest_stays_however_large() -> None:
    states = RecentStates(limit=10)
    assert states.put("a", 1, 4) == states.put("b", 2, 6) == []
    assert states.put("c", 3, 4) == [("a", 1)]
    assert states.put("d", 4, 50) == [("b", 2), ("c", 3)]
    assert (states.take("d"), states.take("d"), states.take("a")) == (4, None, None)


def test_what_was_taken_or_dropped_takes_no_room() -> None:
    states = RecentStates(limit=10)
    states.put("a", 1, 10)
    assert states.take("a") == 1
    assert states.put("b", 2, 10) == []
    states.clear()
    assert states.take("b") is None
    assert states.put("c", 3, 4) == states.put("d", 4, 6) == []
