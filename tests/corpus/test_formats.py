"""Articles in the formats of the scorers, of spaCy and of coreference scorers; figures of a corpus."""

from pathlib import Path

import spacy
from spacy.tokens import DocBin

from pipeline.corpus.convert import conll_lines, entities_row, quotes_row, speakers_row
from pipeline.corpus.markup import parse, read_article
from pipeline.corpus.model import AnnotatedArticle
from pipeline.corpus.spacy_docs import doc_bin
from pipeline.corpus.statistics import report, variety
from pipeline.corpus.writer import write_article

COUNCIL = read_article(Path(__file__).parent / "articles" / "council.txt")


def test_an_article_is_written_as_it_was_read(article: AnnotatedArticle) -> None:
    assert write_article(parse(write_article(article))) == write_article(article)
    assert parse(write_article(article)).chains == article.chains


def test_entities() -> None:
    row = entities_row(COUNCIL)
    names = [(row["text"][begin:end], kind) for begin, end, kind in row["entities"]]
    assert names == [("Waldau", "LOC"), ("Hanna Tölke", "PER"), ("Renate Sievers", "PER")]


def test_quotes() -> None:
    row = quotes_row(COUNCIL)
    text = row["text"]
    found = [
        (quote["type"], text[slice(*quote["spans"][0])], [text[slice(*one)] for one in quote["speaker"]])
        for quote in row["quotes"]
    ]
    assert found[:3] == [
        ("Direct", "„Das tut weh“", ["Hanna Tölke"]),
        ("Indirect", "die Stadt habe keine Wahl gehabt", ["Sie"]),
        ("IndirectFreeIndirect", "Für die Sanierung fehle das Geld.", []),
    ]
    assert [text[slice(*one)] for one in row["quotes"][3]["addressee"]] == ["ihr"]
    assert not any("frame" in quote for quote in row["quotes"])


def test_free_indirect_speech_that_goes_on_is_one_quote() -> None:
    head = "id: one\ngenre: local report\nregion: DE-NI\nsubject: trains\n\n"
    people = "l | PER | f | Lore Unger\nk | PER | m | Karl Timm\n\n"
    body = (
        "<q 1 IFI l>Der Zug sei weg.</q> <q 2 IFI l>Der Bus auch.</q> <q 3 IFI k>Das stimme nicht.</q> "
        "[Unger|l] schwieg. <q 4 IFI k>Er fahre morgen.</q> [Timm|k] lachte. <q 5 IFI k>Er fahre oft.</q>"
    )
    row = quotes_row(parse(f"{head}{people}{body}\n"))
    assert [row["text"][slice(*span)] for quote in row["quotes"] for span in quote["spans"]] == [
        "Der Zug sei weg. Der Bus auch.",
        "Das stimme nicht.",
        "Er fahre morgen.",
        "Er fahre oft.",
    ]


def test_speakers() -> None:
    row = speakers_row(COUNCIL)
    assert [quote["speaker"] for quote in row["quotes"]] == [
        "Hanna Tölke",
        "Hanna Tölke",
        "Hanna Tölke",
        "Renate Sievers",
        "Anwohner",
    ]
    assert [quote["type"] for quote in row["quotes"]][3] == "Partial"
    assert row["reported"][0]["speaker"] == "Renate Sievers"
    assert row["people"][0] == {
        "name": "Hanna Tölke",
        "type": "PER",
        "roles": ["Bürgermeisterin"],
        "affiliations": ["SPD"],
    }


def test_conll() -> None:
    rows = [line.split("\t") for line in conll_lines(COUNCIL) if "\t" in line]
    assert [row[3] for row in rows[:5]] == ["Der", "Rat", "von", "Waldau", "hat"]
    chains = [row[4] for row in rows]
    assert (chains[0], chains[3]) == ("(2", "(3)|2)")
    text = "|".join(chains)
    assert text.count("(") == text.count(")") == len(COUNCIL.body.mentions)


def test_spacy(article: AnnotatedArticle, tmp_path: Path) -> None:
    doc_bin([article]).to_disk(tmp_path / "docs.spacy")
    (doc,) = DocBin().from_disk(tmp_path / "docs.spacy").get_docs(spacy.blank("de").vocab)
    assert doc.text == article.body.text
    assert len(doc.spans["mentions"]) == len(article.body.mentions)
    assert {span.label_ for span in doc.spans["quotes"]} == {quote.type for quote in article.body.quotes}
    assert doc.user_data["chains"] == {key: chain.name for key, chain in article.chains.items()}
    assert {span.text for span in doc.ents} <= {
        word for m in article.body.mentions for word in [article.body.text[m.begin : m.end]]
    }


def test_statistics() -> None:
    tables = report([COUNCIL, COUNCIL], {"others": ["Ein Satz. Noch ein Satz."]})
    assert tables["Articles"]["all"]["quotes"] == 2 * len(COUNCIL.body.quotes)
    assert tables["By difficulty"]["two women"]["articles"] == 2
    assert tables["Variety"]["these articles"]["repeated"] == 1
    assert tables["Variety"]["others"]["sentence_words"] == 2.5
    assert next(iter(tables["Quotes by type"].values()))["number"] == 4


def test_variety_of_nothing() -> None:
    assert variety([]).texts == 0
    assert variety(["..."]).sentence_words == 0
    assert variety(["Ein Satz mit sechs ganz eigenen Wörtern steht hier allein."]).repeated == 0
