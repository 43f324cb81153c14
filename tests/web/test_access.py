"""Who may see and do what, over HTTP."""

import asyncio
import html
import re
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from agents.web.auth import COOKIE, EndedSessions
from tests.web.conftest import TOKEN, Serve

Client = TestClient[Any, Any]
HTML = {"Accept": "text/html"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BUILT_IN = ["/table/", "/table/x/", "/router/", "/router/x/", "/assignment/", "/graph/", "/performance/"]


async def code(client: Client, path: str, method: str = "GET", **options: Any) -> int:
    async with client.request(method, URL(path, encoded=True), allow_redirects=False, **options) as response:
        return response.status


async def log_in(client: Client, token: str) -> Any:
    return await client.post("/login", data={"token": token, "next": "/operations"}, allow_redirects=False)


@pytest.mark.parametrize("path", ["/", "/operations", "/api/articles", "/metrics", "/articles/a-1", "/live", "/search"])
async def test_beyond_loopback_nothing_is_open(serve: Serve, path: str) -> None:
    client = await serve(host="0.0.0.0")
    assert await code(client, path) == 401
    assert await code(client, path, headers={"Authorization": "Bearer falsch"}) == 401
    assert await code(client, path, headers=HTML) == 302
    if path != "/live":
        assert await code(client, path, headers=BEARER) == 200


async def test_but_health_and_login(serve: Serve) -> None:
    client = await serve(host="0.0.0.0")
    for path in ("/health/live", "/health/ready", "/login", "/static/style.css"):
        assert await code(client, path) == 200


@pytest.mark.parametrize("path", BUILT_IN)
async def test_fausts_own_pages_need_the_token_even_on_loopback(serve: Serve, path: str) -> None:
    client = await serve()
    assert await code(client, path) in {401, 404}
    none = await serve(token=None)
    assert await code(none, path) in {401, 404}


async def test_the_tables_page_is_there_but_closed(serve: Serve) -> None:
    client = await serve()
    assert await code(client, "/table/") == 401
    assert await code(client, "/table/", headers=BEARER) == 200


async def test_the_login_form(serve: Serve) -> None:
    client = await serve(host="0.0.0.0")
    wrong = await log_in(client, "falsch")
    assert wrong.status == 403
    assert "Set-Cookie" not in wrong.headers
    assert await code(client, "/", headers=HTML) == 302
    right = await log_in(client, TOKEN)
    assert (right.status, right.headers["Location"]) == (303, "/operations")
    cookie = right.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert await code(client, "/", headers=HTML) == 200
    await client.post("/logout")
    assert await code(client, "/", headers=HTML) == 302


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=Umbau+%26+Geld&source=K%C3%BCstenbote",
        "/articles/a%2F2%20%C3%BC",
        "/articles/?id=a%3Fb%23c",
        "/dead-letters?stage=clean&reason=empty",
        "/?source=Tagblatt&quoting=1",
        "/operations",
    ],
)
async def test_a_login_leads_back_to_the_very_page(serve: Serve, path: str) -> None:
    client = await serve()
    page = await (await client.get(URL(path, encoded=True), headers=HTML)).text()
    links = re.findall(r'href="(/login[^"]*)"', page)
    assert links
    for link in links:
        form = await (await client.get(URL(html.unescape(link), encoded=True))).text()
        found = re.search(r'name="next" value="([^"]*)"', form)
        assert found
        assert html.unescape(found[1]) == path


@pytest.mark.parametrize("path", ["/", "/operations"])
async def test_a_page_that_is_kept_for_all_leads_nobody_to_where_another_was(serve: Serve, path: str) -> None:
    client = await serve()
    for query in ("?eines=anderen", ""):
        text = await (await client.get(path + query)).text()
        assert f'href="/login?next={path}"' in text


async def test_the_login_page_leads_to_no_login(serve: Serve) -> None:
    client = await serve()
    assert "/login?" not in await (await client.get("/login")).text()


@pytest.mark.parametrize("cookie", ["", "1.x", "99999999999.", "99999999999.00", "²", "x.y", "9" * 5000 + ".a"])
async def test_forged_sessions(serve: Serve, cookie: str) -> None:
    client = await serve(host="0.0.0.0")
    assert await code(client, "/", headers={"Cookie": f"{COOKIE}={cookie}".encode().decode("latin-1")}) == 401


async def test_a_session_of_another_token_is_none(serve: Serve) -> None:
    client = await serve(host="0.0.0.0", token="ein anderes Wort, lang")
    response = await log_in(client, "ein anderes Wort, lang")
    cookie = response.headers["Set-Cookie"].split(";")[0]
    other = await serve(host="0.0.0.0")
    assert await code(other, "/", headers={"Cookie": cookie}) == 401


async def test_a_session_that_was_ended_is_none(serve: Serve) -> None:
    client = await serve(host="0.0.0.0")
    first, second = [(await log_in(client, TOKEN)).headers["Set-Cookie"].split(";")[0] for _ in range(2)]
    client.session.cookie_jar.clear()
    assert await code(client, "/", headers={"Cookie": first}) == 200
    await client.post("/logout", headers={"Cookie": first})
    assert await code(client, "/", headers={"Cookie": first}) == 401
    assert await code(client, "/", headers={"Cookie": second}) == 200


def test_an_ended_session_is_none_for_the_other_workers_of_the_host(tmp_path: Path) -> None:
    one, other = EndedSessions(tmp_path / "web" / "ended"), EndedSessions(tmp_path / "web" / "ended")
    assert "99999999999-a" not in other
    one.add("99999999999-a")
    assert "99999999999-a" in other
    other.add("99999999999-b")
    assert all(session in one for session in ("99999999999-a", "99999999999-b"))
    assert "99999999999-c" not in one


