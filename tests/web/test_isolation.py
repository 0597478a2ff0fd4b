"""Nobody sees or changes what is another reader's: each address of the app, for each role.

Ada's data has canaries in it: texts that stand nowhere else. All addresses are taken from the app
itself, so that a new one fails here until it is said how it is tried.
"""

from __future__ import annotations

import json
import random
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import quote

import anyio
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from paperlark import NewAccount, Role
from paperlark.domain.paper import PaperId
from paperlark.domain.vote_links import signed_path, vote_link
from paperlark.store.database import open_database
from paperlark.store.link_key import link_key
from paperlark.store.tables import tables
from paperlark.verbs.openapi import FORM_TOKEN
from paperlark.web.group_app import open_group_app
from paperlark.web.readers import Readers
from standins.feeds import item, rss
from standins.groups import DAY
from standins.postgresql import ENGINES, Server
from standins.university import PROXY, University, form_token, open_university

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

_PROFILE = """\
name = "The page of {reader}"
categories = [{categories}]
[[follow]]
name = "{followed}"
"""
_READERS = {
    "root": ("", Role.ADMIN),
    "grace": ("astro", Role.GROUP_ADMIN),
    "ada": ("astro", Role.READER),
    "emmy": ("astro", Role.READER),
    "carl": ("maths", Role.GROUP_ADMIN),
    "sophie": ("maths", Role.READER),
    "lise": ("astro", Role.READER),
    "mary": ("astro", Role.READER),
}
_DISABLED = "lise"
_ADMINS = frozenset({"root", "grace"})
"""Who may disable Ada, and set what she may cost."""
_NOBODY = frozenset({"", "stranger", _DISABLED})
_OTHERS = ("root", "grace", "emmy", "carl", "sophie", _DISABLED, "stranger", "")
_PAPER, _SHARED_PAPER = "2503.11111", "2503.22222"
_EVENT = "canary-event-of-ada"
CANARIES = MappingProxyType(
    {
        "criteria": "canary-criteria of hidden comets",
        "profile": "Canaria Followed",
        "page": "Canary paper of the hidden page",
        "note": "canary-note: their proof is wrong",
        "event": _EVENT,
        "import": "Canary import of an old favourite",
    }
)
MAIL = "canary-mail@example.org"
SECRET = "canary-key-of-the-model"  # noqa: S105  # a bait


@dataclass(frozen=True)
class Case:
    """How an address is tried: its path, with Ada's ids in it, and the form that is sent there."""

    path: str
    form: Mapping[str, str] = field(default_factory=dict)


