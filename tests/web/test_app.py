"""The app over HTTP, as a browser without scripts uses it, and as attackers do."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from paperlark.domain.remaining import Remaining
from paperlark.web.lists import left_text
from paperlark.web.parts import PART
from paperlark.web.server import find_running, listening
from paperlark.web.sessions import COOKIE, LASTS, Sessions
from standins.reading import App, app, first_app

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
DAY = "2025-03-25"
EVERY = f"/day/{DAY}?all"


@pytest.fixture
def client(reading: App) -> Iterator[httpx.Client]:
    """Return a browser's session."""
    with httpx.Client(base_url=reading.origin, follow_redirects=True, timeout=60) as found:
        assert found.get(reading.address).url.path == "/"
        yield found


@pytest.fixture
def paper(client: httpx.Client, untouched: list[str]) -> str:
    """Return a paper that nothing was done with."""
    if not untouched:
        untouched += _papers(client, EVERY)
    return untouched.pop()


@pytest.fixture(scope="module")
def untouched() -> list[str]:
    """Keep the papers that no test has used."""
    return []


def _page(client: httpx.Client, path: str = EVERY) -> LexborHTMLParser:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def _fields(form: LexborNode) -> dict[str, str]:
    return {
        one.attributes["name"] or "": one.attributes.get("value") or ""
        for one in form.css("input[name]")
    }


def _fields_of(client: httpx.Client, paper: str, action: str, path: str = EVERY) -> dict[str, str]:
    """Return what pressing a button sends, from a browser without scripts."""
    page = _page(client, path)
    form, button = (
        page.css_first("#acts"),
        page.css_first(f'[data-paper="{paper}"] [data-action="{action}"]'),
    )
    assert form is not None
    assert button is not None
    return {**_fields(form), "do": button.attributes["value"] or ""}


def _press(client: httpx.Client, paper: str, action: str) -> httpx.Response:
    return client.post("/act", data=_fields_of(client, paper, action))


def _pressed(client: httpx.Client, paper: str, path: str = EVERY) -> set[str]:
    buttons = _page(client, path).css(f'[data-paper="{paper}"] .acts [aria-pressed="true"]')
    return {one.attributes["data-action"] or "" for one in buttons}


def _papers(client: httpx.Client, path: str = EVERY) -> list[str]:
    return [one.attributes["data-paper"] or "" for one in _page(client, path).css("[data-paper]")]


def test_the_first_papers_are_sent_before_the_last_are_written(client: httpx.Client) -> None:
    with client.stream("GET", EVERY) as answer:
        pieces = list(answer.iter_raw())
    first, whole = pieces[0].decode(), b"".join(pieces).decode()
    assert "content-length" not in answer.headers
    assert 'data-paper="' in first
    assert first.count('data-paper="') < whole.count('data-paper="')
    assert whole.rstrip().endswith("</html>")


@pytest.mark.parametrize("path", ["/list/saved", "/search?q=language+models"])
def test_saved_papers_and_a_search_end_with_the_addresses_of_their_feeds(
    client: httpx.Client, reading: App, path: str
) -> None:
    links = [one.attributes["href"] or "" for one in _page(client, path).css(".feeds a")]
    assert [one.rpartition(".")[2] for one in links] == ["xml", "json"]
    # A program for feeds has no session.
    answers = [httpx.get(f"{reading.origin}{one}") for one in links]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[1].json()["version"] == "https://jsonfeed.org/version/1.1"


def test_a_day_is_read_with_links_and_forms_alone(
    client: httpx.Client, reading: App, paper: str
) -> None:
    answer = _press(client, paper, "want")
    assert (answer.url.path, answer.url.fragment) == (f"/day/{DAY}", f"paper-{paper}")
    assert _pressed(client, paper) == {"want"}
    assert _papers(client, "/list/wanted")[0] == paper
    assert (paper, "up") in _votes(reading)
    _press(client, paper, "save")
    _press(client, paper, "not")
    assert _pressed(client, paper) == {"not", "save"}
    assert (paper, "down") in _votes(reading)
    for expected in ({"want", "save"}, {"want"}, set()):
        undo = _page(client).css_first("[data-undo]")
        assert undo is not None
        client.post("/undo", data=_fields(undo))
        assert _pressed(client, paper) == expected
    assert paper not in dict(_votes(reading))


