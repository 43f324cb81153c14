"""What an article also calls by another name: shorter ones, acronyms, what somebody is called besides."""

import pytest

from tests.support.given_names import GivenNames


@pytest.fixture(scope="module")
def given() -> GivenNames:
    return GivenNames()


def mentions(given: GivenNames, text: str) -> dict[str, int]:
    return {entity.id: sum(m.kind == "name" for m in entity.mentions) for entity in given.marked(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der [Mieterverein für Lindow|ORG] klagt. Der [Mieterverein|ORG] hofft.", {"org/mieterverein-fuer-lindow": 2}),
        (
            "Das [Landesamt für Umwelt Lindow|ORG] prüft. Das [Landesamt|ORG] warnt.",
            {"org/landesamt-fuer-umwelt-lindow": 2},
        ),
        ("Das [Landeskriminalamt Lindow|ORG] sucht. Das [LKA|ORG] warnt.", {"org/landeskriminalamt-lindow": 2}),
        (
            "Die [Industrie- und Handelskammer Lindow|ORG] klagt. [IHK|ORG]-Chef [Falk Ahlers|PER] warnt.",
            {"org/industrie-und-handelskammer-lindow": 2, "per/falk-ahlers": 1},
        ),
        (
            "Das [Universitätsklinikum Lindow|ORG] baut. Das [Uniklinikum|ORG] wirbt.",
            {"org/universitaetsklinikum-lindow": 2},
        ),
        (
            "Das [Ministerium für Bildung, Jugend und Sport|ORG] zahlt. Das [Bildungsministerium|ORG] wirbt. Das "
            "[Jugendministerium|ORG] auch.",
            {"org/ministerium-fuer-bildung-jugend-und-sport": 3},
        ),
        (
            "Das [Bundesministerium des Innern|ORG] zahlt. Das [Innenministerium|ORG] wirbt.",
            {"org/bundesinnenministerium": 2},
        ),
        (
            "Das [Landesministerium für Familie und Finanzen|ORG] zahlt. Das [Finanzministerium|ORG] wirbt, sagt das "
            "[Landesfamilienministerium|ORG].",
            {"org/landesministerium-fuer-familie-und-finanzen": 3},
        ),
        (
            "Das [Ministerium für Bildung und Kultur|ORG] zahlt. Das [Justizministerium|ORG] wirbt.",
            {"org/ministerium-fuer-bildung-und-kultur": 1, "org/justizministerium": 1},
        ),
        (
            "Das [Ministerium für Kultur|ORG] zahlt. Das russische [Kulturministerium|ORG] wirbt.",
            {"org/ministerium-fuer-kultur": 1, "org/kulturministerium": 1},
        ),
        (
            "Das [Bundesministerium des Innern|ORG] zahlt. Das [Innenministerium|ORG] in Kiel wirbt.",
            {"org/bundesinnenministerium": 1, "org/innenministerium": 1},
        ),
        (
            "Das [Bundesinnenministerium|ORG] zahlt. Das [Innenministerium|ORG] in Berlin wirbt.",
            {"org/bundesinnenministerium": 2},
        ),
        (
            "Das [Ministerium für Bildung und Kultur|ORG] zahlt. Das [Kulturministerium|ORG] in Kiel wirbt.",
            {"org/ministerium-fuer-bildung-und-kultur": 2},
        ),
        (
            "Das [Ministerium für Sport Lindow|ORG] und das [Ministerium für Sport Gransee|ORG] zahlen. Das "
            "[Sportministerium|ORG] wirbt.",
            {
                "org/ministerium-fuer-sport-lindow": 1,
                "org/ministerium-fuer-sport-gransee": 1,
                "org/sportministerium": 1,
            },
        ),
        ("Der [SV Blau-Gelb Lindow|ORG] siegte. [Blau-Gelb|ORG] führt.", {"org/sv-blau-gelb-lindow": 2}),
        ("Der [SV Blau-Gelb Lindow|ORG] siegte. [Lindows|ORG] Elf führt.", {"org/sv-blau-gelb-lindow": 2}),
        ("Der [1. FC Lindow|ORG] siegte. [Lindow|ORG] führt.", {"org/1-fc-lindow": 2}),
        ("Die [Borussia Lindow|ORG] siegte. [Lindow|ORG] führt.", {"org/borussia-lindow": 2}),
        (
            "Der [VfL Lindow II|ORG] traf den [VfL Lindow|ORG].",
            {"org/vfl-lindow-ii": 1, "org/vfl-lindow": 1},
        ),
        (
            "[Wacker Lindow|ORG] hat die [Wacker Lindow Fußball|ORG]. [Wacker|ORG] führt.",
            {"org/wacker-lindow-fussball": 3},
        ),
        (
            "Das [Kieler Amtsgericht|ORG] tagt. Das [Amtsgericht|ORG] entschied.",
            {"org/kieler-amtsgericht": 2},
        ),
        (
            "Der [Bayerische Ruderverband|ORG] tagt. Der [Ruderverband|ORG] hofft.",
            {"org/bayerischer-ruderverband": 2},
        ),
        (
            "Der [Bayerische Ruderverband|ORG] tagt. Der hessische [Ruderverband|ORG] hofft.",
            {"org/bayerischer-ruderverband": 1, "org/ruderverband": 1},
        ),
        ("Die [Großbank Lind & Söhne|ORG] klagt. [Lind & Söhne|ORG] wirbt.", {"org/lind-soehne": 2}),
        ("Er bekam den [Georg-Ahlers-Preis|MISC]. Der [Ahlers-Preis|MISC] freut ihn.", {"misc/georg-ahlers-preis": 2}),
        ("Die [Georg-Ahlers-Stiftung|ORG] hilft. Die [Ahlers-Stiftung|ORG] gibt.", {"org/georg-ahlers-stiftung": 2}),
        (
            "Der [VfR Bad Lindow|ORG] siegte. [Bad Lindows|ORG] Trainer jubelt.",
            {"org/vfr-bad-lindow": 2},
        ),
        (
            "Die [SG Alt Lindow|ORG] siegte. Das sagte [Alt Lindows|ORG] Kapitän.",
            {"org/sg-alt-lindow": 2},
        ),
        ("[Lindow 96|ORG] siegte. Die [96|ORG]er führen.", {"org/lindow-96": 2}),
        (
            "Der [TSV 1880 Lindow|ORG] siegte. Der [TSV 1880|ORG] führt. [1880|ORG]-Coach Ohm jubelt.",
            {"org/tsv-1880-lindow": 3},
        ),
        (
            "[Lindow 96|ORG] traf [Waldau 96|ORG]. Die [96|ORG]er führen.",
            {"org/lindow-96": 1, "org/waldau-96": 1, "org/96": 1},
        ),
        (
            "Der [Bund der Ruderer|ORG] klagt gegen den [Bund|ORG].",
            {"org/bund-der-ruderer": 1, "org/bund": 1},
        ),
        (
            "Der [Bund Deutscher Ruderer|ORG] klagt. Der [Bund|ORG] schweigt.",
            {"org/bund-deutscher-ruderer": 1, "org/bund": 1},
        ),
        (
            "Das [Bundesverwaltungsgericht|ORG] prüft das [Verwaltungsgericht|ORG].",
            {"org/bundesverwaltungsgericht": 1, "org/verwaltungsgericht": 1},
        ),
    ],
)
def test_the_only_one_that_is_called_so_is_meant_by_its_shorter_name(
    given: GivenNames, text: str, expected: dict[str, int]
) -> None:
    assert mentions(given, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Die [Union Starkes Lindow|ORG] (kurz: [USL|ORG]) siegte. Die [USL|ORG] jubelt.",
            {"org/union-starkes-lindow": 3},
        ),
        (
            "Die [Union Starkes Lindow|ORG], kurz [USL|ORG], siegte. Die [USL|ORG] jubelt.",
            {"org/union-starkes-lindow": 3},
        ),
        (
            "Die [USL|ORG] ([Union Starkes Lindow|ORG]) siegte. Die [USL|ORG] jubelt.",
            {"org/union-starkes-lindow": 3},
        ),
        ("Die [Union Starkes Lindow|ORG] [USL|ORG] siegte. Die [USL|ORG] jubelt.", {"org/union-starkes-lindow": 3}),
        ("Die Partei [Ruder und Paddel|ORG] ([RuP|ORG]) siegte. Die [RuP|ORG] jubelt.", {"org/ruder-und-paddel": 3}),
        (
            "Die [Ruderistische Aktion|ORG] ([Ruderi|ORG]) lud ein. Die [Ruderi|ORG] jubelt.",
            {"org/ruderistische-aktion": 3},
        ),
        (
            "Der [Verband der Dorfläden|ORG] (VDD) klagt. Die Klage des [VDDs|ORG] ist neu.",
            {"org/verband-der-dorflaeden": 2},
        ),
        (
            "Das [Landesamt für Fischerei|ORG] ([Lafi|ORG]) warnt. Das [Lafi|ORG] prüft.",
            {"org/landesamt-fuer-fischerei": 3},
        ),
        (
            "Die [Rudernde Frauengemeinschaft|ORG] ([rfg|ORG]) klagt. Die [rfg|ORG] jubelt.",
            {"org/rudernde-frauengemeinschaft": 3},
        ),
        (
            "Der [Ruderverband Oberweser|ORG] ([rvow|ORG]) klagt. Der [rvow|ORG] jubelt.",
            {"org/ruderverband-oberweser": 3},
        ),
        ("Der Verein „[Rettet die Aue|ORG]“ ([RdA|ORG]) klagt. Der [RdA|ORG] jubelt.", {"org/rettet-die-aue": 3}),
        ("Die Gruppe „[Unser Lindow|ORG]“ ([UL|ORG]) siegte. Die [UL|ORG] jubelt.", {"org/unser-lindow": 3}),
        (
            "Der [Verein Deutscher Angler|ORG] ([VDA|ORG]) klagt. Der [VDA|ORG] hofft.",
            {"org/verein-deutscher-angler": 3},
        ),
        ("Der [Verband der Autobauer|ORG] ([VDA|ORG]) klagt.", {"org/verband-der-automobilindustrie": 2}),
        ("Der [Deutsche Automobilclub|ORG] ([ADAC|ORG]) klagt.", {"org/adac": 2}),
        ("Die [Werft Lindow|ORG] ([Nordbau|ORG]) klagt.", {"org/werft-lindow": 1, "org/nordbau": 1}),
    ],
)
def test_an_acronym_is_introduced_beside_the_name(given: GivenNames, text: str, expected: dict[str, int]) -> None:
    assert mentions(given, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[Karl Ahlers|PER] alias [Karlo|PER] sang. „Gut“, sagte [Karlo|PER].",
        "[Karl Ahlers|PER], genannt [Karlo|PER], sang. „Gut“, sagte [Karlo|PER].",
        "[Karl Ahlers|PER], besser bekannt als „[Karlo|PER]“, sang. „Gut“, sagte [Karlo|PER].",
    ],
)
def test_somebody_is_also_called_by_another_name(given: GivenNames, text: str) -> None:
    assert mentions(given, text) == {"per/karl-ahlers": 3}
