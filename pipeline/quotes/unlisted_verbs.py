"""Konjunktiv that a verb of no list reports: "Das sei falsch, ätzte der Kämmerer"."""

from pipeline.entities.person_words import is_given_name
from pipeline.entities.roles_lexicon import role_word
from pipeline.lexicon.words import AUXILIARIES, CONTENT_OPENERS, NOMINATIVE_DETERMINERS, SUBJECT_PRONOUNS
from pipeline.quotes.content_finder import BEFORE_MAIN, ContentFinder
from pipeline.quotes.direct import phrase_spans
from pipeline.quotes.frames import may_be_finite
from pipeline.quotes.mood import carries_on_speech
from pipeline.quotes.nouns import noun_cue
from pipeline.quotes.phrases import noun_phrase
from pipeline.spans import CharRange, TokenIndex, TokenRange


class UnlistedVerbSpeech(ContentFinder):
    """Finds what any verb reports that stands right behind Konjunktiv and a comma, with its subject behind it."""

    def find(self, surnames: frozenset[str]) -> None:
        """Adds it where nothing else was found in the sentence; `surnames` are those that the text has."""
        tokens = self.tokens
        for part in [] if self.found else self.parts[1:]:
            verb, first = part.first, part.first + 1
            if tokens[verb - 1].text != "," or tokens[verb].lower in AUXILIARIES or not may_be_finite(tokens[verb]):
                continue
            start = self.statement_begin(verb)
            if tokens[start].lower in BEFORE_MAIN or self._only_tells_of(start):
                continue  # "Während die Preise steigen, erwartet die Chefin …"
            end = noun_phrase(tokens, first, part.last)
            if end is None or (end < part.last and tokens[end].word) or not self._may_speak(first, surnames):
                continue
            candidate = None
            if carries_on_speech(tokens, start, verb) == "clearly":
                candidate = self.split_content(verb, end, "said-behind-unlisted")
            if candidate is not None:
                candidate.speaker_spans = phrase_spans(self.analysed, [TokenRange(first, end)])
                candidate.cue_spans = [CharRange(tokens[verb].begin, tokens[verb].end)]
                self.found.append(candidate)
                return

    def _only_tells_of(self, start: TokenIndex) -> bool:
        """Whether a noun and what it tells stand at `start`, which is no statement: "Gerüchte, es regne, …"."""
        part = self.part_from(start)
        behind = self.part_from(part.last + 1) if part is not None else None
        if part is None or behind is None or noun_phrase(self.tokens, start, part.last) != part.last:
            return False
        told = self.tokens[behind.first].lower in CONTENT_OPENERS | {"wonach"}
        return told or noun_cue(self.tokens, part) is not None

    def _may_speak(self, first: TokenIndex, surnames: frozenset[str]) -> bool:
        """Whether a phrase behind a verb begins like somebody, so that the verb is no adjective before a noun."""
        token = self.tokens[first]
        if not token.capital:
            return token.lower in SUBJECT_PRONOUNS | NOMINATIVE_DETERMINERS
        named = is_given_name(token.text) or role_word(token.text) is not None
        return named or token.text in surnames