_ACT = {"event": "try-{n}", "do": f"note 2503.99999 {DAY} 1", "text": "Eve was here"}
_PUBLIC = frozenset(
    {"GET /r/search", "GET /r/note/{paper}"}
    | {f"GET /r/api/v1/{one}" for one in ("search", "papers/{id:path}", "papers/{id:path}/similar")}
)
"""What arXiv announced is public, and one index has it for all; not who has it on a page."""
CASES: Mapping[str, Case] = {
    # A reader's own
    "GET /r/": Case("/"),
    "GET /r/day/{day}": Case(f"/day/{DAY}?all"),
    "GET /r/days/{first}/{last}": Case(f"/days/{DAY}/{DAY}"),
    "GET /r/list/{name}": Case("/list/saved"),
    "GET /r/topics": Case("/topics"),
    "GET /r/search": Case("/search?q=Canary"),
    "GET /r/note/{paper}": Case(f"/note/{_PAPER}"),
    "POST /r/act": Case("/act", _ACT),
    "POST /r/undo": Case("/undo", {"event": "undo-{n}", "undoes": _EVENT}),
    "POST /r/seen": Case("/seen", {"page": str(DAY), "back": "/r/ada/"}),
    "GET /r/moved/{event}": Case(f"/moved/{_EVENT}"),
    "GET /r/tune": Case("/tune"),
    "POST /r/tune": Case("/tune", {"do": "show", "criteria": "Eve was here."}),
    "POST /r/make": Case("/make", {"back": "/r/ada/"}),
    "GET /r/making": Case("/making"),
    "GET /r/votes": Case("/votes"),
    "GET /r/votes.jsonl": Case("/votes.jsonl"),
    "GET /r/votes.txt": Case("/votes.txt"),
    "POST /r/votes/reset": Case("/votes/reset", {"confirmed": "yes"}),
    "GET /r/vote/{link:path}": Case(f"/vote/{_PAPER}/{DAY}/1/2099-01-01/{'A' * 24}"),
    "POST /r/vote/{link:path}": Case(
        f"/vote/{_PAPER}/{DAY}/1/2099-01-01/{'A' * 24}", {"do": "not", "event": "link-{n}"}
    ),
    "GET /r/feed/{link:path}": Case(f"/feed/saved/{'A' * 24}.xml"),
    "GET /r/api/v1/openapi.json": Case("/api/v1/openapi.json"),
    "GET /r/api/v1/digest": Case(f"/api/v1/digest?day={DAY}"),
    "GET /r/api/v1/search": Case("/api/v1/search?query=Canary"),
    "GET /r/api/v1/papers/{id:path}": Case(f"/api/v1/papers/{_PAPER}"),
    "GET /r/api/v1/papers/{id:path}/similar": Case(f"/api/v1/papers/{_PAPER}/similar"),
    "POST /r/api/v1/papers/{id:path}/vote": Case(f"/api/v1/papers/{_PAPER}/vote", {"vote": "not"}),
    "POST /r/api/v1/papers/{id:path}/save": Case(
        f"/api/v1/papers/{_PAPER}/save", {"saved": "true"}
    ),
    "GET /r/static/{name}": Case("/static/read.css"),
    "GET /r/sw.js": Case("/sw.js"),
    "GET /r/healthz": Case("/healthz"),
    "GET /r/sharing": Case("/sharing"),
    "POST /r/sharing": Case("/sharing", {"wanted": "1", "saved": "1"}),
    # The group's, and its admins'
    "GET /": Case("/"),
    "GET /group": Case(f"/group?from={DAY}&to={DAY}"),
    "GET /group/agenda.{form}": Case(f"/group/agenda.md?from={DAY}&to={DAY}"),
    "POST /sign-out": Case("/sign-out"),
    "GET /admin": Case("/admin?in=astro&after="),
    "POST /admin/readers": Case(
        "/admin/readers", {"name": "Eve", "categories": "cs.XX", "user": "ada"}
    ),
    "GET /admin/readers/{reader}": Case("/admin/readers/ada"),
    "POST /admin/readers/{reader}": Case(
        "/admin/readers/ada", {"do": "who", "name": "Ada", "user": "ada", "email": MAIL}
    ),
    "POST /admin/groups": Case("/admin/groups", {"group": "astro", "budget": "7"}),
    "GET /admin/log": Case("/admin/log?about=ada"),
    # Without a member
    "GET out/static/{name}": Case("/static/read.css"),
    "GET out/sw.js": Case("/sw.js"),
    "GET out/healthz": Case("/healthz"),
    "GET out/sign-in": Case("/sign-in"),
    "POST out/sign-in": Case("/sign-in", {"email": MAIL}),
    "GET out/sign-in/link/{link}": Case("/sign-in/link/guessed"),
    "POST out/sign-in/link/{link}": Case("/sign-in/link/guessed"),
    "GET out/sign-in/oidc": Case("/sign-in/oidc"),
    "GET out/sign-in/oidc/callback": Case("/sign-in/oidc/callback?state=guessed&code=guessed"),
}
BY_MAIL = """\
method = "mail"
[mail]
server = "127.0.0.1"
port = 9
security = "none"
sender = "papers@example.org\""""
BY_OIDC = 'method = "oidc"\nissuer = "https://login.example.org"\nclient_id = "paperlark"'


def _feeds(folder: Path) -> Path:
    folder.mkdir()
    texts = {"cs.LG": (_SHARED_PAPER, "A paper for all"), "cs.CR": (_PAPER, CANARIES["page"])}
    for category, (number, title) in texts.items():
        one = item(f"oai:arXiv.org:{number}v1", title=title, abstract=title, categories=(category,))
        feed = rss(one, title=f"{category} updates on arXiv.org", stamp=f"{DAY:%d %b %Y}")
        (folder / f"{DAY}.{category}.rss.xml").write_bytes(feed)
    return folder


