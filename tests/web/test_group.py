"""A group: signing in, what each member sees, and what attackers do not."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

import paperlark
from paperlark import OpenedGroup, ProfileError, RunOptions
from paperlark.domain.vote_links import signed_path, vote_link
from paperlark.store.link_key import link_key
from paperlark.web.app import make_reading
from paperlark.web.group_app import open_group_app
from paperlark.web.group_guard import GroupGuard
from paperlark.web.group_sessions import LONGEST_SESSION
from paperlark.web.readers import Readers
from paperlark.web.sessions import LASTS
from paperlark.web.sign_in import LINK_LASTS
from standins.groups import DAY, Served, group_file, profiles_in
from standins.mail_server import MailServer, serving

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
MAILS = {name: f'email = "{name}@example.org"\nuser = "{name}"' for name in ("ada", "emmy")}
MAILS["sophie"] = 'email = "Sophie.G@example.org"\nuser = "sophie"'
WEEK = f"?from={DAY}&to={DAY}"


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Return three readers, each with a page."""
    return profiles_in(tmp_path_factory.mktemp("members"))


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    """Run a mail server that wants no password."""
    found = MailServer()
    with serving(found, None, login=False):
        yield found


class AtOnce(Executor):
    """Does what is submitted before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass
class Opened:
    """The app of a group in this process, with its clock."""

    group: OpenedGroup
    guard: GroupGuard
    clock: Clock
    post: MailServer

    def browser(self, peer: str = "127.0.0.1", **headers: str) -> TestClient:
        """Return a browser that has not been here."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return TestClient(
            self.guard,
            base_url=self.group.settings.address,
            headers=named,
            client=(peer, 50_000),
        )

    def links(self) -> list[str]:
        """Return the paths of the links that were mailed, the latest last."""
        texts = [str(one.get_content()) for one in self.post.taken]
        return [found for text in texts for found in re.findall(r"/sign-in/link/\S+", text)]

    def asked(self, browser: TestClient, email: str) -> str:
        """Ask for a link, and return what was answered."""
        form = _form(browser.get("/sign-in").text)
        return browser.post("/sign-in", data={**form, "email": email}).text

    def signed_in(self, name: str) -> TestClient:
        """Return the browser of a member who signed in by a link."""
        browser = self.browser()
        self.asked(browser, f"{name}@example.org")
        path = self.links()[-1]
        answer = browser.post(path, data=_form(browser.get(path).text))
        assert answer.url.path == f"/r/{name}/", answer.text
        return browser


def _form(text: str) -> dict[str, str]:
    form = LexborHTMLParser(text).css_first("main form, #acts")
    assert form is not None, text
    inputs = [one.attributes for one in form.css("input[name]")]
    return {one["name"] or "": one.get("value") or "" for one in inputs}


@contextmanager
def opened(members: Served, post: MailServer, sign_in: str, address: str = "") -> Iterator[Opened]:
    """Open the app of the group with a clock of its own."""
    mail = (
        f'[mail]\nserver = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\n'
        'sender = "papers@example.org"'
    )
    path = group_file(members, sign_in, members={**MAILS})
    text = path.read_text() + f"\n{mail}\n"
    if address:
        text = re.sub(r'address = "[^"]+"', f'address = "{address}"', text)
    path.write_text(text)
    (members.home / "group.toml.sessions.db").unlink(missing_ok=True)
    environment = members.profile("ada").environment
    options = RunOptions(feeds=members.feeds)
    group = paperlark.open_group(path, options=options, environment=environment)
    clock = Clock()
    post.taken.clear()
    with open_group_app(group, now=clock, threads=AtOnce) as guard:
        yield Opened(group, guard, clock, post)


@pytest.fixture
def by_mail(members: Served, post: MailServer) -> Iterator[Opened]:
    """Open the app of a group whose members sign in by mail."""
    with opened(members, post, 'method = "mail"') as found:
        yield found


@pytest.fixture
def by_proxy(members: Served, post: MailServer) -> Iterator[Opened]:
    """Open the app of a group behind a proxy at 10.0.0.7."""
    with opened(members, post, 'method = "proxy"\nproxies = ["10.0.0.7"]') as found:
        yield found


# A link in a mail


