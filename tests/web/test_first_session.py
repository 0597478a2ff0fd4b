"""A first session over HTTP: typed, asked, written; with scripts nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Self

import httpx
import pytest
import uvicorn
from click.testing import CliRunner
from pytest_httpserver import HTTPServer
from selectolax.lexbor import LexborHTMLParser
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from werkzeug import Request, Response

from paperlark import OpenedProfile, RunOptions
from paperlark.cli import cli
from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.cards import MOST_CARDS
from paperlark.domain.feedback import Vote
from paperlark.domain.paper import Author
from paperlark.settings.environment import Environment
from paperlark.settings.load import usual_arxiv
from paperlark.testing import a_paper
from paperlark.web.first_pages import make_first_app
from paperlark.web.first_session import FirstContext, FirstSession
from paperlark.web.server import listening, running_at
from paperlark.web.sessions import Sessions
from standins.arxiv_pages import results
from standins.reading import App, first_app
from standins.serving import loopback, no_waiting
from standins.watches import FakeWatch

__all__ = ["loopback", "no_waiting"]

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
INTERESTS = "Pruning and quantization of language models, but no surveys."
_FIRST = datetime(2025, 2, 20, 12, tzinfo=UTC)
BATS = [
    a_paper(
        f"2401.0000{n}",
        title=title,
        abstract=f"We study {title}.",
        authors=(Author("Kai Olsen"), Author("Ada Lovelace")),
        categories=("q-bio.NC",),
    )
    for n, title in enumerate(("sonar of bats", "calls of bats", "bats and moths"))
]


class FirstClient:
    """A browser without scripts before the app of a first session."""

    def __init__(self, home: Path, search: str, *, feeds: Path | None) -> None:
        self.written: list[OpenedProfile] = []
        self.home = home
        environment = Environment(
            variables={f"XDG_{name}_HOME": str(home) for name in ("CACHE", "CONFIG", "DATA")},
            now=lambda: datetime(2025, 3, 25, 12, tzinfo=UTC),
            rate_limit_clock=FakeWatch().rate_limit_clock,
        )
        # A port of loopback where nobody listens stands for a machine without a network.
        nowhere = "http://127.0.0.1:9"
        arxiv = replace(
            usual_arxiv(),
            search=search,
            rss=nowhere,
            pages=nowhere,
            oai=nowhere,
            patience=45.0,
        )
        context = FirstContext(home / "mine", RunOptions(feeds=feeds), environment, arxiv)
        self.session = FirstSession(context)
        self.browser = httpx.Client(follow_redirects=True, timeout=60)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Serve the app on loopback, and let the browser in."""
        with listening(0) as listener:
            listener.listen()
            running = running_at(listener, Sessions())
            port = listener.getsockname()[1]
            app = make_first_app(self.session, running.sessions, port, self._then)
            config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none")
            server = uvicorn.Server(config)
            thread = Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            self.browser.base_url = httpx.URL(f"http://127.0.0.1:{port}")
            try:
                with self.browser:
                    assert self.browser.get(running.address).status_code == 200
                    yield self
            finally:
                server.should_exit = True
                thread.join()

    def _then(self, profile: OpenedProfile) -> Starlette:
        self.written.append(profile)
        return Starlette(routes=[Route("/", lambda _: PlainTextResponse("today"))])

    @property
    def token(self) -> str:
        page = LexborHTMLParser(self.browser.get("/").text)
        field = page.css_first('input[name="token"]')
        assert field is not None
        return field.attributes["value"] or ""

    def begin(self, *, file: tuple[str, bytes] = ("", b""), **typed: str) -> httpx.Response:
        """Send what is typed into the first form."""
        usual = {"fields": "cs.LG", "interests": "", "named": "", "author": "", "do": "begin"}
        data = {"token": self.token, **usual, **typed}
        return self.browser.post("/begin", data=data, files={"file": file})

    def press(self, answer: str) -> LexborHTMLParser:
        """Press a button of the card that is shown, and return the next page."""
        page = LexborHTMLParser(self.browser.get("/cards").text)
        button = page.css_first(f'.card button[value^="{answer}"]')
        assert button is not None
        data = {"token": self.token, "do": button.attributes["value"] or ""}
        return LexborHTMLParser(self.browser.post("/card", data=data).text)

    def finish(self) -> httpx.Response:
        """Write the profile."""
        return self.browser.post("/finish", data={"token": self.token})


@pytest.fixture
def feeds() -> Path:
    return Path(str(files("paperlark") / "sample" / "feeds"))


