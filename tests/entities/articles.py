"""Articles for the tests, written for them; the people in them do not exist unless the whole world knows them."""

from schemas.records import CleanArticle

RIVER = "\n\n".join(
    [
        "Der Streit um die Brücke bei Lindow spitzt sich zu. Heute trafen sich beide Seiten in Genf.",
        "Genf – Umweltministerin Dr. Wiebke Tannhoff (Grüne) hat den Bau verteidigt. Tannhoff sagte am Montag: „Die "
        "Brücke kommt, und sie kommt bald.“ Sie verwies auf ein Gutachten der Hochschule Lindow.",
        "Der russische Vize-Außenminister Oleg Marinow widersprach. Er erklärte, sein Land habe nie zugestimmt. "
        "Marinows Sprecher Piotr Lewandowicz drohte mit Klagen vor dem Internationalen Strafgerichtshof (IStGH). Der "
        "IStGH äußerte sich nicht.",
        "Falk Ahlers, Vorsitzender des Verbands der Brückenbauer, lobte die Ministerin. „Endlich Klarheit“, sagte der "
        "Verbandschef. Die Umweltministerin reist am Freitag nach Moskau und in die USA. Für die Grünen-Politikerin "
        "ist es die erste Reise dieser Art.",
    ]
)


def clean_article(text: str, **fields: object) -> CleanArticle:
    """`text` as a CleanArticle without blocks."""
    return CleanArticle.model_validate(
        {"id": "a-1", "language": "de", "text": text, "content_hash": "0", "simhash": "0" * 16, **fields}
    )