def _new(reader: str) -> NewAccount:
    group, role = _READERS[reader]
    hers = reader == "ada"
    profile = _PROFILE.format(
        reader=reader,
        categories='"cs.LG", "cs.CR"' if hers else '"cs.LG"',
        followed=CANARIES["profile"] if hers else "Somebody Else",
    )
    criteria = f"{CANARIES['criteria']}.\n" if hers else "Networks.\n"
    return NewAccount(
        reader.title(),
        profile,
        criteria,
        id=reader,
        user=reader,
        email=MAIL if hers else f"{reader}@example.org",
        group=group,
        role=role,
    )


def _plant(university: University, home: Path) -> None:
    """Store a page, a vote, a saved paper, a note and an import of Ada's."""
    for reader in _READERS:
        university.accounts.add(_new(reader))
    for reader in ("ada", "emmy", "sophie"):
        university.accounts.open_profile(reader).make_page(DAY)
    ada = university.accounts.open_profile("ada")
    ada.reading.triage(_PAPER, "want", event=_EVENT, page=DAY)
    ada.reading.triage(_PAPER, "save", page=DAY)
    ada.reading.triage(_PAPER, "note", text=CANARIES["note"], page=DAY)
    kept = home / "kept.bib"
    kept.write_text(
        f"@article{{k, title={{{CANARIES['import']}}}, abstract={{{'Old stars. ' * 9}}},"
        " eprint={1503.11111}, archivePrefix={arXiv}, year={2015}, author={Hopper, Grace}}\n"
    )
    ada.interests.import_source(kept, ask_arxiv=False)
    university.accounts.change("lise", disabled=True)


@pytest.fixture(scope="module", params=ENGINES)
def university(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[University]:
    """Open the app of two groups with Ada's data in it, in either database."""
    home = tmp_path_factory.mktemp("university")
    database = "lark.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgresql_server")
        database = server.database()
    group = open_university(
        home, database, feeds=_feeds(home / "feeds"), secrets={"OPENAI_API_KEY": SECRET}
    )
    with open_group_app(group) as guard:
        found = University(group, guard)
        _plant(found, home)
        yield found


def _routes(university: University) -> dict[str, Route]:
    """Return the routes of the app as it runs by proxy, each under its method, room and path."""
    inside = cast("Readers", university.guard.app)
    rooms = {
        "/r": cast("Starlette", inside.find_app("ada")),
        "": cast("Starlette", inside.front),
        "out": cast("Starlette", university.guard.outside),
    }
    return {
        f"{method} {room}{route.path}": route
        for room, app in rooms.items()
        for route in cast("list[Route]", app.routes)
        for method in (route.methods or set()) - {"HEAD"}
    }


_VOLATILE = frozenset({"app_sessions", "app_keys", "sign_in_tries", "sign_in_links", "audit"})
_ADMINISTERED = frozenset({"month_budget", "changed"})


def _hers(university: University) -> list[str]:
    """Return the rows that are Ada's or have a canary, but for what admins may set of her."""
    place = university.accounts.database.database
    found = []
    with open_database(place) as connection:
        for table in tables():
            if table.name in _VOLATILE:
                continue
            columns = [one for one in table.columns if one not in _ADMINISTERED]
            names = ", ".join(f'"{one}"' for one in columns)
            for row in connection.execute(f"SELECT {names} FROM {table.name}"):  # noqa: S608
                told = repr([table.name, *row])
                # Ids of events are each reader's own.
                texts = (text for kind, text in CANARIES.items() if kind != "event")
                if "ada" in row or any(one in told for one in texts):
                    found.append(told)
    return sorted(found)


def _secrets(university: University) -> list[str]:
    place = university.accounts.database.database
    return [SECRET, university.guard.sessions.signed.secret, link_key(place).hex()]