def _votes(reading: App) -> list[tuple[str, str]]:
    return [(vote.paper_id, str(vote.vote)) for vote, _ in reading.profile.reading.votes()]


def test_a_pressed_button_is_released(client: httpx.Client, paper: str) -> None:
    _press(client, paper, "later")
    assert _pressed(client, paper) == {"later"}
    _press(client, paper, "later")
    assert _pressed(client, paper) == set()


def test_the_same_event_sent_again_counts_once(
    client: httpx.Client, reading: App, paper: str
) -> None:
    data = _fields_of(client, paper, "save")
    before = len(reading.profile.reading.triage_history())
    for _ in range(3):
        assert client.post("/act", data=data).status_code == 200
    assert len(reading.profile.reading.triage_history()) == before + 1


def test_a_note_is_kept_and_shown_as_text(client: httpx.Client, paper: str) -> None:
    text = "<script>document.title = 'x'</script>\nfor Tuesday"
    link = _page(client).css_first(f'[data-paper="{paper}"] .note-link')
    assert link is not None
    form = _page(client, link.attributes["href"] or "").css_first(".note-form")
    assert form is not None
    client.post("/act", data={**_fields(form), "text": text})
    shown = _page(client).css_first(f'[data-paper="{paper}"] .kept-note')
    assert shown is not None
    assert shown.text() == text
    assert client.get("/note/9999.99999").status_code == 404
    assert "<script>document" not in client.get(EVERY).text


def test_every_scanned_paper_of_a_day_can_be_looked_at(client: httpx.Client) -> None:
    on_page, everything = _papers(client, f"/day/{DAY}"), _papers(client)
    assert everything[: len(on_page)] == on_page
    assert len(everything) == 45


def test_without_scripts_a_press_is_answered_with_the_part_around_its_paper(
    tmp_path: Path,
) -> None:
    with app(tmp_path) as running, httpx.Client(follow_redirects=True, timeout=60) as browser:
        browser.base_url = running.origin
        browser.get(running.address)
        for one in (*_papers(browser, EVERY), *_papers(browser, "/day/2025-02-26?all")):
            running.profile.reading.triage(one, "seen")
        everything = _papers(browser, "/list/seen")
        assert len(everything) > PART
        assert _papers(browser, "/list/seen?part=1") == everything[:PART]
        chosen = everything[-1]
        fields = {**_fields_of(browser, chosen, "later", "/list/seen"), "back": "/list/seen"}
        pressed = browser.post("/act", data=fields)
        assert pressed.url.fragment == f"paper-{chosen}"
        # What was touched last is first in such a list.
        rest = [one for one in everything if one != chosen]
        assert _shown(pressed) == [chosen, *rest[: PART - 1]]
        assert _pressed(browser, chosen, "/list/later") == {"later"}
        page = LexborHTMLParser(pressed.text)
        undo = page.css_first("[data-undo]")
        assert undo is not None
        undone = browser.post("/undo", data=_fields(undo))
        assert _shown(undone)[-1] == chosen
        assert _papers(browser, "/list/later") == []
        links = [one.attributes["href"] or "" for one in page.css(".parts a")[:2]]
        assert [_papers(browser, one) for one in links] == [everything, everything[PART:]]


def _shown(answer: httpx.Response) -> list[str]:
    papers = LexborHTMLParser(answer.text).css("[data-paper]")
    return [one.attributes["data-paper"] or "" for one in papers]


def test_all_of_a_page_can_be_marked_as_seen(client: httpx.Client) -> None:
    day = "/day/2025-02-26"
    assert _page(client, day).css(".paper:not(.seen)")
    form = _page(client, day).css_first('form[action="/seen"]')
    assert form is not None
    client.post("/seen", data=_fields(form))
    assert not _page(client, day).css(".paper:not(.seen)")


