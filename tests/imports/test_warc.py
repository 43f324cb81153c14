"""Pages in WARC files: which are articles, in which encodings, and what becomes of records that are damaged."""

import gzip
import io
import re
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from agents.imports.messages import Skipped
from tests.imports.reading import read, refused, values


def warc(*, zipped: bool) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=zipped)

    def add(kind: str, url: str, body: bytes, status: str = "200 OK", content: str = "text/html; charset=iso-8859-1",
            **headers: str) -> None:  # fmt: skip
        http = None
        if kind == "response":
            http = StatusAndHeaders(status, [("Content-Type", content), *headers.items()], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(url, kind, payload=io.BytesIO(body), http_headers=http))

    add("response", "https://a.example/1", "<h1>Brücke</h1>".encode("latin-1"))
    add("response", "https://a.example/bild", b"\x89PNG", content="image/png")
    add("response", "https://a.example/weg", b"<h1>Weg</h1>", status="404 Not Found")
    packed = gzip.compress(b"<h1>Gezippt</h1>")
    add("response", "https://a.example/2", packed, content="text/html", **{"Content-Encoding": "gzip"})
    add("response", "https://a.example/bombe", gzip.compress(b"a" * 30_000_000), **{"Content-Encoding": "gzip"})
    add("conversion", "https://a.example/3", "Nur Text über Brücken".encode())
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_warc(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(warc(zipped=name.endswith(".gz")))
    got = read(path)
    first, second, third = values(got)
    assert (first["url"], first["html"]) == ("https://a.example/1", "<h1>Brücke</h1>")
    assert set(first["meta"]["warc"]) == {"date", "record_id"}
    assert second["html"] == "<h1>Gezippt</h1>"
    assert (third["text"], third["html"]) == ("Nur Text über Brücken", None)
    assert sum(isinstance(item, Skipped) for item in got) == 2
    assert refused(got) == [(f"{name}#5", "larger than 100,000 bytes, the limit of a message")]


def test_what_a_terminal_would_obey_in_an_address_is_not_printed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "a.warc").open("wb") as out:
        writer = WARCWriter(out, gzip=False)
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        url, payload = "https://a.example/ \x1b]0;Titel\x07", io.BytesIO(b"<h1>Weg</h1>")
        writer.write_record(writer.create_warc_record(url, "response", payload=payload, http_headers=http))
    (article,) = values(read(tmp_path / "a.warc"))
    assert article["url"].startswith("https://a.example/%20")
    assert "\x1b" not in caplog.text + "".join(capfd.readouterr())


def test_pages_of_a_warc_in_other_encodings_are_inflated_or_refused(tmp_path: Path) -> None:
    page = "<h1>Brücke</h1>".encode()
    packed = zstandard.compress(page)
    bodies = [
        (packed, {"Content-Encoding": "zstd"}),
        (
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed),
            {"Content-Encoding": "ZSTD", "Transfer-Encoding": "chunked"},
        ),
        (zstandard.compress(page[:5]) + zstandard.compress(page[5:]), {"Content-Encoding": "zstd"}),
        (zstandard.compress(b"a" * 30_000_000), {"Content-Encoding": "zstd"}),
        (b"kein zstd", {"Content-Encoding": "zstd"}),
        (b"\x0b\x07\x80<h1>Br\xc3\xbccke</h1>\x03", {"Content-Encoding": "br"}),
        (packed, {"Content-Encoding": "gzip, zstd"}),
        (page, {"Content-Encoding": "identity"}),
    ]
    with (tmp_path / "a.warc").open("wb") as out:
        writer = WARCWriter(out, gzip=False)
        for body, headers in bodies:
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers.items()], protocol="HTTP/1.1")
            url, payload = "https://a.example/1", io.BytesIO(body)
            writer.write_record(writer.create_warc_record(url, "response", payload=payload, http_headers=http))
    tracemalloc.start()
    got = read(tmp_path / "a.warc")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [value["html"] for value in values(got)] == ["<h1>Brücke</h1>"] * 4
    assert [reason.partition(": ")[0] for _, reason in refused(got)] == [
        "larger than 100,000 bytes, the limit of a message",
        "the Content-Encoding 'zstd' cannot be undone",
        "the Content-Encoding 'br' cannot be undone",
        "the Content-Encoding 'gzip, zstd' cannot be undone",
    ]
    assert most < 10_000_000


def test_a_warc_that_is_gzipped_as_a_whole_is_read_as_one_that_is_not(tmp_path: Path) -> None:
    plain = warc(zipped=False)
    (tmp_path / "a.warc").write_bytes(plain)
    path = tmp_path / "b.warc.gz"
    path.write_bytes(gzip.compress(plain))
    assert values(read(path)) == values(read(tmp_path / "a.warc"))
    assert refused(read(path)) == [("b.warc.gz#5", "larger than 100,000 bytes, the limit of a message")]

    stored = gzip.compress(plain, compresslevel=0)  # so that it can be cut where a record ends
    begin = stored.index(b"WARC/1.")
    third, fourth = (record.start() for record in [*re.finditer(rb"WARC/1\.", plain)][2:4])
    for end, place in ((third, 3), (third + 40, 3), (fourth - 9, 3), (fourth, 4)):
        path.write_bytes(stored[: begin + end])
        got = read(path)
        assert len(values(got)) == 1
        ((origin, reason),) = refused(got)
        assert origin == f"b.warc.gz#{place}"
        assert reason in (
            "the archive is cut off here",
            "the archive is damaged here; the rest is not read: the heading of a record is not whole",
        )


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_warc_that_is_cut_off_gives_what_came_before(tmp_path: Path, name: str) -> None:
    path, out = tmp_path / name, io.BytesIO()
    writer, ends = WARCWriter(out, gzip=name.endswith(".gz")), [0]
    for number in range(3):
        http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        payload = io.BytesIO(f"<p>Seite {number}, die zu Ende geht.</p>".encode())
        writer.write_record(writer.create_warc_record("https://a.example/1", "response", payload, http_headers=http))
        ends.append(out.tell())
    for size in {*range(1, ends[-1], 7), *ends[1:]}:
        path.write_bytes(out.getvalue()[:size])
        got = read(path)
        whole = len(values(got))
        assert whole >= sum(end <= size for end in ends[1:])
        assert [value["html"] for value in values(got)] == [
            f"<p>Seite {n}, die zu Ende geht.</p>" for n in range(whole)
        ]
        reasons = [reason for _, reason in refused(got)]
        assert len(reasons) == (ends[whole] < size)
        assert all("damaged" in reason or "cut off" in reason for reason in reasons)


def test_what_is_no_warc_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.warc").write_bytes(b"kein Archiv")
    ((origin, reason),) = refused(read(tmp_path / "b.warc"))
    assert origin == "b.warc#1"
    assert "damaged" in reason


@pytest.mark.parametrize("length", ["9" * 20, "9" * 5000, "-1", "viel"])
def test_a_record_of_a_warc_whose_length_is_none_is_damaged(tmp_path: Path, length: str) -> None:
    data = warc(zipped=False)
    named = data.index(b"Content-Length: ") + len("Content-Length: ")
    path = tmp_path / "b.warc"
    path.write_bytes(data[:named] + length.encode() + data[data.index(b"\r\n", named) :])
    assert "damaged" in refused(read(path))[-1][1]