def _leaks(university: University, answer: Any, *, role: str, name: str = "") -> list[str]:
    """Return what of Ada's an answer has to the case of this name."""
    told = f"{answer.text} {dict(answer.headers)}"
    public = {"page"} if name in _PUBLIC else set()
    private = [text for kind, text in CANARIES.items() if kind not in public]
    private += _secrets(university)
    if role != "root":  # who says how each signs in
        private.append(MAIL)
    # An address that was asked for is no news to whoever asked.
    asked = str(answer.request.url)
    return [one for one in private if one in told and quote(one) not in asked]


def _send(browser: TestClient, role: str, case: Case, path: str, post: bool) -> Any:  # noqa: FBT001
    """Try an address with Ada's ids, and with a form of one's own where it takes forms."""
    if not post:
        return browser.get(path, follow_redirects=False)
    number = zlib.crc32(f"{role} {path}".encode())
    form = {key: value.format(n=number) for key, value in case.form.items()}
    token = _own_token(browser, role)
    if "/api/" in path:
        given = {key: value == "true" if key == "saved" else value for key, value in form.items()}
        return browser.post(path, json=given, headers={FORM_TOKEN: token}, follow_redirects=False)
    form["token"] = token
    return browser.post(path, data=form, follow_redirects=False)


def _own_token(browser: TestClient, role: str) -> str:
    if role in _NOBODY:
        return "no token"
    return form_token(browser.get(f"/r/{role}/sharing").text)


# Every address has a case


def test_every_address_of_the_app_is_tried(university: University, tmp_path: Path) -> None:
    found = set(_routes(university))
    for name, sign_in in (("mail", BY_MAIL), ("oidc", BY_OIDC)):
        group = open_university(
            tmp_path / name, "lark.db", sign_in=sign_in, secrets={"PAPERLARK_CLIENT_SECRET": SECRET}
        )
        with open_group_app(group) as guard:
            found |= set(_routes_outside(guard.outside))
    assert found == set(CASES)


def _routes_outside(outside: Any) -> Iterator[str]:
    for route in cast("list[Route]", outside.routes):
        for method in (route.methods or set()) - {"HEAD"}:
            yield f"{method} out{route.path}"


def test_every_canary_is_where_its_reader_finds_it(university: University) -> None:
    browser = university.browser("ada")
    told = " ".join(
        browser.get(f"/r/ada{case.path}").text
        for name, case in CASES.items()
        if name.startswith("GET /r/")
    )
    for kind, canary in CANARIES.items():
        if kind != "import":  # below
            assert canary in told, kind
    assert CANARIES["import"] in "".join(_hers(university))
    assert MAIL in university.browser("root").get("/admin/readers/ada").text
    assert len(_hers(university)) > 10


# No role sees or changes anything of hers


@pytest.mark.parametrize("role", _OTHERS)
def test_no_address_shows_or_changes_what_is_another_s(university: University, role: str) -> None:
    before = _hers(university)
    for name, case in CASES.items():
        inside = name.partition(" ")[2].startswith("/r/")
        paths = [f"/r/ada{case.path}", f"/r/{role}{case.path}"] if inside else [case.path]
        for path in paths:
            browser = university.browser(role)
            answer = _send(browser, role, case, path, name.startswith("POST"))
            assert answer.status_code < 500, (name, path, answer.text)
            assert _leaks(university, answer, role=role, name=name) == [], (name, path)
            if path.startswith("/r/ada"):
                wanted = {403, 404, 405}
                assert answer.status_code in wanted, (name, path, answer.status_code)
        if role not in _ADMINS:
            assert answer.status_code != 200 or not name.endswith("/admin/readers/{reader}")
    assert _hers(university) == before


@pytest.mark.parametrize("role", ["stranger", _DISABLED, ""])
def test_who_is_no_member_gets_nothing_but_what_pages_look_like(
    university: University, role: str
) -> None:
    for name, case in CASES.items():
        inside = name.partition(" ")[2].startswith("/r/")
        path = f"/r/ada{case.path}" if inside else case.path
        answer = _send(university.browser(role), role, case, path, name.startswith("POST"))
        open_to_all = case.path.startswith(("/static/", "/healthz")) and not inside
        assert answer.status_code == (200 if open_to_all else 403), (name, answer.text)


# Requests that are not what they say