def test_the_archive_is_searched(client: httpx.Client) -> None:
    assert _papers(client, "/search?q=quantization")
    assert client.get("/search", params={"q": '"'}).status_code == 200


def test_days_topics_and_recent_lists_are_read(client: httpx.Client) -> None:
    assert len(_papers(client, "/days/2025-02-19/2025-03-25")) == len(
        {*_papers(client, "/day/2025-02-19"), *_papers(client, "/day/2025-02-26")}
    ) + len(_papers(client, f"/day/{DAY}"))
    assert client.get("/days/2025-02-19/yesterday").status_code == 404
    [link, *_] = [one.attributes["href"] or "" for one in _page(client, "/topics").css(".topics a")]
    assert _papers(client, link)
    assert _papers(client, "/list/followed")
    unread = _papers(client, "/list/unread")
    if unread:
        _press(client, unread[0], "later")
        assert unread[0] not in _papers(client, "/list/unread")


def test_criteria_are_tried_and_kept_only_when_saved(tmp_path: Path) -> None:
    with app(tmp_path) as running, httpx.Client(follow_redirects=True, timeout=60) as browser:
        browser.get(running.address)
        page = LexborHTMLParser(browser.get(f"{running.origin}/tune").text)
        form = page.css_first("#tune")
        assert form is not None
        fields, before = _fields(form), running.profile.interests.criteria_text()
        tried = {**fields, "criteria": "Only neuromorphic hardware.", "do": "try"}
        shown = LexborHTMLParser(browser.post(f"{running.origin}/tune", data=tried).text)
        assert "Neuromorphic" in shown.css(".tuned li")[1].text()  # after the followed author
        assert "up from" in shown.css_first(".tuned").text()  # type: ignore[union-attr]
        assert running.profile.interests.criteria_text() == before
        browser.post(f"{running.origin}/tune", data={**tried, "do": "save"})
        assert running.profile.interests.criteria_text() == "Only neuromorphic hardware.\n"
        again = browser.get(f"{running.origin}/tune").text
        assert "Only neuromorphic hardware." in again
        assert "up from" not in again  # the profile is read again, and ranks so by itself
        late = browser.post(f"{running.origin}/tune", data={**tried, "do": "save"})
        assert late.status_code == 409
        assert "changed meanwhile" in late.text


def test_settings_are_tried_and_written_into_the_profile_without_losing_a_comment(
    tmp_path: Path,
) -> None:
    with app(tmp_path) as running, httpx.Client(follow_redirects=True, timeout=60) as browser:
        browser.base_url = running.origin
        browser.get(running.address)
        file = running.home / "paperlark.toml"
        file.write_text(file.read_text() + "\n# the end of it\n")
        author = running.profile.reading.reading_day(others=True).others[-1].paper.authors[0].name
        page = _page(browser, "/tune")
        before, criteria = file.read_text(), running.profile.interests.criteria_text()
        own = len(page.css("ol.tuned li"))
        names = "\n".join(one.name for one in running.profile.interests.draft().followed)
        form = page.css_first("#tune")
        assert form is not None
        fields = {**_fields(form), "criteria": criteria, "followed": names}
        tried = {**fields, "page_size": str(own - 2), "followed": f"{author}\n", "do": "try"}
        shown = LexborHTMLParser(browser.post("/tune", data=tried).text)
        papers = [one.text() for one in shown.css("ol.tuned li")]
        assert len(papers) == own - 2
        assert "★ followed" in papers[0]
        assert "new" in papers[0]
        assert "No longer on the page" in shown.text()
        assert file.read_text() == before
        browser.post("/tune", data={**tried, "do": "save"})
        profile = running.profile.settings.profile
        assert [one.name for one in profile.followed] == [author]
        assert profile.page_size == own - 2
        comments = [one for one in before.splitlines() if "#" in one and "page_size" not in one]
        assert [one for one in comments if one not in file.read_text().splitlines()] == []
        assert running.profile.interests.criteria_text() == criteria
        late = browser.post("/tune", data={**tried, "page_size": "3", "do": "save"})
        assert late.status_code == 409
        assert "changed meanwhile" in late.text
        again = _page(browser, "/tune")
        assert len(again.css("ol.tuned li")) == own - 2
        assert not again.css(".tuned b.moved")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"page_size": "0"}, 400),
        ({"page_size": ""}, 400),
        ({"page_size": "\u0663"}, 400),
        ({"relevance": "11"}, 400),
        ({"followed": "Li"}, 409),
        ({"followed": "\n".join(f"Ada Lovelace{n}" for n in range(501))}, 409),
    ],
)
def test_settings_that_cannot_be_are_refused(
    client: httpx.Client, reading: App, changes: dict[str, str], status: int
) -> None:
    form = _page(client, "/tune").css_first("#tune")
    assert form is not None
    before = (reading.home / "paperlark.toml").read_bytes()
    for do in ("try", "save"):
        data = {**_fields(form), "criteria": "Bats", **changes, "do": do}
        answer = client.post("/tune", data=data)
        assert answer.status_code == status, answer.text
        assert len(answer.text.splitlines()) == 1
    assert (reading.home / "paperlark.toml").read_bytes() == before


