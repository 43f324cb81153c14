"""Tables of programmes and results. All is invented."""

from pipeline.cleaning import Cleaner
from pipeline.config import PipelineConfig
from schemas.records import RawArticle
from tests.cleaning.pages import PARAGRAPHS, TITLE


def test_the_cells_of_a_row_are_one_line_with_times_and_links() -> None:
    rows = [
        ("14:00 Uhr", "Markt", "Eröffnung mit dem Bürgermeister"),
        ("15:30 Uhr", '<a href="x">Hafen</a>', "Shantychor Süderhafen"),
        ("17:00 Uhr", "Markt", "Blasorchester Steinau"),
    ]
    table = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    texts = [f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS]
    body = f"<h1>{TITLE}</h1>{''.join(texts[:3])}<table>{table}</table>{''.join(texts[3:])}"
    html = f"<html><head><title>{TITLE}</title></head><body><article>{body}</article></body></html>"
    article = Cleaner(PipelineConfig())(RawArticle(html=html))
    assert [(block.kind, article.text[block.begin : block.end]) for block in article.blocks][3:6] == [
        ("list", "14:00 Uhr | Markt | Eröffnung mit dem Bürgermeister"),
        ("list", "15:30 Uhr | Hafen | Shantychor Süderhafen"),
        ("list", "17:00 Uhr | Markt | Blasorchester Steinau"),
    ]