@dataclass
class Raw:
    """What an app answered to a request that no browser would send."""

    status: int
    body: bytes


def _raw(
    university: University,
    path: str,
    *headers: tuple[str, str],
    client: tuple[str, int] = PROXY,
    method: str = "GET",
) -> Raw:
    """Send a request as a server would pass it on, with a path that no client has tidied."""
    answer = Raw(0, b"")
    host = university.group.settings.address.partition("//")[2]
    sent = [("host", host), *headers]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
        answer.body += message.get("body", b"")

    scope = {
        "type": "http",
        "method": method,
        "path": path.partition("?")[0],
        "raw_path": quote(path.partition("?")[0]).encode(),
        "query_string": path.partition("?")[2].encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent],
        "client": client,
        "scheme": "http",
        "http_version": "1.1",
        "server": ("127.0.0.1", 8642),
        "root_path": "",
    }
    anyio.run(university.guard, scope, receive, send)
    return answer


_TRICKS = [
    "/r/emmy/../ada/votes.jsonl",
    "/r/emmy/./../ada/tune",
    "/r/../r/ada/tune",
    "//r/ada/tune",
    "/r//ada/tune",
    "/R/ada/tune",
    "/r/Ada/tune",
    "/r/ADA/tune",
    "/r/ada%2Ftune",
    "/r/ada\\tune",
    "/r/emmy\\..\\ada\\tune",
    "/r/ada;/tune",
    "/r/ada /tune",
    "/r/ada\x00/tune",
    "/r/ada\ufeff/tune",
    "/r/\uff41\uff44\uff41/tune",
    "/r/\u0430da/tune",
    "/r/ada\u200b/tune",
    "/r/ada?/r/emmy/",
    "/r/ada/static/../tune",
    "/static/../r/ada/tune",
    "/static/../../tune",
    "/healthz/../r/ada/tune",
    "/static//r/ada/tune",
    "/r/emmy/day/../../ada/tune",
    "/r/emmy/vote/../../ada/tune",
    "/r/ada/vote/../tune",
    "/vote/../r/ada/tune",
    "/r/emmy/static/..%2f..%2fada%2ftune",
]


@pytest.mark.parametrize("path", _TRICKS)
def test_no_way_of_writing_a_path_leads_to_another_s_pages(
    university: University, path: str
) -> None:
    before = _hers(university)
    for method in ("GET", "POST", "HEAD", "PUT", "DELETE", "get", "OPTIONS"):
        answer = _raw(university, path, ("Remote-User", "emmy"), method=method)
        assert 300 <= answer.status < 500, (method, answer)
        assert not any(one.encode() in answer.body for one in CANARIES.values()), method
    assert _hers(university) == before


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([("Remote-User", "ada")], "10.0.0.8"),
        ([("Remote-User", "ada"), ("X-Forwarded-For", "10.0.0.7")], "10.0.0.8"),
        ([("Remote-User", "ada"), ("X-Real-IP", "10.0.0.7"), ("Via", "10.0.0.7")], "127.0.0.1"),
        ([("Remote-User", "ada"), ("Forwarded", "for=10.0.0.7")], "::1"),
        ([("Remote-User", "emmy"), ("Remote-User", "ada")], "10.0.0.7"),
        ([("Remote-User", "ada"), ("remote-user", "ada")], "10.0.0.7"),
        ([("Remote_User", "ada")], "10.0.0.7"),
        ([("REMOTE-USER ", "ada")], "10.0.0.7"),
        ([("Remote-User\t", "ada")], "10.0.0.7"),
        ([("X-Remote-User", "ada")], "10.0.0.7"),
        ([("Remote-User", "emmy,ada")], "10.0.0.7"),
        ([("Remote-User", " ada")], "10.0.0.7"),
        ([("Remote-User", "ada\x00")], "10.0.0.7"),
        ([("Remote-User", "ADA")], "10.0.0.7"),
        ([("Remote-User", MAIL)], "10.0.0.7"),
        ([("Authorization", "Basic YWRhOg==")], "10.0.0.7"),
    ],
)
def test_a_forged_header_is_nobody_s_sign_in(
    university: University, headers: list[tuple[str, str]], client: str
) -> None:
    answer = _raw(university, "/r/ada/tune", *headers, client=(client, 1))
    assert answer.status in {403, 404}, answer
    assert not any(one.encode() in answer.body for one in CANARIES.values())


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Paperlark-Proxy", "")],
        [("Paperlark-Proxy", "guessed")],
        [("Paperlark-Proxy", "canary-key-of-the-model"), ("Paperlark-Proxy", "guessed")],
        [("Paperlark_Proxy", SECRET)],
        [("Paperlark-Proxy", f"{SECRET} ")],
        [("Paperlark-Proxy", SECRET.upper())],
    ],
)
def test_a_proxy_that_does_not_prove_itself_names_nobody(
    tmp_path: Path, headers: list[tuple[str, str]]
) -> None:
    sign_in = 'method = "proxy"\nproxies = ["10.0.0.7"]\nproxy_secret_variable = "LARK_PROXY"'
    group = open_university(tmp_path, "lark.db", sign_in=sign_in, secrets={"LARK_PROXY": SECRET})
    assert group.accounts is not None
    group.accounts.add(_new("ada"))
    with open_group_app(group) as guard:
        found = University(group, guard)
        named = ("Remote-User", "ada")
        assert _raw(found, "/group", named, *headers).status == 403
        assert _raw(found, "/group", named, ("Paperlark-Proxy", SECRET)).status == 200