@pytest.mark.parametrize(
    ("criteria", "status"), [("", 409), ("x" * 31_000, 409), ("x" * 10_000_000, 413)]
)
def test_criteria_that_cannot_be_are_refused(
    client: httpx.Client, reading: App, criteria: str, status: int
) -> None:
    form = _page(client, "/tune").css_first("#tune")
    assert form is not None
    before = reading.profile.interests.criteria_text()
    data = {**_fields(form), "criteria": criteria, "do": "save"}
    assert client.post("/tune", data=data).status_code == status
    assert reading.profile.interests.criteria_text() == before


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"do": "want 9999.99999 - -"}, 409),
        ({"do": "want no-paper - -"}, 400),
        ({"do": f"want {'x' * 10_000} - -"}, 400),
        ({"do": "burn 2503.18893 - -"}, 400),
        ({"do": "want 2503.18893 yesterday -"}, 400),
        ({"do": "want 2503.18893 - -1"}, 400),
        ({"do": "want 2503.18893 - ٣"}, 400),
        ({"do": "want"}, 400),
        ({"event": ""}, 400),
        ({"event": "e" * 1_000}, 400),
        ({"text": "n" * 5_000}, 413),
        ({"text": "n" * 10_000_000}, 413),
        ({"token": "another session's"}, 403),
    ],
)
def test_bad_input_is_told_in_one_line_and_changes_nothing(
    client: httpx.Client, reading: App, paper: str, changes: dict[str, str], status: int
) -> None:
    before = reading.profile.reading.triage_history()
    answer = client.post("/act", data={**_fields_of(client, paper, "want"), **changes})
    assert answer.status_code == status, answer.text
    assert len(answer.text.splitlines()) == 1
    assert reading.profile.reading.triage_history() == before


