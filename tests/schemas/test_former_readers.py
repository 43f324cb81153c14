"""A program that was written for the records of release 0.1 can read those of this one.

`release_0_1/` has the JSON Schemas as that release had them. What is written now must be valid by them: their fields
are there, in the same places and of the same types, and there are no values that they do not know, except those of
`GROWN`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from pipeline.stages import DEAD_LETTER_TOPIC, STAGES, channels
from schemas import asyncapi
from schemas.codec import encode
from schemas.records import QuoteArticle
from tests.web.articles import hostile_article, quote_article

FORMER = {path.stem: json.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "release_0_1").iterdir()}
PRESENT = asyncapi.documents(channels())
GROWN = {
    ("Block", "kind"): {"quote", "entry", "question", "answer"},
    ("Removed", "reason"): {"embed"},
}
"""Values that came since, by the record's part and its field: a reader has to take values that it does not know."""
SAME = ("type", "format", "pattern", "const")


def differences(old: Any, new: Any, olds: Any, news: Any, where: tuple[str, ...]) -> Iterator[str]:
    """What `new` allows and `old` does not; `olds` and `news` are the documents that their references lead into."""
    old, new = resolved(old, olds), resolved(new, news)
    at = ".".join(where)
    changed = [word for word in SAME if word in old and old[word] != new.get(word)]
    yield from (f"{at}: {word} was {old[word]}, is {new.get(word)}" for word in changed)
    if "enum" in old:
        more = {*new.get("enum", [new.get("const")])} - {*old["enum"]} - GROWN.get(where[-2:], set())
        if more:
            yield f"{at}: new values {sorted(map(str, more))}"
    if "maxLength" in old and not new.get("maxLength", float("inf")) <= old["maxLength"]:
        yield f"{at}: can be longer than {old['maxLength']}"
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{at}.{name}: is gone"
        else:
            yield from differences(field, new["properties"][name], olds, news, (old.get("title", at), name))
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict):
            yield from differences(old[word], new.get(word, {}), olds, news, (*where, word))
    if "anyOf" in old:
        for choice in new.get("anyOf", [new]):
            found = [list(differences(former, choice, olds, news, where)) for former in old["anyOf"]]
            if all(found):
                yield min(found, key=len)[0]


def resolved(schema: Any, document: Any) -> Any:
    while "$ref" in schema:
        schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


@pytest.mark.parametrize("name", sorted(FORMER))
def test_nothing_that_a_former_reader_relies_on_has_changed(name: str) -> None:
    assert list(differences(FORMER[name], PRESENT[name], FORMER[name], PRESENT[name], (name,))) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda schema: schema["properties"].pop("url"), "url: is gone"),
        (lambda schema: schema["properties"]["text"].update(type="array"), "text: type was string, is array"),
        (lambda schema: schema["$defs"]["Quote"]["properties"]["type"]["enum"].append("Sung"), "new values ['Sung']"),
        (lambda schema: schema["properties"]["url"]["anyOf"].append({"type": "integer"}), "type was string"),
        (lambda schema: schema["properties"]["id"].update(maxLength=9999), "can be longer"),
    ],
)
def test_what_would_break_a_former_reader_is_seen(change: Any, words: str) -> None:
    former = FORMER["quote-article"]
    changed = json.loads(json.dumps(PRESENT["quote-article"]))
    change(changed)
    assert words in " ".join(differences(former, changed, former, changed, ("quote-article",)))


def grown(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the values that came since."""
    made: dict[str, Any] = json.loads(json.dumps(schema))
    for (part, field), values in GROWN.items():
        if part in made.get("$defs", {}):
            made["$defs"][part]["properties"][field]["enum"] += sorted(values)
    return made


@pytest.mark.parametrize("article", [quote_article(), hostile_article()], ids=["friendly", "hostile"])
def test_records_of_this_release_are_valid_by_the_former_schemas(article: QuoteArticle) -> None:
    (stage,) = [stage for stage in STAGES if stage.name == "quotes"]
    seen = set()
    for output in stage.outputs:
        if output.topic == DEAD_LETTER_TOPIC:
            continue
        for _, record in output.messages(article):
            if record is not None:
                value = orjson.loads(encode(record))
                name = value["schema"].partition("/")[0]
                jsonschema.validate(value, grown(FORMER[name]), cls=jsonschema.Draft202012Validator)
                seen.add(name)
    assert seen == {"quote-article", "quote"}