# Injections

_PAYLOADS = (
    "' OR '1'='1",
    "'; DROP TABLE accounts; --",
    "ada' UNION SELECT criteria_text FROM accounts --",
    '" OR ""="',
    "%27%20OR%201=1",
    "\\'; SELECT pg_sleep(9); --",
    "$$; SELECT 1; $$",
    "1) OR (1=1",
    ":name ? %s %(x)s {0} {{7*7}}",
    "\x00' OR 1=1 --",
    "*",
    'ada" NEAR "canary',
    "title:Canary OR abstract:Canary",
    "ada\u02bc OR 1=1",
)
_PARAMETERS = (
    *("q", "topic", "near", "did", "all", "part", "taken", "back", "saved", "from", "to"),
    *("in", "after", "before", "about", "token"),
)


def _hostile(path: str, payload: str) -> str:
    """Return a route's path with the payload in place of each of its parameters."""
    parts = [quote(payload, safe="") if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts).replace("{form}", quote(payload, safe=""))


@pytest.mark.parametrize("payload", _PAYLOADS)
def test_no_parameter_is_a_statement(university: University, payload: str) -> None:
    before = _hers(university)
    browser = university.browser("emmy")
    for name in CASES:
        method, _, path = name.partition(" ")
        if path.startswith("out"):
            continue
        base = path.replace("/r/", "/r/emmy/", 1) if path.startswith("/r/") else path
        address = _hostile(base, payload)
        if method == "GET":
            asked = "&".join(f"{one}={quote(payload)}" for one in _PARAMETERS)
            answer = browser.get(f"{address}?{asked}", follow_redirects=False)
        elif not path.startswith(("/sign-out", "/r/votes/reset")):
            fields = dict.fromkeys((*CASES[name].form, "page", "place", "undoes"), payload)
            form = {**fields, "token": _own_token(browser, "emmy")}
            answer = browser.post(address, data=form, follow_redirects=False)
        assert answer.status_code < 500, (name, answer.text)
        assert "cannot be used" not in answer.text, (name, answer.text)
        assert "is damaged" not in answer.text, (name, answer.text)
        assert _leaks(university, answer, role="emmy", name=name) == [], name
    assert _hers(university) == before


@pytest.mark.parametrize("seed", range(3))
def test_seeded_noise_in_names_and_cookies_signs_nobody_in(
    university: University, seed: int
) -> None:
    noise = random.Random(seed)  # noqa: S311
    letters = "ada'\";-()%\\/*=<>{}$: \u00e9\u02bc"
    prefix = university.guard.sessions._prefix
    for _ in range(30):
        text = "".join(noise.choice(letters) for _ in range(noise.randrange(1, 60)))
        named = _raw(university, "/r/ada/tune", ("Remote-User", text))
        assert named.status in ({200} if text == "ada" else {403, 404})
        cookie = ("Cookie", f"{prefix}-session={text}")
        answer = _raw(university, "/r/ada/tune", ("Remote-User", "emmy"), cookie)
        assert answer.status == 404