def test_a_member_signs_in_by_a_link_once(by_mail: Opened) -> None:
    browser = by_mail.signed_in("ada")
    assert "The page of ada" in browser.get("/").text
    [path] = by_mail.links()
    other = by_mail.browser()
    again = other.post(path, data=_form(other.get(path).text))
    assert again.status_code == 403
    assert "used already" in again.text
    assert other.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_mail_scanner_that_fetches_everything_uses_nothing_up(by_mail: Opened) -> None:
    by_mail.asked(by_mail.browser(), "ada@example.org")
    [path] = by_mail.links()
    scanner = by_mail.browser()
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        scanner.request(method, path)
    assert scanner.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    reader = by_mail.browser()
    assert reader.post(path, data=_form(reader.get(path).text)).url.path == "/r/ada/"


def test_a_known_and_an_unknown_address_get_the_same_answer(by_mail: Opened) -> None:
    answers = [by_mail.asked(by_mail.browser(), f"{one}@example.org") for one in ("ada", "eve")]
    assert len({re.sub(r'value="[^"]+"', "", one) for one in answers}) == 1
    by_mail.links()
    assert [mail["To"] for mail in by_mail.post.taken] == ["ada@example.org"]
    # What is stored for nobody signs nobody in.
    store, now = by_mail.guard.sessions.store, by_mail.clock.now
    store.add_link("of nobody", "", now=now, ends=now + LINK_LASTS)
    browser = by_mail.browser()
    path = "/sign-in/link/of nobody"
    assert browser.post(path, data=_form(browser.get(path).text)).status_code == 403


def test_an_address_is_known_however_its_letters_are_written(by_mail: Opened) -> None:
    by_mail.asked(by_mail.browser(), " sophie.g@EXAMPLE.org ")
    by_mail.links()
    assert [mail["To"] for mail in by_mail.post.taken] == ["Sophie.G@example.org"]


def test_a_link_leads_to_the_groups_own_address_whatever_the_request_says(by_mail: Opened) -> None:
    browser = by_mail.browser(X_Forwarded_Host="evil.example")
    by_mail.asked(browser, "ada@example.org")
    by_mail.links()
    assert by_mail.group.settings.address in str(by_mail.post.taken[-1].get_content())
    assert "evil" not in str(by_mail.post.taken[-1].get_content())


def test_an_expired_or_forged_link_signs_nobody_in(by_mail: Opened) -> None:
    by_mail.asked(by_mail.browser(), "ada@example.org")
    [path] = by_mail.links()
    by_mail.clock.now += LINK_LASTS + 1
    for tried in (
        path,
        path[:-1],
        f"{path}x",
        "/sign-in/link/x",
        "/sign-in/link/%00",
    ):
        browser = by_mail.browser()
        shown = browser.get(tried)
        answer = browser.post(tried, data=_form(shown.text)) if shown.status_code == 200 else shown
        assert answer.status_code in {403, 404}, tried
        assert browser.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_tries_from_one_address_are_limited(by_mail: Opened) -> None:
    browser = by_mail.browser()
    form = _form(browser.get("/sign-in").text)
    found = [
        browser.post("/sign-in", data={**form, "email": f"{n}@example.org"}).status_code
        for n in range(22)
    ]
    assert found == [200] * 20 + [429] * 2
    # Saying that it is another's request does not help whoever is no proxy.
    said = browser.post("/sign-in", data=form, headers={"X-Forwarded-For": "10.1.1.1"})
    assert said.status_code == 429
    assert by_mail.browser("10.0.0.8").post("/sign-in", data=form).status_code == 403  # no cookie
    by_mail.clock.now += 16 * 60
    assert browser.post("/sign-in", data=form).status_code == 200


def test_links_for_one_account_are_limited_in_silence(by_mail: Opened) -> None:
    for number in range(6):
        by_mail.asked(by_mail.browser(f"10.0.1.{number}"), "ada@example.org")
    assert len(by_mail.links()) == 3
    by_mail.asked(by_mail.browser(), "emmy@example.org")
    assert len(by_mail.links()) == 4


