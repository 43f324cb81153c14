"""Which wordings say the same does not depend on when they are compared."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statements.same_statement import ComparedQuote
from pipeline.statements.wording_graph import WordingGraph, WordingId, wording_id
from tests.statements.test_speaker import SENTENCES

WORDINGS = {
    wording_id(compared): compared
    for sentence in SENTENCES
    for verbatim in (True, False)
    for compared in [ComparedQuote(sentence, sentence, verbatim)]
}


def neighbours(graph: WordingGraph, among: list[WordingId]) -> dict[WordingId, frozenset[WordingId]]:
    return {words: graph.neighbours(words) for words in among}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_what_is_compared_later_has_the_same_neighbours(data: st.DataObject) -> None:
    names = data.draw(st.permutations(sorted(WORDINGS)))
    begun = data.draw(st.integers(0, len(names)))
    at_once, later = WordingGraph(), WordingGraph()
    for words in names[:begun]:
        at_once.add(words, WORDINGS[words])
        later.hold(words, WORDINGS[words])
    left = names[:begun]
    for words in names[begun:]:
        for graph in (at_once, later):
            graph.add(words, WORDINGS[words])
        left.append(words)
        one = data.draw(st.sampled_from(left))
        if data.draw(st.booleans()):
            assert later.neighbours(one) == at_once.neighbours(one)
        elif data.draw(st.booleans()):
            left.remove(one)
            for graph in (at_once, later):
                graph.remove(one)
    assert neighbours(later, left) == neighbours(at_once, left)