# Ids of somebody else


def test_a_paper_of_another_s_page_is_just_a_paper(university: University) -> None:
    """Whoever knows its id finds arXiv's text, and acts on it for themselves alone."""
    before = _hers(university)
    browser = university.browser("mary")
    shown = browser.get("/r/mary/search?q=hidden").text
    assert CANARIES["page"] in shown
    assert 'aria-pressed="true"' not in shown
    assert str(DAY) not in shown
    token = _own_token(browser, "mary")
    for action in ("want", "not", "save", "later", "note", "-save"):
        form = {"token": token, "event": f"e-{action}", "do": f"{action} {_PAPER} {DAY} 1"}
        browser.post("/r/mary/act", data={**form, "text": "Mine"})
    assert _hers(university) == before


def test_an_event_of_another_s_is_not_undone_or_replaced(university: University) -> None:
    before = _hers(university)
    browser = university.browser("mary")
    token = _own_token(browser, "mary")
    undone = browser.post("/r/mary/undo", data={"token": token, "event": "u", "undoes": _EVENT})
    assert undone.status_code == 409
    same = {"token": token, "event": _EVENT, "do": f"want {_SHARED_PAPER} {DAY} 1"}
    assert browser.post("/r/mary/act", data=same).status_code == 200
    assert _hers(university) == before


def test_a_link_to_vote_is_its_reader_s_alone(university: University) -> None:
    place = university.accounts.database.database
    emmys = signed_path(vote_link(PaperId(_PAPER), DAY, 1), "emmy", link_key(place))
    before = _hers(university)
    answer = _raw(university, f"/r/ada{emmys}")
    assert answer.status == 403
    assert _hers(university) == before


# Forms


def test_no_form_counts_without_its_own_session_s_token(university: University) -> None:
    before = _hers(university)
    ada, emmy = university.browser("ada"), university.browser("emmy")
    hers, theirs = _own_token(ada, "ada"), _own_token(emmy, "emmy")
    for name, case in CASES.items():
        method, _, path = name.partition(" ")
        if method != "POST" or path.startswith("out") or "vote/" in path:
            continue
        address = f"/r/ada{case.path}" if path.startswith("/r/") else case.path
        for token, headers in (
            ("", {}),
            (theirs, {}),
            (hers.upper(), {}),
            (hers, {"Origin": "https://evil.example"}),
            (hers, {"Origin": "null"}),
            (hers, {"Sec-Fetch-Site": "cross-site"}),
            (hers, {"Sec-Fetch-Site": "same-site"}),
            (hers, {"Host": "evil.example"}),
        ):
            answer = ada.post(address, data={**case.form, "token": token}, headers=headers)
            assert answer.status_code in {403, 421}, (name, token, headers, answer.text)
    assert _hers(university) == before


# Sessions


@pytest.fixture
def by_mail(tmp_path: Path) -> Iterator[University]:
    """Open an app whose readers have sessions of ours."""
    group = open_university(tmp_path / "mail", "lark.db", sign_in=BY_MAIL)
    assert group.accounts is not None
    for reader in ("ada", "emmy", "root"):
        group.accounts.add(_new(reader))
    with open_group_app(group) as guard:
        yield University(group, guard)


def _cookie(university: University, reader: str) -> tuple[str, str]:
    """Sign a reader in, and return the header that their browser sends."""
    sessions = university.guard.sessions
    cookie = sessions.begin({"type": "http", "headers": [], "client": PROXY}, reader)
    return "Cookie", sessions.session_header(cookie).partition(";")[0]


def _status(university: University, cookie: tuple[str, str], path: str = "/r/ada/sharing") -> int:
    return _raw(university, path, cookie).status