def test_guessing_links_is_limited(by_mail: Opened) -> None:
    browser = by_mail.browser()
    form = _form(browser.get("/sign-in/link/x").text)
    found = {browser.post(f"/sign-in/link/{n}", data=form).status_code for n in range(25)}
    assert found == {403, 429}


# Sessions


def test_a_session_that_was_planted_is_worth_nothing(by_mail: Opened) -> None:
    """An attacker who can set a cookie knows its value before, and must not after signing in."""
    attacker = by_mail.browser()
    attacker.get("/sign-in")
    [(name, planted)] = dict(attacker.cookies).items()
    both = f"{name}={planted}; {name.replace('visit', 'session')}={planted}"
    victim = by_mail.browser(Cookie=both)
    by_mail.asked(victim, "ada@example.org")
    path = by_mail.links()[-1]
    form = _form(victim.get(path).text)
    answer = victim.post(path, data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"
    begun = answer.headers["set-cookie"]
    assert name.replace("visit", "session") in begun
    assert planted.split(".")[1] not in begun.partition(name)[0]
    tried = by_mail.browser(Cookie=both).get("/", follow_redirects=False)
    assert tried.headers["location"] == "/sign-in"


def test_signing_in_again_ends_the_session_before(by_mail: Opened) -> None:
    browser = by_mail.signed_in("ada")
    before = dict(browser.cookies)
    by_mail.asked(browser, "emmy@example.org")
    path = by_mail.links()[-1]
    assert browser.post(path, data=_form(browser.get(path).text)).url.path == "/r/emmy/"
    old = by_mail.browser()
    old.cookies.update(before)
    assert old.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_session_ends_by_time_and_by_signing_out(by_mail: Opened) -> None:
    ada, emmy = by_mail.signed_in("ada"), by_mail.signed_in("emmy")
    for _ in range(3):
        by_mail.clock.now += LASTS - 60
        assert ada.get("/r/ada/").status_code == 200
    assert emmy.get("/r/emmy/", follow_redirects=False).headers["location"] == "/sign-in"
    stolen = by_mail.browser()
    stolen.cookies.update(ada.cookies)
    assert stolen.get("/r/ada/sharing").status_code == 200
    token = {"token": _form(ada.get("/r/ada/sharing").text)["token"]}
    assert ada.post("/sign-out", data={"token": "x"}).status_code == 403
    out = ada.post("/sign-out", data=token, follow_redirects=False)
    assert out.headers["clear-site-data"] == '"cache", "storage"'
    for browser in (ada, stolen):
        assert browser.get("/r/ada/", follow_redirects=False).headers["location"] == "/sign-in"
        assert browser.post("/r/ada/act", data=token).status_code == 401


def test_whoever_is_no_member_any_more_has_no_session(by_mail: Opened) -> None:
    emmy = by_mail.signed_in("emmy")
    cookies = dict(emmy.cookies)
    assert emmy.get("/group").status_code == 200
    fewer = replace(by_mail.guard.sessions, is_member=lambda key: key == "ada")
    after = replace(by_mail.guard, sessions=fewer)
    with TestClient(after, base_url=by_mail.group.settings.address, cookies=cookies) as browser:
        for path in ("/", "/group", "/group/agenda.md", "/r/emmy/"):
            answer = browser.get(path, follow_redirects=False)
            assert answer.headers["location"] == "/sign-in", path


def test_no_session_outlives_a_month(by_mail: Opened) -> None:
    ada = by_mail.signed_in("ada")
    begun = by_mail.clock.now
    while by_mail.clock.now < begun + LONGEST_SESSION - LASTS:
        by_mail.clock.now += LASTS - 1
        assert ada.get("/group").status_code == 200
    by_mail.clock.now = begun + LONGEST_SESSION
    assert ada.get("/group", follow_redirects=False).status_code == 303


def test_cookies_are_for_https_alone_where_the_group_is(members: Served, post: MailServer) -> None:
    with opened(members, post, 'method = "mail"', "https://papers.example.org") as found:
        browser = found.signed_in("ada")
        cookies = [one for one in browser.cookies.jar if "session" in one.name]
        assert [one.secure for one in cookies] == [True]
        shown = found.browser().get("/sign-in").headers["set-cookie"]
        assert shown.startswith("__Host-paperlark-visit=")
        assert "; Secure; SameSite=Lax" in shown
        set_again = browser.get("/group").headers["set-cookie"]
        assert "HttpOnly; Secure; SameSite=Strict" in set_again
        assert found.browser().get("/", headers={"Host": "127.0.0.1"}).status_code == 421
        form = _form(browser.get("/r/ada/sharing").text)
        for origin in ("http://papers.example.org", "https://evil.example", "null"):
            answer = browser.post("/r/ada/sharing", data=form, headers={"Origin": origin})
            assert answer.status_code == 403


def test_who_is_signed_in_is_known_to_the_owner_of_the_file_alone(by_mail: Opened) -> None:
    by_mail.signed_in("ada")
    state = by_mail.group.settings.state
    assert isinstance(state, Path)
    assert state.stat().st_mode & 0o077 == 0
    content = b"".join(one.read_bytes() for one in state.parent.glob(f"{state.name}*"))
    assert by_mail.links()[-1].rpartition("/")[2].encode() not in content


def test_who_signed_in_and_out_is_in_the_log_with_their_network(by_mail: Opened) -> None:
    ada = by_mail.signed_in("ada")
    ada.post("/sign-out", data={"token": _form(ada.get("/r/ada/sharing").text)["token"]})
    by_mail.signed_in("emmy")
    events = by_mail.group.audit_events()
    assert [(one.actor, one.action) for one in reversed(events)][-3:] == [
        ("ada", "signed in"),
        ("ada", "signed out"),
        ("emmy", "signed in"),
    ]
    assert {one.origin.network for one in events} == {"127.0.0.0/24"}


def test_a_page_from_another_site_comes_back_to_itself(by_mail: Opened) -> None:
    """A strict cookie is not sent with a link from elsewhere, and the member is signed in."""
    answer = by_mail.browser(Sec_Fetch_Site="cross-site").get("/group")
    assert '<meta http-equiv="refresh" content="0">' in answer.text


# A proxy's header


def test_a_proxy_names_the_member(by_proxy: Opened) -> None:
    browser = by_proxy.browser("10.0.0.7", Remote_User="ada")
    assert browser.get("/").url.path == "/r/ada/"
    form = _form(browser.get("/r/ada/sharing").text)
    assert browser.post("/r/ada/sharing", data={**form, "saved": "on"}).status_code == 200
    assert by_proxy.group.profiles["ada"].reading.sharing().saved
    browser.post("/r/ada/sharing", data=form | {"wanted": "on"})
    assert "Sign out" not in browser.get("/group").text


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.70", "::1", "::ffff:10.0.0.8"])
def test_a_header_from_elsewhere_is_refused_and_logged(
    by_proxy: Opened, peer: str, caplog: pytest.LogCaptureFixture
) -> None:
    browser = by_proxy.browser(peer, Remote_User="ada", X_Forwarded_For="10.0.0.7")
    with caplog.at_level(logging.WARNING):
        answer = browser.get("/r/ada/")
    assert answer.status_code == 403
    assert "The page" not in answer.text
    assert f"refused: {peer} sent Remote-User and is none of the proxies" in caplog.text


def test_another_user_of_the_proxys_machine_lacks_its_secret(by_proxy: Opened) -> None:
    assert by_proxy.guard.proxy is not None
    guard = replace(by_proxy.guard, proxy=replace(by_proxy.guard.proxy, secret="s"))
    address, peer = by_proxy.group.settings.address, ("10.0.0.7", 50_000)
    browser = TestClient(guard, base_url=address, client=peer, headers={"Remote-User": "ada"})
    for sent, status in (([], 403), (["x"], 403), (["s", "s"], 403), (["s"], 200)):
        headers = [("Paperlark-Proxy", one) for one in sent]
        assert browser.get("/r/ada/", headers=headers).status_code == status, sent


def test_a_header_is_nothing_where_members_sign_in_otherwise(by_mail: Opened) -> None:
    answer = by_mail.browser("127.0.0.1", Remote_User="ada").get("/", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "headers", [[], [("Remote-User", "")], [("Remote-User", "eve")], [("Remote-User", "ada")] * 2]
)
def test_a_proxy_that_names_nobody_or_two_lets_nobody_in(
    by_proxy: Opened, headers: list[tuple[str, str]]
) -> None:
    answer = by_proxy.browser("10.0.0.7").get("/r/ada/", headers=headers)
    assert answer.status_code == 403


def test_whoever_the_proxy_names_next_has_not_the_session_of_the_one_before(
    by_proxy: Opened,
) -> None:
    browser = by_proxy.browser("10.0.0.7")
    ada, emmy = {"Remote-User": "ada"}, {"Remote-User": "emmy"}
    form = _form(browser.get("/r/ada/sharing", headers=ada).text)
    assert browser.post("/r/emmy/sharing", data=form, headers=emmy).status_code == 401
    assert browser.get("/r/ada/", headers=emmy).status_code == 404
    assert browser.post("/r/emmy/sharing", data=form, headers=emmy).status_code == 403


# Isolation


def _paths(routes: list[Route]) -> list[tuple[str, str]]:
    """Return every method and path of an app, its parameters filled in."""
    values = {
        "day": str(DAY),
        "first": str(DAY),
        "last": str(DAY),
        "name": "saved",
        "paper": "2503.18893",
        "form": "md",
    }
    found = []
    for one in routes:
        path = re.sub(r"{(\w+)(?::path)?}", lambda name: values.get(name[1], "x"), one.path)
        found += [(method, path) for method in sorted(one.methods or ())]
    return found


def test_no_address_of_one_reader_is_there_for_another(by_mail: Opened) -> None:
    """Every route that the app has is tried, also one that is added tomorrow."""
    ada, emmy = by_mail.signed_in("ada"), by_mail.signed_in("emmy")
    assert isinstance(by_mail.guard.app, Readers)
    app = by_mail.guard.app.find_app("emmy")
    assert isinstance(app, Starlette)
    routes = _paths([one for one in app.routes if isinstance(one, Route)])
    assert {path for _, path in routes} >= {"/act", "/undo", "/tune", "/sharing", "/votes.jsonl"}
    profile = by_mail.group.profiles["emmy"]

    def state() -> tuple[object, ...]:
        return (
            profile.interests.criteria_text(),
            profile.reading.triage_history(),
            profile.reading.votes(),
            profile.reading.sharing(),
            profile.days(),
        )

    paper = str(profile.digest(DAY).entries[0].paper.id)
    profile.reading.triage(paper, "note", text="a secret note")
    before = state()
    token = _form(ada.get("/r/ada/sharing").text)["token"]
    emmys = _form(emmy.get("/r/emmy/sharing").text)["token"]
    for method, path in routes:
        for sent in (token, emmys):
            data = {
                "token": sent,
                "do": f"want {paper} {DAY} 1",
                "event": f"event-{sent[:5]}",
                "undoes": profile.reading.triage_history()[-1].id,
                "criteria": "Nothing but bats.",
                "instead_of": profile.interests.criteria_text(),
                "page": str(DAY),
                "saved": "on",
            }
            given = {"data": data} if method == "POST" else {}
            answer = ada.request(method, f"/r/emmy{path}", **given)  # type: ignore[arg-type]
            expected = {403, 413} if path.startswith(("/vote/", "/feed/")) else {404}
            assert answer.status_code in expected, (method, path)
            for secret in (
                "secret note",
                "The page of emmy",
                profile.interests.criteria_text()[:30],
            ):
                assert secret not in answer.text, (method, path)
        outside = by_mail.browser().request(method, f"/r/emmy{path}", follow_redirects=False)
        signed = path.startswith(("/vote/", "/feed/"))
        assert outside.status_code in ({400, 403} if signed else {303, 401}), (method, path)
    assert state() == before
    profile.reading.undo_triage(profile.reading.triage_history()[-1].id)


def test_every_app_of_a_reader_is_made_in_one_place(by_mail: Opened) -> None:
    """The routes above are those of `make_reading`; nothing is beside the readers' apps."""
    assert isinstance(by_mail.guard.app, Readers)
    paths = {one.path for one in by_mail.guard.app.front.routes}  # type: ignore[attr-defined]
    assert paths == {"/", "/group", "/group/agenda.{form}", "/sign-out"}
    assert callable(make_reading)


def test_a_signed_link_serves_one_reader_without_a_session(by_mail: Opened) -> None:
    ada = by_mail.group.profiles["ada"]
    paper = ada.digest(DAY).entries[0].paper.id
    link = replace(vote_link(paper, DAY, 1), until=DAY.replace(year=2100))
    path = signed_path(link, "ada", link_key(ada.settings.database))
    stranger = by_mail.browser()
    assert str(ada.digest(DAY).entries[0].paper.id) in stranger.get(f"/r/ada{path}").text
    for other in (f"/r/emmy{path}", path, f"/r/ada/r/ada{path}", f"/r/ada{path}x"):
        answer = stranger.get(other, follow_redirects=False)
        assert answer.status_code in {303, 403, 404}, other
    form = {"event": "from-mail", "do": "want"}
    assert stranger.post(f"/r/ada{path}", data=form).status_code == 200
    assert [one.paper_id for one, _ in ada.reading.votes()] == [paper]
    assert by_mail.group.profiles["emmy"].reading.votes() == ()
    ada.reading.reset_triage()


def test_the_feed_of_one_reader_is_read_without_a_session(by_mail: Opened) -> None:
    ada = by_mail.group.profiles["ada"]
    paper = ada.digest(DAY).entries[0].paper
    ada.reading.triage(paper.id, "save", page=DAY)
    path, stranger = ada.feeds.path(), by_mail.browser()
    assert paper.url in stranger.get(f"/r/ada{path}").text
    for other in (f"/r/emmy{path}", path, f"/r/ada/r/ada{path}", f"/r/ada{path}x"):
        answer = stranger.get(other, follow_redirects=False)
        assert answer.status_code in {303, 403, 404}, other
        assert paper.url not in answer.text
    page = by_mail.signed_in("ada").get("/r/ada/list/saved").text
    assert f'href="/r/ada{path}"' in page
    ada.reading.reset_triage()


def test_a_form_of_one_member_is_none_of_anothers(by_mail: Opened) -> None:
    ada, emmy = by_mail.signed_in("ada"), by_mail.signed_in("emmy")
    token = _form(emmy.get("/r/emmy/sharing").text)["token"]
    for path in ("/r/ada/sharing", "/r/ada/act", "/r/ada/undo", "/r/ada/tune", "/sign-out"):
        assert ada.post(path, data={"token": token}).status_code == 403, path


# What the group sees


def _wants(found: Opened, name: str, *places: int) -> list[str]:
    profile = found.group.profiles[name]
    entries = profile.digest(DAY).entries
    papers = [str(entries[one].paper.id) for one in places]
    for paper in papers:
        profile.reading.triage(paper, "want", page=DAY)
    return papers


@pytest.fixture
def voted(by_mail: Opened) -> Iterator[tuple[Opened, list[str]]]:
    """Return a group of whom Ada and Emmy show what they want, and Sophie shows nothing."""
    for profile in by_mail.group.profiles.values():
        profile.reading.reset_triage()
    first, second = _wants(by_mail, "ada", 0, 1)
    _wants(by_mail, "emmy", 1)
    [_, third] = _wants(by_mail, "sophie", 1, 2)
    by_mail.group.profiles["ada"].reading.share(wanted=True, saved=False)
    by_mail.group.profiles["emmy"].reading.share(wanted=True, saved=False)
    yield by_mail, [first, second, third]
    for profile in by_mail.group.profiles.values():
        profile.reading.share(wanted=False, saved=False)
        profile.reading.reset_triage()


def test_only_what_members_chose_to_show_is_on_the_groups_page(
    voted: tuple[Opened, list[str]],
) -> None:
    found, [first, second, third] = voted
    agenda = found.group.agenda(DAY)
    assert [(one.paper.id, one.wanted_by) for one in agenda.items] == [
        (second, ("Ada", "Emmy")),
        (first, ("Ada",)),
    ]
    text = found.signed_in("emmy").get(f"/group{WEEK}").text
    assert "wanted by Ada and Emmy" in text
    assert "Sophie" not in text
    assert third not in text
    profile = found.group.profiles["ada"]
    entry = profile.digest(DAY).entries[1]
    assert entry.match is not None
    assert entry.match.topic
    for secret in (profile.interests.criteria_text()[:40], entry.match.topic, "match"):
        assert secret.lower() not in text.lower()
    profile.reading.share(wanted=False, saved=True)
    assert [one.wanted_by for one in found.group.agenda(DAY).items] == [("Emmy",)]
    profile.reading.triage(first, "save", page=DAY)
    [one] = [one for one in found.group.agenda(DAY).items if one.paper.id == first]
    assert (one.wanted_by, one.saved_by) == ((), ("Ada",))


def test_a_paper_that_is_not_wanted_any_more_leaves_the_agenda(
    voted: tuple[Opened, list[str]],
) -> None:
    found, [first, second, _] = voted
    ada = found.group.profiles["ada"]
    ada.reading.triage(first, "not", page=DAY)
    ada.reading.triage(second, "want", on=False, page=DAY)
    assert [(one.paper.id, one.wanted_by) for one in found.group.agenda(DAY).items] == [
        (second, ("Emmy",))
    ]
    assert found.group.agenda(DAY.replace(day=1), DAY.replace(day=2)).items == ()


def test_the_agenda_is_exported_and_mailed(voted: tuple[Opened, list[str]]) -> None:
    found, [first, second, _] = voted
    browser = found.signed_in("ada")
    markdown = browser.get(f"/group/agenda.md{WEEK}").text
    assert markdown.startswith("# The reading group: Tuesday, 25 March 2025\n\n1. [")
    assert "wanted by Ada and Emmy" in markdown
    assert browser.get(f"/group/agenda.bib{WEEK}").text.count("@misc{") == 2
    plain = browser.get(f"/group/agenda.txt{WEEK}").text
    assert plain.index(f"abs/{second}") < plain.index(f"abs/{first}")
    assert browser.get(f"/group/agenda.pdf{WEEK}").status_code == 404
    assert browser.get("/group?from=2025-01-01&to=2027-01-01").status_code == 400
    assert browser.get("/group?from=yesterday").status_code == 400
    found.post.taken.clear()
    sent = found.group.mail_agenda(found.group.agenda(DAY))
    assert sent == {"Ada": "", "Emmy": "", "Sophie": ""}
    [mail, *_] = found.post.taken
    assert mail["Subject"] == "The reading group: agenda, Tuesday, 25 March 2025"
    assert f"abs/{second}" in str(mail.get_content())


def test_sharing_is_chosen_by_the_member_and_nothing_at_first(by_mail: Opened) -> None:
    emmy = by_mail.signed_in("emmy")
    shown = emmy.get("/r/emmy/sharing").text
    assert "The group sees nothing of yours." in shown
    form = _form(shown)
    form.pop("wanted"), form.pop("saved")
    after = emmy.post("/r/emmy/sharing", data={**form, "wanted": "on"}).text
    assert "The group sees the papers that you want." in after
    assert "nothing of yours" in emmy.post("/r/emmy/sharing", data=form).text


# The file


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('method = "mail"', 'method = "none"', "sign_in.method is 'none'; expected mail"),
        ('method = "mail"', 'method = "proxy"', "sign_in.proxies is missing"),
        ('method = "mail"', 'method = "oidc"', "sign_in.issuer is missing"),
        ("[sign_in]\n", "[signin]\n", 'unknown setting "signin" (did you mean sign_in?)'),
        ("http://127.0.0.1", "http://papers.example.org", "address is not https"),
        ("http://127.0.0.1", "http://127.0.0.1/x", "address has a path"),
        ('email = "emmy@', 'email = "ada@', "two members have the same email, 'ada@example.org'"),
        ('profile = "emmy"', 'profile = "ada"', "two members have the same profile, 'ada'"),
        ('email = "emmy@example.org"', "", "members.emmy.email is missing"),
        ('email = "emmy@example.org"', 'email = "emmy"', "members.emmy.email: 'emmy' is no mail"),
        ("[members.emmy]", "[members.Emmy]", "members"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(
    by_mail: Opened, tmp_path: Path, before: str, after: str, problem: str
) -> None:
    text = by_mail.group.settings.file.read_text()
    assert before in text
    path = tmp_path / "group.toml"
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(ProfileError) as raised:
        paperlark.open_group(path)
    assert problem in str(raised.value)
    assert str(path) in str(raised.value)