@pytest.mark.parametrize("path", ["/day/2025-02-30", "/day/..%2f..%2fetc", "/list/all", "/nothing"])
def test_an_address_that_is_not_there_is_told(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/static/..%2fapp.py", "/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"],
)
def test_no_other_file_is_served(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


# Attacks


def _post(client: httpx.Client, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    data = _fields_of(client, _papers(client)[0], "want")
    return client.post("/act", data=data, headers=names)


def test_another_name_for_this_machine_is_refused(client: httpx.Client) -> None:
    """Whoever has a name that leads here can make a browser believe that we are of its site."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", ""):
        assert client.get("/", headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing(
    client: httpx.Client, reading: App, headers: dict[str, str]
) -> None:
    before = reading.profile.reading.triage_history()
    assert _post(client, **headers).status_code == 403
    assert reading.profile.reading.triage_history() == before


def test_nobody_reads_or_votes_without_a_session(reading: App) -> None:
    with httpx.Client(base_url=reading.origin) as stranger:
        for path in ("/", f"/day/{DAY}", "/list/saved", "/votes.jsonl", "/static/read.js"):
            assert stranger.get(path).status_code == 403
        assert stranger.get("/?token=guessed").status_code == 403
        assert stranger.post("/act", data={"paper": "2503.18893"}).status_code == 403
        assert stranger.get("/healthz").json().keys() == {"paperlark", "instance"}


def test_a_session_is_not_chosen_by_somebody_else(reading: App) -> None:
    """A cookie that was set before does not become a session when its reader comes in."""
    with httpx.Client(base_url=reading.origin) as client:
        port = reading.origin.rpartition(":")[2]
        client.cookies.set(f"{COOKIE}-{port}", "99999999999.chosen.signature")
        assert client.get("/").status_code == 403
        answer = client.get(reading.address)
        assert answer.status_code == 303
        assert "chosen" not in answer.headers["set-cookie"]


def test_style_and_scripts_are_asked_for_once(client: httpx.Client) -> None:
    page = _page(client)
    links = [*page.css('link[rel="stylesheet"]'), *page.css("script")]
    addresses = [one.attributes.get("href") or one.attributes["src"] or "" for one in links]
    assert [one.partition("?")[0] for one in addresses] == [
        "/static/read.css",
        "/static/early.js",
        "/static/read.js",
    ]
    for one in addresses:
        assert "immutable" in client.get(one).headers["cache-control"]
        for other in (one.partition("?")[0], f"{one}0"):  # a later version's, or none
            assert client.get(other).headers["cache-control"] == "no-cache"


def test_what_a_page_may_do_is_said_in_every_answer(client: httpx.Client, reading: App) -> None:
    for answer in (client.get("/"), client.get("/nothing"), httpx.get(f"{reading.origin}/")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<[^>]+\son\w+=|<style|style=", client.get(f"/day/{DAY}").text)


def test_a_cookie_is_for_this_server_and_no_script(reading: App) -> None:
    [cookie] = httpx.get(reading.address).headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_form_leads_back_to_this_server_alone(client: httpx.Client) -> None:
    fields = _fields_of(client, _papers(client)[0], "later")
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"):
        answer = client.post("/act", data={**fields, "back": back}, follow_redirects=False)
        assert answer.headers["location"].startswith("/?near="), back


def test_it_is_reached_from_this_machine_alone_by_the_first_free_port() -> None:
    with listening(0) as first:
        first.listen()
        address, port = first.getsockname()
        assert address == "127.0.0.1"
        with listening(port) as second:
            assert second.getsockname()[0] == "127.0.0.1"
            assert second.getsockname()[1] > port


def test_two_apps_are_used_in_one_browser(tmp_path: Path, reading: App) -> None:
    """A browser sends the cookies of one port to every other port of the same machine."""
    with app(tmp_path, made=False) as second, httpx.Client(follow_redirects=True) as browser:
        for one in (reading, second, reading, second):
            assert browser.get(one.address).status_code == 200
        for one in (reading, second):
            assert browser.get(f"{one.origin}/list/saved").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order(tmp_path: Path, number: int) -> None:
    with app(tmp_path, made=False) as running:
        assert find_running(running.profile) is not None
        assert running.end(number) == 0
        assert find_running(running.profile) is None


def test_one_that_runs_is_found_and_somebody_else_is_not(tmp_path: Path) -> None:
    with app(tmp_path, made=False) as running:
        found = find_running(running.profile)
        assert found is not None
        assert found.address == running.address
        port = int(running.origin.rpartition(":")[2])
        running.end(signal.SIGKILL)
        with serving(port):
            assert find_running(running.profile) is None


@contextmanager
def serving(port: int) -> Iterator[None]:
    """Serve something else on a port."""
    with ThreadingHTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


# Sessions


def test_a_session_expires_and_is_kept_by_use() -> None:
    sessions = Sessions()
    cookie = sessions.issue(1_000.0)
    assert sessions.holds(cookie, 1_000.0 + LASTS - 1)
    assert not sessions.holds(cookie, 1_000.0 + LASTS)
    renewed = sessions.renewed(cookie, 2_000.0)
    assert sessions.holds(renewed, 1_000.0 + LASTS)
    assert sessions.form_token(renewed) == sessions.form_token(cookie)


def test_a_forged_session_is_none() -> None:
    sessions = Sessions()
    end, name, signature = sessions.issue(0.0).split(".")
    later = str(int(end) + 1)
    for forged in (
        f"{later}.{name}.{signature}",
        f"{end}.another.{signature}",
        f"{end}.{name}.",
        f"{end}.{name}",
        "",
        "." * 500,
        Sessions().issue(0.0),
    ):
        assert not sessions.holds(forged, 0.0), forged


def test_a_session_outlives_a_restart_with_the_same_secret() -> None:
    before = Sessions()
    assert replace(before, token="another").holds(before.issue(0.0), 0.0)


def test_where_it_runs_is_known_to_its_owner_alone(reading: App) -> None:
    [note] = reading.home.rglob("*.read.json")
    assert note.stat().st_mode & 0o077 == 0


def test_the_latest_page_is_made_while_the_reader_waits(tmp_path: Path) -> None:
    with app(tmp_path, made=False) as running, httpx.Client(follow_redirects=True) as browser:
        first = browser.get(running.address, timeout=60).text
        assert "is being made" in first
        # The script follows by this, also where the page was asked for before the first step.
        assert LexborHTMLParser(first).css("[data-making] [data-step]")
        for _ in range(600):
            if browser.get(f"{running.origin}/making", timeout=60).json()["made"]:
                break
            time.sleep(0.1)
        shown = LexborHTMLParser(browser.get(f"{running.origin}/", timeout=60).text)
        assert len(shown.css("[data-paper]")) == 10
        assert [str(day) for day in running.profile.days()] == [DAY]


def test_a_first_page_learns_from_the_cards_also_where_it_is_looked_at_while_it_is_made(
    tmp_path: Path,
) -> None:
    with first_app(tmp_path) as running, httpx.Client(follow_redirects=True, timeout=60) as browser:
        browser.base_url = running.origin
        page = LexborHTMLParser(browser.get(running.address).text)

        def send(address: str, **fields: str) -> LexborHTMLParser:
            [token, *_] = page.css('input[name="token"]')
            data = {"token": token.attributes["value"] or "", **fields}
            none = {"file": b""} if address == "/begin" else None
            return LexborHTMLParser(browser.post(address, data=data, files=none).text)

        interests = "Pruning and quantization of language models."
        cards = send("/begin", do="begin", fields="cs.LG", interests=interests)
        [want, *_] = cards.css('button[value^="want"]')
        send("/card", do=want.attributes["value"] or "")
        send("/finish")
        for _ in range(600):
            browser.get("/")
            if browser.get("/making").json()["made"]:
                break
            time.sleep(0.05)
        browser.get("/")
        assert browser.get("/making").json()["made"]  # and is not made again
        [note] = running.profile.digest().notes
        assert note.startswith("1 later vote is taken in")


def test_an_error_in_a_browser_has_a_way_on(reading: App) -> None:
    with httpx.Client(follow_redirects=True) as browser:
        browser.base_url = reading.origin
        browser.get(reading.address)
        asked = {"Accept": "text/html,*/*;q=0.8"}
        page = LexborHTMLParser(browser.get("/list/<i>none", headers=asked).text)
        [told] = page.css("[role=alert]")
        assert told.text() == "There is no such list."
        assert [one.attributes["href"] for one in page.css("main a")] == ["/"]
        assert browser.get("/list/none").text == "There is no such list.\n"


def test_a_tenth_of_a_paper_is_told_where_few_are_left() -> None:
    assert "about 0.3 such papers" in left_text(Remaining(5.7, 0.3))
    assert "about 66 such papers" in left_text(Remaining(4, 65.6))
