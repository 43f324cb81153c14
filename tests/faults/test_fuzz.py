"""A short run of the fuzzer; the long one is a command."""

from tests.faults.fuzz import fuzz


def test_no_input_is_unforeseen():
    counts, _ = fuzz(inputs=400, seed=5)
    assert counts.total() == 400
    assert counts["article"] > 0
    assert not counts["processing-error"]