@pytest.fixture
def first(tmp_path: Path, loopback: HTTPServer, feeds: Path) -> Iterator[FirstClient]:
    """Return a session whose arXiv knows three papers on bats, by Ada Lovelace."""
    loopback.clear()

    def answer(request: Request) -> Response:
        listed = request.args.get("id_list", "").split(",")
        author = request.args.get("search_query", "")
        found = [one for one in BATS if one.id in listed or "lovelace" in author]
        listings = [(Listing(one, AnnounceType.NEW), _FIRST) for one in found]
        return Response(results(listings, len(listings)), content_type="text/xml")

    loopback.expect_request("/lookup").respond_with_handler(answer)
    with FirstClient(tmp_path, loopback.url_for("/lookup"), feeds=feeds).running() as found:
        yield found


@pytest.fixture
def offline(tmp_path: Path) -> Iterator[FirstClient]:
    with FirstClient(tmp_path, "http://127.0.0.1:9/lookup", feeds=None).running() as found:
        yield found


def _problem(answer: httpx.Response) -> str:
    alert = LexborHTMLParser(answer.text).css_first('[role="alert"]')
    return alert.text().strip() if alert else ""


def _interests(first: FirstClient) -> str:
    text = LexborHTMLParser(first.browser.get("/").text).css_first('[name="interests"]')
    return text.text() if text else ""


def test_interests_and_answers_become_a_profile_and_votes(first: FirstClient) -> None:
    assert first.begin(interests=INTERESTS).url.path == "/cards"
    answers: dict[str, str] = {}
    for answer in ("want", "not", "skip", "want"):
        card = first.session.state.cards.card  # type: ignore[union-attr]
        assert card is not None
        answers[card.id] = answer
        first.press(answer)
    assert not (first.home / "mine").exists()
    assert first.finish().text == "today"
    [profile] = first.written
    assert (first.home / "mine" / "criteria.md").read_text().endswith(f"{INTERESTS}\n")
    assert profile.settings.profile.categories == ("cs.LG",)
    words = {Vote.UP: "want", Vote.DOWN: "not"}
    votes = {str(vote.paper_id): words[vote.vote] for vote, _ in profile.reading.votes()}
    assert votes == {paper: answer for paper, answer in answers.items() if answer != "skip"}


def test_the_first_page_is_ranked_as_the_cards_ended(first: FirstClient) -> None:
    """The list beside the cards is a promise: votes on the day's own papers count for its page."""
    first.begin(interests=INTERESTS)
    for answer in ("not", "want", "not"):
        first.press(answer)
    cards = first.session.state.cards
    assert cards is not None
    promised = [one.paper.id for one in cards.changes]
    first.finish()
    [profile] = first.written
    options = replace(profile.options, all_votes=True)
    digest = replace(profile, options=options).make_page(cards.day.day).digest
    ranked = sorted(digest.ranked, key=lambda one: one.match.rank)
    assert [one.paper_id for one in ranked] == promised


def test_each_answer_moves_the_list_and_says_so(first: FirstClient) -> None:
    first.begin(interests=INTERESTS)
    page = first.press("want")
    assert page.css(".tuned .moved")
    told = page.css_first('[role="status"]')
    assert told is not None
    assert "moved" in told.text()
    assert "Card 2 of at most 12" in page.text()


def test_at_most_twelve_cards_are_shown_and_each_can_be_skipped(first: FirstClient) -> None:
    first.begin(interests=INTERESTS)
    for _ in range(MOST_CARDS):
        page = first.press("skip")
    assert not page.css('button[value^="want"]')
    assert "answered all cards" in page.text()
    first.finish()
    assert first.written[0].reading.votes() == ()


def test_an_answer_is_taken_back(first: FirstClient) -> None:
    first.begin(interests=INTERESTS)
    before = first.session.state.cards
    first.press("want")
    first.press("back")
    assert first.session.state.cards == before
    assert not LexborHTMLParser(first.browser.get("/cards").text).css('button[value="back"]')


def test_an_answer_to_another_card_changes_nothing(first: FirstClient) -> None:
    first.begin(interests=INTERESTS)
    before = first.session.state
    for done in ("want 9999.99999", "burn 2503.18893", "want", "x" * 10_000):
        first.browser.post("/card", data={"token": first.token, "do": done})
    assert first.session.state == before


_BIB = "\n".join(
    f"@article{{k{n}, title={{{one.title}}}, abstract={{{one.abstract}}}}}"
    for n, one in enumerate(BATS)
)