async def test_guessing_bearer_tokens_is_slowed_down_and_the_right_one_with_it(serve: Serve) -> None:
    client = await serve(host="0.0.0.0")
    for _ in range(20):
        assert await code(client, "/api/articles", headers=BEARER) == 200
    codes = [await code(client, "/api/articles", headers={"Authorization": f"Bearer {n}"}) for n in range(8)]
    assert codes == [401] * 5 + [429] * 3
    assert await code(client, "/api/articles", headers=BEARER) == 429
    assert await code(client, "/health/live") == 200


@pytest.mark.parametrize("path", ["/", "/api/articles"])
@pytest.mark.parametrize(
    "header",
    [
        b"Authorization: Bearer \xff\xfe",
        b"Authorization: \xe4\xf6",
        b"Cookie: redefluss_session=\xff.\xfe",
        b"Cookie: \xff=\xff",
        b"Accept-Language: \xff",
        b"X-Forwarded-For: \xff",
    ],
)
async def test_headers_that_are_no_utf_8(serve: Serve, path: str, header: bytes) -> None:
    client = await serve(host="0.0.0.0")
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(b"GET %b HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n%b\r\n\r\n" % (path.encode(), header))
    assert int((await reader.readline()).split()[1]) in {302, 400, 401}
    writer.close()


async def test_looking_up_people_at_a_gallop_is_slowed_down(serve: Serve) -> None:
    client = await serve()
    codes = [await code(client, "/api/people?q=a", headers=BEARER) for _ in range(100)]
    assert codes[0] == 200
    assert codes[-1] == 429


@pytest.mark.parametrize("query", ["limit=" + "9" * 5000, "limit=0", "before=" + "1" * 19, "before=1" + "0" * 40])
async def test_long_numbers(serve: Serve, query: str) -> None:
    client = await serve()
    assert await code(client, f"/api/articles?{query}") == (200 if query.endswith("=" + "1" * 19) else 400)


async def test_a_file_with_a_name_that_no_file_can_have_is_not_found(serve: Serve) -> None:
    """Whoever reaches the port could fill the log with tracebacks: these files need no token."""
    client = await serve()
    assert await code(client, f"/static/{'x' * 4000}") == 404
    assert await code(client, "/static/%00") == 404


async def test_guessing_is_slowed_down(serve: Serve) -> None:
    client = await serve()
    codes = [(await log_in(client, f"versuch {n}")).status for n in range(8)]
    assert codes.count(403) == 5
    assert codes[-1] == 429


@pytest.mark.parametrize(
    ("host", "right"),
    [
        ("127.0.0.1:6066", True),
        ("localhost:6066", True),
        ("[::1]:6066", True),
        ("evil.example", False),
        ("evil.example:6066", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
async def test_on_loopback_other_names_are_refused(serve: Serve, host: str, right: bool) -> None:
    client = await serve()
    assert await code(client, "/api/articles", headers={"Host": host}) == (200 if right else 421)


@pytest.mark.parametrize("path", ["/api/dead-letters/0/0", "/dead-letters/0/0"])
async def test_a_replay_needs_the_token_and_the_own_site(serve: Serve, path: str) -> None:
    client = await serve()
    assert await code(client, path, "POST") in {401, 302}
    assert await code(client, path, "POST", headers=BEARER | {"Origin": "https://evil.example"}) == 403
    assert await code(client, path, "POST", headers=BEARER | {"Sec-Fetch-Site": "cross-site"}) == 403
    assert await code(client, path, "POST", headers=BEARER) == 404
    none = await serve(token=None)
    assert await code(none, path, "POST", headers=BEARER) in {401, 302}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
async def test_pages_are_for_reading(serve: Serve, method: str) -> None:
    client = await serve()
    assert await code(client, "/", method) == 405


@pytest.mark.parametrize(
    ("kind", "body", "answered"),
    [
        ("application/x-www-form-urlencoded; charset=punycode", b"token=" + b"x" * 60_000, 403),
        ("application/x-www-form-urlencoded; charset=zip", b"token=falsch", 403),
        ("application/x-www-form-urlencoded", b"token=\xff&token=%FF", 403),
        ("application/x-www-form-urlencoded", b"token=" + b"x" * 70_000, 413),
        ("application/x-www-form-urlencoded", b"a&" * 2_000, 400),
        ("multipart/form-data; boundary=x", b"--y", 415),
        ("text/plain", b"token=falsch", 415),
    ],
)
async def test_whatever_is_sent_for_a_form_is_answered_at_once(
    serve: Serve, kind: str, body: bytes, answered: int
) -> None:
    client = await serve(host="0.0.0.0")
    begun = time.process_time()
    assert await code(client, "/login", "POST", data=body, headers={"Content-Type": kind}) == answered
    assert time.process_time() - begun < 1


async def test_compressed_rubbish_for_a_form_is_refused(serve: Serve) -> None:
    client = await serve(host="0.0.0.0")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    assert await code(client, "/login", "POST", data=b"kein gzip", headers=headers) == 400


async def test_other_sites_may_link_here_but_not_fetch(serve: Serve) -> None:
    client = await serve()
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in ("/api/quotes?format=csv", "/live", "/metrics"):
        assert await code(client, path, headers={**foreign, "Sec-Fetch-Mode": "no-cors"}) == 403
    assert await code(client, "/", headers={**foreign, "Sec-Fetch-Mode": "navigate"}) == 200
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert await code(client, "/api/articles", headers=own) == 200
    assert await code(client, "/api/articles") == 200
