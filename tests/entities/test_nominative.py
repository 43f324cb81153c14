import pytest

from pipeline.entities.nominative import name_in_nominative, nominative


@pytest.mark.parametrize(
    ("phrase", "alone"),
    [
        ("der kenianischen Armee", "kenianische Armee"),
        ("des 45-Jährigen", "45-Jähriger"),
        ("den Anwohnern", "Anwohner"),
        ("eine Sprecherin der Kieler Polizei", "Sprecherin der Kieler Polizei"),
        ("afghanischen Angaben", "afghanische Angaben"),
        ("dem jungen Mann", "junger Mann"),
        ("des Gerichts", "Gericht"),
        ("einem Zeugen", "Zeuge"),
        ("Polizeiangaben", "Polizeiangaben"),
        ("seines Sohnes", "Sohn"),
        ("Händlern", "Händler"),
        ("ihren Eltern", "Eltern"),
        ("der früheren Abgeordneten", "frühere Abgeordnete"),
        ("dem leitenden Ermittler", "leitender Ermittler"),
        ("ein mit einer Sichel bewaffneter Mann", "mit einer Sichel bewaffneter Mann"),
        ("einer von ihnen", "einer von ihnen"),
        ("", ""),
        ("britische Forscher", "britische Forscher"),
        ("frühere Mitarbeiter", "frühere Mitarbeiter"),
        ("die frühere Mitarbeiterin", "frühere Mitarbeiterin"),
        ("der britische Forscher", "britischer Forscher"),
        ("israelische Armee", "israelische Armee"),
        ("Jugendliche", "Jugendliche"),
        ("die beiden Beamten", "Beamte"),
        ("den beiden Männern", "Männer"),
        ("allen Anwohnern", "Anwohner"),
        ("einigen Abgeordneten", "Abgeordnete"),
        ("viele junge Leute", "junge Leute"),
        ("der Beamte", "Beamter"),
        ("Einer der Anwälte", "einer der Anwälte"),
        ("eine ihrer Freundinnen", "eine ihrer Freundinnen"),
        ("zwei der Beamten", "zwei der Beamten"),
        ("einer von den Anwälten", "einer von den Anwälten"),
        ("die meisten Experten", "die meisten Experten"),
        ("Den meisten Forschern", "die meisten Forscher"),
        ("Hochrangige Beamte", "Hochrangige Beamte"),
        ("Örtliche Medien", "Örtliche Medien"),
        ("Betroffene Eltern", "Betroffene Eltern"),
        ("Jungen Aktionären", "Junge Aktionäre"),
        ("der Polizeibeamte Kurz", "Polizeibeamter Kurz"),
        ("der Angeklagte Kurz", "Angeklagter Kurz"),
    ],
)
def test_a_noun_phrase_by_itself(phrase: str, alone: str) -> None:
    assert nominative(phrase) == alone


@pytest.mark.parametrize(
    ("determiner", "name", "alone"),
    [
        ("den", "Freien Wählern", "Freie Wähler"),
        ("des", "Umweltbetriebs Bremen", "Umweltbetrieb Bremen"),
        ("der", "Deutschen Bahn", "Deutsche Bahn"),
        ("des", "Deutschen Bundestages", "Deutscher Bundestag"),
        ("der", "Kieler Polizei", "Kieler Polizei"),
        ("die", "Grünen", "Grüne"),
        ("im", "Grossen Rat", "Grosser Rat"),
        ("", "SPD", "SPD"),
        ("des", "Polizeipräsidiums Bremen", "Polizeipräsidium Bremen"),
        ("des", "Verbands der Brückenbauer", "Verband der Brückenbauer"),
        ("des", "Roten Kreuzes", "Rotes Kreuz"),
        ("", "Bayerischen Obersten Landesgericht", "Bayerisches Oberstes Landesgericht"),
        ("dem", "Gemeinsamen Wattenmeersekretariat", "Gemeinsames Wattenmeersekretariat"),
        ("der", "Vereinigten Staaten", "Vereinigte Staaten"),
        ("den", "Berliner Verkehrsbetrieben", "Berliner Verkehrsbetriebe"),
        ("das", "Österreichische Olympische Comite", "Österreichisches Olympisches Comite"),
        ("", "Deutsche Bundestag", "Deutscher Bundestag"),
        ("vielen", "Freien Wählern", "Freie Wähler"),
    ],
)
def test_a_name_behind_its_article(determiner: str, name: str, alone: str) -> None:
    assert name_in_nominative(determiner, name) == alone
