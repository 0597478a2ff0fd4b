"""Signed links over HTTP: fetching shows, pressing votes, and everything else is one clear line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.archive.triage import open_triage
from paperlark.domain.paper import PaperId
from paperlark.domain.vote_links import signed_path, vote_link
from paperlark.settings.environment import Environment
from paperlark.store.link_key import link_key, link_key_path
from standins.by_proxy import by_proxy

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

HOST = "papers.example.org"
DAY = date(2025, 3, 25)
MORNING = datetime(2025, 3, 26, 9, tzinfo=UTC)


@dataclass
class Clock:
    """What time it is for the reader."""

    now: datetime = MORNING


@dataclass
class Reader:
    """A profile of the sample with the page of one day."""

    profile: OpenedProfile
    clock: Clock

    def link(self, place: int = 1, *, reader: str = "", key: bytes = b"") -> str:
        """Return the path of the link to the paper at this place, as a mail has it."""
        with open_triage(self.profile.settings, self.profile.environment) as triage:
            name = triage.profile
        link = vote_link(self.paper(place), DAY, place)
        return signed_path(link, reader or name, key or link_key(self.profile.settings.database))

    def paper(self, place: int) -> PaperId:
        """Return the paper at this place."""
        return self.profile.digest(DAY).entries[place - 1].paper.id

    def done(self) -> list[tuple[str, str, date | None, int | None]]:
        """Return all that was done: what, with which paper, on which page, at which place."""
        history = self.profile.reading.triage_history()
        return [(str(one.action), one.paper_id, one.page, one.place) for one in history]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the page of a day, once for all tests."""
    home = tmp_path_factory.mktemp("made")
    shutil.copytree(str(files("paperlark") / "sample"), home, dirs_exist_ok=True)
    profile = home / "paperlark.toml"
    profile.write_text(f'{profile.read_text()}\n[read]\naddress = "https://{HOST}/"\n')
    _opened(home, Clock()).make_page(DAY)
    return home


