"""The sentences in which names alone are marked can be read, and each stands there once."""

import re
from collections import Counter
from pathlib import Path

NAMES = Path(__file__).parents[2] / "corpus" / "names"
MARKED = re.compile(r"\[([^\[\]|]+)\|(PER|LOC|ORG|OTH)\]")


def test_every_mark_is_a_name_with_a_known_type_and_no_sentence_is_repeated() -> None:
    sentences: Counter[str] = Counter()
    names = 0
    for path in sorted(NAMES.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            bare = MARKED.sub(r"\1", line)
            assert not set("[]|") & set(bare), f"{path.name}:{number}: {line}"
            assert all(name == name.strip() for name, _ in MARKED.findall(line)), f"{path.name}:{number}: {line}"
            sentences[bare] += 1
            names += len(MARKED.findall(line))
    assert [sentence for sentence, count in sentences.items() if count > 1] == []
    assert (len(sentences), names) == (7_200, 19_138)
