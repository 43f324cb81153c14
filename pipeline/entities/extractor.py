"""The second stage: who and what an article is about."""

from pipeline.config import PipelineConfig
from pipeline.entities.cluster import Cluster, MentionSpan, NameSpan
from pipeline.entities.countries import country_of
from pipeline.entities.gazetteer_file import GazetteerFile
from pipeline.entities.gender import gender_of
from pipeline.entities.known_entities import add_known
from pipeline.entities.name_clusters import acronyms, cluster_names
from pipeline.entities.name_evidence import NameEvidence
from pipeline.entities.name_forms import of_capitals, with_full_stop
from pipeline.entities.name_spans import ModelSpan, name_spans
from pipeline.entities.national_names import gazetteer_of
from pipeline.entities.person_clusters import cluster_persons
from pipeline.entities.references import add_references
from pipeline.entities.roles import read_infobox, read_roles
from pipeline.entities.salience import saliences
from pipeline.entities.words import TextWords
from pipeline.models import load_pipeline
from pipeline.models.catalogue import reader_folder
from pipeline.reader.model import quote_reader, shared_reader
from pipeline.reader.reading import Reading
from pipeline.spans import CharOffset, TokenRange
from schemas.records import CleanArticle, Entity, EntityArticle, EntityType, Mention

_TYPES: dict[str, EntityType] = {
    "PER": "PER",
    "PERSON": "PER",
    "ORG": "ORG",
    "LOC": "LOC",
    "GPE": "LOC",
    "FAC": "LOC",
    "MISC": "MISC",
    "OTH": "MISC",
}


class EntityExtractor:
    """Finds the entities of an article and resolves them within it; the same article gives the same entities.

    Raises:
        ConfigurationError: if the model or the gazetteer cannot be loaded, or the quote model where it is asked.
    """

    def __init__(self, config: PipelineConfig) -> None:
        folder = reader_folder(config.model_de)
        self._nlp = load_pipeline(config.model_de) if folder is None else None
        """Finds the names, unless the reader does."""
        self._reader = quote_reader(config.quote_model) if folder is None else shared_reader(folder)
        self._gazetteer = GazetteerFile(config.gazetteer)

    def __call__(self, article: CleanArticle) -> EntityArticle:
        """The article with its entities, in the order of their first mention."""
        reading = self._reader(article.text) if self._reader is not None else None
        words, model = self._read(article.text)
        clusters = self._clusters(article, words, model, reading)
        fields = {name: getattr(article, name) for name in CleanArticle.model_fields if name != "schema_"}
        return EntityArticle(**fields, entities=_records(article, words, clusters))

    def _read(self, text: str) -> tuple[TextWords, list[ModelSpan]]:
        """The words, and the names that the model finds."""
        if self._nlp is None:
            assert self._reader is not None
            reading = self._reader(text)
            return reading.layout.text_words, [
                (*reading.layout.range(TokenRange(name.first, name.last)), _TYPES[name.type]) for name in reading.names
            ]
        doc = self._nlp(text)
        return TextWords(text, [CharOffset(sentence.start_char) for sentence in doc.sents]), [
            (CharOffset(ent.start_char), CharOffset(ent.end_char), _TYPES[ent.label_])
            for ent in doc.ents
            if ent.label_ in _TYPES
        ]

    def _clusters(
        self, article: CleanArticle, words: TextWords, model: list[ModelSpan], reading: Reading | None
    ) -> list[Cluster]:
        gazetteer = gazetteer_of(self._gazetteer(), country_of(article))
        evidence = NameEvidence(reading.layout, reading.named) if reading is not None and self._nlp is None else None
        names = name_spans(words, model, gazetteer, evidence)
        persons = cluster_persons(words, [span for span in names if span.type == "PER"])
        others: list[NameSpan] = [span for span in names if span.type != "PER"]
        others_named = cluster_names(words, others, acronyms(words, others))
        for place in others_named:
            if place.entry is None and place.name.isupper() and place.name == article.dateline:
                place.name = of_capitals(place.name)  # "GRAZ. Der Landesrat …"
        clusters = [*persons, *others_named]
        read_roles(words, persons, others_named, gazetteer)
        read_infobox(article.infobox, persons, gazetteer)
        add_known(clusters, gazetteer)
        if self._reader is not None and reading is not None:
            add_references(reading, clusters, self._reader.scorers, foreign=self._nlp is not None)
        return sorted(clusters, key=lambda c: (c.mentions[0], c.name))


def _records(article: CleanArticle, words: TextWords, clusters: list[Cluster]) -> list[Entity]:
    entities: list[Entity] = []
    used: set[str] = set()
    numbers: dict[str, int] = {}
    for cluster, salience in zip(clusters, saliences(article, words, clusters), strict=True):
        own = cluster.id
        identifier, number = own, numbers.get(own, 2)
        while identifier in used:
            identifier, number = f"{own}-{number}", number + 1
        used.add(identifier)
        numbers[own] = number
        mentions = [_mention(article.text, place, cluster.type) for place in cluster.mentions]
        texts = {mention.text for mention in mentions}
        initial = not texts.isdisjoint({cluster.name + ".", cluster.name + ".s"})
        cut = cluster.entry is None and initial and cluster.name not in texts
        gender, told_by = gender_of(words, cluster)
        entities.append(
            Entity(
                id=identifier,
                name=cluster.name + "." if cut else cluster.name,
                type=cluster.type,
                roles=list(cluster.roles),
                affiliations=list(cluster.affiliations),
                wikidata=cluster.entry.wikidata if cluster.entry is not None else None,
                gender=gender,
                gender_from=told_by,
                mentions=mentions,
                salience=salience,
            )
        )
    return entities


def _mention(text: str, place: MentionSpan, entity_type: EntityType) -> Mention:
    named = entity_type == "PER" and place.kind == "name"
    end = with_full_stop(text, place.begin, place.end) if named else place.end
    return Mention(begin=place.begin, end=end, text=text[place.begin : end], kind=place.kind)