@pytest.mark.parametrize(
    ("typed", "file"),
    [
        ({"named": "2401.00000, 2401.00001\n2401.00002"}, b""),
        ({"named": _BIB}, b""),
        ({}, _BIB.encode()),
    ],
)
def test_papers_draft_the_interests_and_are_imported(
    first: FirstClient, typed: dict[str, str], file: bytes
) -> None:
    answer = first.begin(file=("../library.bib", file), **typed)
    assert answer.url.path == "/"
    assert "3 papers of" in answer.text
    assert "bats" in _interests(first)
    first.begin(interests=_interests(first), fields="cs.LG")
    first.finish()
    [profile] = first.written
    [source] = profile.interests.imports()
    assert source.name == ("library.bib" if file else "your list")
    assert sorted(one.example.paper.title for one in source.papers) == sorted(
        one.title for one in BATS
    )
    assert all(one.example.wanted for one in source.papers)


def test_a_name_drafts_interests_and_field_and_imports_nothing(first: FirstClient) -> None:
    answer = first.begin(author="Lovelace, Ada")
    page = LexborHTMLParser(answer.text)
    field = page.css_first('[name="fields"]')
    assert field is not None
    assert field.attributes["value"] == "q-bio.NC"
    assert "bats" in _interests(first)
    first.begin(interests=_interests(first))
    first.finish()
    assert first.written[0].interests.imports() == ()


def test_named_papers_can_be_left_out_again(first: FirstClient) -> None:
    first.begin(author="Ada Lovelace")
    assert "3 papers of" in first.browser.get("/").text
    first.begin(do="forget")
    assert "3 papers of" not in first.browser.get("/").text


def test_what_was_typed_is_there_to_be_corrected(first: FirstClient) -> None:
    answer = first.begin(fields="galaxies, machine learning, cs.AI", named="2401.99999", author="A")
    page = LexborHTMLParser(answer.text)
    typed = {
        one.attributes["name"]: one.attributes.get("value") or one.text()
        for one in page.css(".first label input, .first label textarea")
    }
    assert typed["fields"] == "galaxies, cs.LG, cs.AI"
    assert (typed["named"], typed["author"]) == ("2401.99999", "A")


@pytest.mark.parametrize(
    ("typed", "file", "told"),
    [
        ({"fields": "knitting"}, b"", "no category like 'knitting'"),
        ({"fields": ""}, b"", "name 1 to"),
        ({"fields": "machine learning"}, b"", "may be cs.LG (Machine Learning), stat.ML"),
        ({"interests": "?!"}, b"", "that is empty"),
        ({"interests": "x" * 31_000}, b"", "30,000 characters"),
        ({"named": "nonsense, ids"}, b"", "unsupported file type"),
        ({"named": "2401.99999"}, b"", "no paper of your list could be found"),
        ({"named": "/etc/passwd"}, b"", "unsupported file type"),
        ({"author": "Nobody Known"}, b"", "knows no papers by 'Nobody Known'"),
        ({"author": "Doe"}, b"", "not a full name"),
        ({}, bytes(range(256)) * 40, "is not text"),
        ({}, b"\x1f\x8bnot packed", "cannot be unpacked"),
        ({}, b"<html>a page</html>", "unsupported file type"),
    ],
)
def test_bad_input_is_told_in_one_line_and_changes_nothing(
    first: FirstClient, typed: dict[str, str], file: bytes, told: str
) -> None:
    before = first.session.state
    answer = first.begin(file=("<b>papers.bib" if file else "", file), **typed)
    assert answer.status_code == 400
    assert told in _problem(answer)
    assert len(_problem(answer).splitlines()) == 1
    assert "/tmp" not in _problem(answer)  # noqa: S108  # no path of ours is told
    assert first.session.state == before
    assert not (first.home / "mine").exists()


