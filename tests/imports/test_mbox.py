"""Press releases in mailbox files."""

import gzip
import mailbox
import time
import tracemalloc
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
import pytest

from agents.cli.articles import ArticleMessage, RefusedInput
from agents.imports.archives import found, items
from agents.imports.messages import Skipped

LIMIT = 20_000
TEXT = "Waldau – „Das tut weh“, sagte Bürgermeisterin Hanna Tölke.\n\nFrom here on\nFrom there\n"


def mail(subject: str, text: str | None, *, html: str | None = None, **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = '"Stadt Waldau, Pressestelle" <presse@waldau.example>'
    made["Date"] = "Mon, 10 Jan 2022 09:00:00 +0100"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text is not None:
        made.set_content(text)
    if html is not None and text is not None:
        made.add_alternative(html, subtype="html")
    elif html is not None:
        made.set_content(html, subtype="html")
    return made


def write(path: Path, *mails: EmailMessage | bytes) -> Path:
    box = mailbox.mbox(path)
    for one in mails:
        box.add(one)
    box.close()
    return path


def read(path: Path) -> list[Any]:
    return list(items(str(path), columns={}, limit_bytes=LIMIT))


def values(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(item.value) for item in read(path) if isinstance(item, ArticleMessage)]


def test_each_mail_is_an_article(tmp_path: Path) -> None:
    attached = mail("Mit Bild", TEXT, Message_ID="<2@waldau.example>")
    attached.add_attachment(b"\x89PNG" * 100, maintype="image", subtype="png", filename="bild.png")
    path = write(
        tmp_path / "presse.mbox",
        mail("Freibad schließt", TEXT, Message_ID="<1@waldau.example>", List_Id="<presse.waldau.example>"),
        attached,
        mail("Nur HTML", None, html="<h1>Brücke</h1><p>Der Rat tagte.</p>"),
        mail("Beides", TEXT, html="<p>anders</p>"),
        mail("Leerer Text", " \n\n", html="<h1>Brücke</h1><p>Der Rat tagte.</p>"),
    )
    first, second, third, fourth, fifth = values(path)
    assert (first["id"], first["title"]) == ("1@waldau.example", "Freibad schließt")
    assert first["text"] == TEXT, "lines that begin with From are quoted in the file"
    assert (first["source"], first["published_at"]) == ("Stadt Waldau, Pressestelle", "2022-01-10T09:00:00+01:00")
    assert first["meta"]["mail"]["list_id"] == "<presse.waldau.example>"
    assert (second["id"], second["text"]) == ("2@waldau.example", TEXT)
    assert "Brücke" in third["html"]
    assert third["text"] is None
    assert (fourth["text"], fourth["html"]) == (TEXT, None)
    assert (fifth["text"], fifth["html"]) == (None, third["html"])


def test_a_mailbox_may_be_gzipped_and_lies_in_folders(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mbox", mail("Eins", TEXT), mail("Zwei", TEXT))
    zipped = tmp_path / "b.mbox.gz"
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    assert values(zipped) == values(path)
    assert [Path(name).name for name in found([str(tmp_path)])] == ["a.mbox", "b.mbox.gz"]


def test_what_is_no_article_is_passed_over_and_what_is_too_large_refused(tmp_path: Path) -> None:
    picture = EmailMessage()
    picture["Subject"] = "Bild"
    picture.set_content(b"\x89PNG", maintype="image", subtype="png")
    path = write(tmp_path / "a.mbox", picture, mail("Lang", "x" * 50_000), mail("Leer", " "), mail("Gut", TEXT))
    got = read(path)
    assert [type(item) for item in got] == [Skipped, RefusedInput, Skipped, ArticleMessage]
    assert got[1].origin.endswith("a.mbox#2")
    assert got[1].reason == "larger than 40,000 bytes"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Type: text/plain; charset=gibt-es-nicht",
        b"Date: gestern",
        b"From: <<<>>>,,;",
        b"From: " + b"(" * 400,
        b"Subject: =?utf-8?B?kaputt?=",
        b"Message-ID: <<[",
        b"Content-Transfer-Encoding: base64",
        b"keine Kopfzeile",
    ],
)
def test_bad_mails_give_an_article_or_one_line(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(b"From x Mon Jan 10 09:00:00 2022\n" + head + b"\n\nDer Rat von Waldau tagte.\n\n")
    (item,) = read(path)
    if isinstance(item, RefusedInput):
        assert "\n" not in item.reason
    else:
        assert isinstance(item, ArticleMessage | Skipped)


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_a_mailbox_without_mails(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "leer.mbox").write_bytes(data)
    assert read(tmp_path / "leer.mbox") == []


def test_a_mail_that_no_line_of_a_mailbox_precedes_is_read(tmp_path: Path) -> None:
    """As a mail program saves a single one."""
    path = tmp_path / "a.mbox"
    path.write_bytes(bytes(mail("Freibad schließt", TEXT)))
    assert [value["title"] for value in values(path)] == ["Freibad schließt"]


def test_only_behind_an_empty_line_does_from_begin_a_mail(tmp_path: Path) -> None:
    """Not every program quotes such lines."""
    path = tmp_path / "a.mbox"
    path.write_bytes(b"From a\nSubject: Eins\n\nWaldau\nFrom Waldau to Berlin\n\nFrom b\nSubject: Zwei\n\nDoch\n")
    assert [(value["title"], value["text"]) for value in values(path)] == [
        ("Eins", "Waldau\nFrom Waldau to Berlin\n"),
        ("Zwei", "Doch\n"),
    ]


def test_only_lines_that_begin_with_from_behind_their_signs_have_one_sign_too_many(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(b"From a\nSubject: Eins\n\n> Zitat\n>From Waldau\n>>From Berlin\nFromm\n")
    (value,) = values(path)
    assert value["text"] == "> Zitat\nFrom Waldau\n>From Berlin\nFromm\n"


@pytest.mark.parametrize(
    "header",
    [
        b"Date: 999999999999 Jan 2026 00:00:60 Jan",
        b"Date: Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        b"From: " + b'"a" ' * 9_000,
    ],
)
def test_a_mail_with_odd_headers_does_not_end_the_file(tmp_path: Path, header: bytes) -> None:
    odd = header + b"\nSubject: Seltsam\n\nWaldau baut ein Bad.\n"
    path = write(tmp_path / "post.mbox", odd, mail("Danach", TEXT))
    begun = time.process_time()
    found = read(path)
    assert time.process_time() - begun < 2
    assert len(found) == 2
    assert isinstance(found[-1], ArticleMessage)
    if isinstance(found[0], RefusedInput):
        assert found[0].reason.startswith("no mail that can be read: ")


def test_a_line_without_end_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "post.mbox.gz"
    with gzip.open(path, "wb") as out:
        out.write(b"From a\nSubject: x\n\n" + b"a" * 20_000_000 + b"\n\n")
        out.write(b"From b\n" + bytes(mail("Danach", "Waldau baut ein Bad.")))
    tracemalloc.start()
    found = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(item) for item in found] == [RefusedInput, ArticleMessage]
    assert most < 10_000_000