def _opened(home: Path, clock: Clock) -> OpenedProfile:
    variables = {f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")}
    environment = Environment(variables=variables, now=lambda: clock.now)
    return paperlark.open_profile(
        home, options=RunOptions(feeds=home / "feeds"), environment=environment
    )


@pytest.fixture
def reader(made: Path, tmp_path: Path) -> Reader:
    """Return a reader who has done nothing yet."""
    home = tmp_path / "home"
    shutil.copytree(made, home)
    clock = Clock()
    return Reader(_opened(home, clock), clock)


@pytest.fixture
def client(reader: Reader) -> Iterator[httpx.Client]:
    """Return a browser without any cookie, which comes by the reader's proxy."""
    with by_proxy(reader.profile, HOST) as found:
        yield found


def _event(page: httpx.Response) -> str:
    assert page.status_code == 200, page.text
    [found] = LexborHTMLParser(page.text).css("input[name=event]")
    return found.attributes["value"] or ""


def _pressed(page: httpx.Response) -> list[str | None]:
    buttons = LexborHTMLParser(page.text).css("button[aria-pressed=true]")
    return [one.attributes["value"] for one in buttons]


def _refusal(answer: httpx.Response) -> str:
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.count("\n") == 1
    return answer.text


def test_a_press_votes_once_with_the_page_and_the_place(
    client: httpx.Client, reader: Reader
) -> None:
    link = reader.link(2)
    page = client.get(link)
    assert _pressed(page) == []
    form = {"do": "want", "event": _event(page)}
    for _ in range(3):  # pressed twice, and replayed
        answer = client.post(link, data=form)
        assert answer.status_code == 303
        assert httpx.URL(f"https://{HOST}{link}").join(answer.headers["location"]).path == link
    assert reader.done() == [("want", reader.paper(2), DAY, 2)]
    assert _pressed(client.get(link)) == ["want"]
    [(vote, _)] = reader.profile.reading.votes()
    assert (vote.paper_id, str(vote.vote)) == (reader.paper(2), "up")


def test_the_mind_can_be_changed(client: httpx.Client, reader: Reader) -> None:
    link = reader.link()
    for word in ("want", "not", "want"):
        client.post(link, data={"do": word, "event": _event(client.get(link))})
        assert _pressed(client.get(link)) == [word]
    assert len(reader.done()) == 3


def test_the_link_to_save_asks_first_and_saving_can_be_undone(
    client: httpx.Client, reader: Reader
) -> None:
    link = reader.link(3)
    page = client.get(f"{link}?do=save")
    assert reader.done() == []
    buttons = [one.attributes["value"] for one in LexborHTMLParser(page.text).css("button")]
    assert buttons == ["save", "want", "not"]
    client.post(link, data={"do": "save", "event": _event(page)})
    assert _pressed(client.get(link)) == ["unsave"]
    [saved] = [one for one, state in reader.profile.reading.triage_states().items() if state.saved]
    assert saved == reader.paper(3)
    client.post(link, data={"do": "unsave", "event": _event(client.get(link))})
    assert not any(state.saved for state in reader.profile.reading.triage_states().values())
    assert _pressed(client.get(link)) == []


def test_scanners_that_fetch_everything_change_nothing(
    client: httpx.Client, reader: Reader
) -> None:
    for place in (1, 2, 3):
        link = reader.link(place)
        page = client.get(link)
        links = LexborHTMLParser(page.text).css("a[href], [src], link")
        hosts = {httpx.URL(one.attributes["href"] or "").host for one in links}
        assert "arxiv.org" in hosts
        assert not {HOST, ""} & hosts  # no link leads back here
        assert client.head(link).status_code == 200
        assert client.get(f"{link}?do=want&event=x").status_code == 200
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            assert client.request(method, link).status_code == 405
    assert reader.done() == []


def _changed(reader: Reader) -> str:
    return reader.link().replace("/1/", "/2/")


def _of_another_paper(reader: Reader) -> str:
    return reader.link(1).replace(reader.paper(1), reader.paper(2))


def _of_another_reader(reader: Reader) -> str:
    return reader.link(reader="somebody else")


def _of_another_key(reader: Reader) -> str:
    return reader.link(key=b"x" * 32)


def _cut_off(reader: Reader) -> str:
    return reader.link()[:-1]


@pytest.mark.parametrize(
    "forged", [_changed, _of_another_paper, _of_another_reader, _of_another_key, _cut_off]
)
def test_a_link_that_was_not_signed_for_this_shows_and_votes_nothing(
    client: httpx.Client, reader: Reader, forged: Callable[[Reader], str]
) -> None:
    link = forged(reader)
    for answer in (client.get(link), client.post(link, data={"do": "want", "event": "e"})):
        assert "not whole, or is another reader's; no vote was cast" in _refusal(answer)
    assert reader.done() == []


def test_an_expired_link_shows_and_votes_nothing(client: httpx.Client, reader: Reader) -> None:
    link = reader.link()
    event = _event(client.get(link))
    reader.clock.now = MORNING + timedelta(days=31)
    for answer in (client.get(link), client.post(link, data={"do": "want", "event": event})):
        assert "this link worked until 2025-04-24; no vote was cast" in _refusal(answer)
    assert reader.done() == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 400),
        ({"do": "want"}, 400),
        ({"do": "open", "event": "e"}, 400),
        ({"do": "want", "event": "e" * 65}, 400),
        ({"do": "want", "event": "e", "text": "x" * 2_000}, 413),
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(
    client: httpx.Client, reader: Reader, form: dict[str, str], status: int
) -> None:
    answer = client.post(reader.link(), data=form)
    assert answer.status_code == status
    assert answer.text.count("\n") == 1
    assert reader.done() == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_another_site_cannot_press_the_button(
    client: httpx.Client, reader: Reader, headers: dict[str, str]
) -> None:
    answer = client.post(reader.link(), data={"do": "want", "event": "e"}, headers=headers)
    assert answer.status_code == 403
    assert reader.done() == []
    own = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
    form = {"do": "want", "event": "e"}
    assert client.post(reader.link(), data=form, headers=own).status_code == 303


def test_what_is_wrong_on_the_machine_is_told_to_nobody(
    client: httpx.Client, reader: Reader
) -> None:
    link = reader.link()
    link_key_path(reader.profile.settings.database).write_bytes(b"short")
    for answer in (client.get(link), client.post(link, data={"do": "want", "event": "e"})):
        assert answer.status_code == 503
        assert answer.text == "That does not work at the moment; try again later.\n"
    assert reader.done() == []


def test_by_the_public_name_there_is_nothing_but_links(
    client: httpx.Client, reader: Reader
) -> None:
    for path in ("/", f"/day/{DAY}", "/list/saved", "/votes.jsonl", "/static/read.js", "/healthz"):
        assert client.get(path).status_code == 421
    assert client.post("/act", data={"do": "want"}).status_code == 421
    for host in ("evil.example", f"{HOST}.evil.example", f"{HOST}:444", ""):
        assert client.get(reader.link(), headers={"Host": host}).status_code in {400, 421}


def test_a_link_gives_no_session(client: httpx.Client, reader: Reader) -> None:
    page = client.get(reader.link())
    assert "set-cookie" not in page.headers
    del client.headers["Host"]  # by loopback, where there is more
    assert client.get(reader.link()).status_code == 200
    assert client.get("/").status_code == 403


def test_the_page_has_a_strict_policy_and_tells_of_one_paper_alone(
    client: httpx.Client, reader: Reader
) -> None:
    page = client.get(reader.link())
    policy = page.headers["content-security-policy"]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self';"
        r" base-uri 'none'; frame-ancestors 'none'",
        policy,
    )
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert reader.paper(1) in page.text
    assert reader.paper(2) not in page.text
    assert reader.profile.name not in page.text