def test_what_was_typed_stays_beside_the_error(first: FirstClient) -> None:
    answer = first.begin(fields="knitting", interests="bats & <b>owls</b>")
    page = LexborHTMLParser(answer.text)
    assert page.css_first('[name="interests"]').text() == "bats & <b>owls</b>"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"x" * 10_000_000, "multipart/form-data; boundary=b", 413),
        (b"token=x", "application/x-www-form-urlencoded", 400),
        (b"nothing", "multipart/form-data; boundary=b", 403),
        (b"--b\r\n\r\n\r\n--b--", "multipart/form-data; boundary=b", 400),
        (b"--b\r\n" * 100, "multipart/form-data; boundary=b", 400),
        (b"nothing", "multipart/form-data", 400),
    ],
)
def test_what_is_no_form_is_refused_in_one_line(
    first: FirstClient, content: bytes, kind: str, status: int
) -> None:
    before = first.session.state
    answer = first.browser.post("/begin", content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert len(answer.text.splitlines()) == 1
    assert first.session.state == before


@pytest.mark.parametrize("path", ["/begin", "/card", "/finish"])
def test_a_form_of_elsewhere_changes_nothing(first: FirstClient, path: str) -> None:
    first.begin(interests=INTERESTS)
    before = first.session.state
    data = {"do": "begin", "fields": "cs.AI", "interests": "x", "token": "guessed"}
    files = {"file": ("", b"")} if path == "/begin" else None
    assert first.browser.post(path, data=data, files=files).status_code == 403
    good = {**data, "token": first.token}
    evil = {"Origin": "https://evil.example"}
    assert first.browser.post(path, data=good, files=files, headers=evil).status_code == 403
    host = {"Host": "evil.example"}
    assert first.browser.post(path, data=good, files=files, headers=host).status_code == 421
    first.browser.cookies.clear()
    assert first.browser.post(path, data=good, files=files).status_code == 403
    assert first.session.state == before
    assert first.written == []


def test_without_a_network_interests_alone_are_enough(offline: FirstClient) -> None:
    answer = offline.begin(interests=INTERESTS)
    assert answer.url.path == "/cards"
    assert "so there are no cards" in _problem(answer)
    assert "No network" in _problem(answer)
    offline.finish()
    assert (offline.home / "mine" / "criteria.md").read_text().endswith(f"{INTERESTS}\n")


def test_without_a_network_papers_cannot_be_named(offline: FirstClient) -> None:
    for answer in (offline.begin(author="Ada Lovelace"), offline.begin(named="2401.00000")):
        assert "arXiv could not be asked" in _problem(answer)
        assert "in your own words" in _problem(answer)


def test_nothing_is_overwritten(first: FirstClient) -> None:
    first.begin(interests=INTERESTS)
    (first.home / "mine").mkdir()
    theirs = first.home / "mine" / "criteria.md"
    theirs.write_text("somebody else's")
    answer = first.finish()
    assert answer.status_code == 409
    assert "already exists" in answer.text
    assert theirs.read_text() == "somebody else's"
    assert not (first.home / "mine" / "paperlark.toml").exists()
    theirs.unlink()
    assert first.finish().text == "today"


def test_a_profile_whose_answers_cannot_be_stored_is_not_left_behind(first: FirstClient) -> None:
    first.begin(interests=INTERESTS)
    first.press("want")
    in_the_way = first.home / "mine" / "paperlark.db"
    in_the_way.mkdir(parents=True)
    assert first.finish().status_code == 409
    assert [one.name for one in (first.home / "mine").glob("*.toml")] == []
    in_the_way.rmdir()
    assert first.finish().text == "today"
    assert len(first.written[0].reading.votes()) == 1


def test_nothing_is_written_before_anything_is_said(first: FirstClient) -> None:
    assert first.browser.get("/cards").url.path == "/"
    first.finish()
    assert first.written == []
    assert not (first.home / "mine").exists()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[App]:
    with first_app(tmp_path) as found:
        yield found


def test_paperlark_read_begins_where_there_is_no_profile(running: App) -> None:
    with httpx.Client(follow_redirects=True, timeout=60) as browser:
        page = LexborHTMLParser(browser.get(running.address).text)
        assert page.css_first("h1").text() == "What do you want to read?"  # type: ignore[union-attr]
        token = page.css_first('[name="token"]').attributes["value"] or ""  # type: ignore[union-attr]
        typed = {"token": token, "fields": "cs.LG", "interests": INTERESTS, "do": "begin"}
        browser.post(f"{running.origin}/begin", data=typed, files={"file": ("", b"")})
        answer = browser.post(f"{running.origin}/finish", data={"token": token})
        assert answer.url.path == "/"
        for _ in range(600):
            if browser.get(f"{running.origin}/making").json()["made"]:
                break
        assert "Tuesday, 25 March 2025" in browser.get(running.origin).text
        profile = running.profile
        assert profile.settings.profile.categories == ("cs.LG",)
        assert [str(day) for day in profile.days()] == ["2025-03-25"]


def test_a_missing_profile_of_another_name_stays_an_error(tmp_path: Path) -> None:
    missing = str(tmp_path / "other.toml")
    result = CliRunner().invoke(cli, ["read", "--no-open", "--profile", missing])
    assert result.exit_code != 0
    assert "other.toml" in result.output