def test_a_session_ends_with_sign_out_disabling_and_deleting(by_mail: University) -> None:
    accounts, sessions = by_mail.accounts, by_mail.guard.sessions
    for end in ("sign out", "disable", "delete"):
        cookie = _cookie(by_mail, "ada")
        assert _status(by_mail, cookie) == 200
        if end == "sign out":
            sessions.sign_out({"type": "http", "headers": [(b"cookie", cookie[1].encode())]})
        elif end == "disable":
            accounts.change("ada", disabled=True)
            assert _status(by_mail, cookie) == 303
            accounts.change("ada", disabled=False)
        else:
            accounts.delete("ada")
            accounts.add(_new("ada"))
        assert _status(by_mail, cookie) == 303, end


def test_a_cookie_that_was_changed_is_none(by_mail: University) -> None:
    name, _, value = _cookie(by_mail, "ada")[1].partition("=")
    end, session, signature = value.split(".")
    emmys = _cookie(by_mail, "emmy")[1].partition("=")[2].split(".")
    for forged in (
        f"{int(end) + 9}.{session}.{signature}",
        f"{end}.{emmys[1]}.{signature}",
        f"{end}.{session}.{emmys[2]}",
        f"{end}.{session}.",
        f"{end}.{session}",
        f"{end}.ada.{signature}",
        "..",
        "a.b.c",
        f"-1.{session}.{signature}",
    ):
        assert _status(by_mail, ("Cookie", f"{name}={forged}")) == 303, forged
    assert _status(by_mail, ("Cookie", f"{name}={end}.{emmys[1]}.{emmys[2]}")) in {303, 404}


def test_a_session_is_worth_nothing_at_another_group(by_mail: University, tmp_path: Path) -> None:
    """Two apps on one database, at two addresses: each with readers of the same ids."""
    place = str(by_mail.accounts.database.database)
    group = open_university(
        tmp_path / "other", place, sign_in=BY_MAIL, address="http://127.0.0.1:9000"
    )
    header = _cookie(by_mail, "ada")[1]
    with open_group_app(group) as guard:
        other = University(group, guard)
        name, _, value = header.partition("=")
        for sent in (name, name.replace("8642", "9000")):
            assert _status(other, ("Cookie", f"{sent}={value}")) == 303
        assert _status(other, _cookie(other, "ada")) == 200


def test_a_cookie_from_before_sign_in_is_nobody_s_afterwards(by_mail: University) -> None:
    """Whoever plants a cookie in a browser does not have the session that begins there."""
    sessions = by_mail.guard.sessions
    planted = sessions.new_cookie()
    header = sessions.session_header(planted).partition(";")[0]
    scope = {"type": "http", "headers": [(b"cookie", header.encode())], "client": PROXY}
    began = sessions.begin(scope, "ada")
    assert began != planted
    assert _status(by_mail, ("Cookie", header)) == 303
    visit = sessions.visit_header(began).partition(";")[0]
    assert _status(by_mail, ("Cookie", visit)) == 303


def test_a_stolen_session_is_not_what_a_proxy_says(university: University) -> None:
    cookie = _cookie(university, "ada")
    assert _raw(university, "/r/ada/tune", ("Remote-User", "emmy"), cookie).status == 404
    assert _raw(university, "/r/ada/tune", cookie).status == 403
    assert _raw(university, "/r/ada/tune", cookie, client=("10.0.0.8", 1)).status == 403


def test_a_session_of_an_admin_who_is_none_any_more_shows_no_admin_s_page(
    by_mail: University,
) -> None:
    cookie = _cookie(by_mail, "root")
    assert _status(by_mail, cookie, "/admin") == 200
    by_mail.accounts.change("root", role=Role.READER)
    assert _status(by_mail, cookie, "/admin") == 404


def test_what_a_reader_exports_is_theirs_alone(university: University, tmp_path: Path) -> None:
    def text(reader: str) -> str:
        file = university.accounts.export(reader, tmp_path / f"{reader}.zip")
        with zipfile.ZipFile(file) as packed:
            return " ".join(packed.read(one).decode() for one in packed.namelist())

    hers, emmys = text("ada"), text("emmy")
    for kind, canary in CANARIES.items():
        escaped = json.dumps(canary)[1:-1]
        assert escaped in hers, kind
        assert escaped not in emmys, kind
    assert not any(one in hers for one in _secrets(university))
