"""The JSON API: what assistants ask, for programs with the token and for pages of the app."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from openapi_spec_validator import validate

from paperlark.verbs.arguments import schema_of
from paperlark.verbs.catalogue import VERBS
from paperlark.verbs.openapi import OPERATIONS, describe
from standins.reading import App

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
BASE = "/api/v1"
PAPER = "2502.18137"


@pytest.fixture
def page(reading: App) -> Iterator[httpx.Client]:
    """Return a browser's session."""
    with httpx.Client(base_url=reading.origin, follow_redirects=True, timeout=60) as found:
        found.get(reading.address)
        yield found


@pytest.fixture
def program(reading: App) -> Iterator[httpx.Client]:
    """Return a program with the token of assistants."""
    headers = {"Authorization": f"Bearer {reading.profile.assistant_token()}"}
    with httpx.Client(base_url=reading.origin, headers=headers, timeout=60) as found:
        yield found


def _form_token(page: httpx.Client) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.get("/").text)
    assert found
    return found[1]


def test_its_description_is_valid_openapi(page: httpx.Client) -> None:
    found = page.get(f"{BASE}/openapi.json").json()
    validate(found)
    assert found == describe()


def test_every_verb_has_an_address_and_the_schema_that_assistants_get() -> None:
    assert {one.verb for one in OPERATIONS} == set(VERBS)
    paths = describe()["paths"]
    for one in OPERATIONS:
        described = paths[one.path][one.method.lower()]
        fields = {field["name"]: field["schema"] for field in described["parameters"]}
        if one.method == "POST":
            fields |= described["requestBody"]["content"]["application/json"]["schema"][
                "properties"
            ]
        expected = schema_of(one.verb.arguments)["properties"]
        assert fields.keys() == expected.keys()
        for name, field in fields.items():
            assert field.items() <= expected[name].items()


def test_a_program_reads_what_an_assistant_reads(program: httpx.Client, reading: App) -> None:
    digest = program.get(f"{BASE}/digest").json()
    own = reading.profile.digest()
    assert [one["id"] for one in digest["papers"]] == [one.paper.id for one in own.entries]
    assert digest["papers"][0]["outside"]["title"] == own.entries[0].paper.title
    found = program.get(f"{BASE}/search", params={"query": "quantization", "on_page": "false"})
    assert found.json()["found"] == reading.profile.search("quantization").count
    paper = program.get(f"{BASE}/papers/{PAPER}").json()
    assert paper["id"] == PAPER
    near = program.get(f"{BASE}/papers/{PAPER}/similar").json()
    assert near["papers"][0]["similarity"] >= near["papers"][1]["similarity"]


def test_pages_go_on_at_the_cursor(program: httpx.Client) -> None:
    asked = {"category": "cs"}
    first = program.get(f"{BASE}/search", params=asked).json()
    following = {**asked, "cursor": first["next"]}
    second = program.get(f"{BASE}/search", params=following).json()
    assert {one["id"] for one in first["papers"]}.isdisjoint(one["id"] for one in second["papers"])


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/digest?day=yesterday", 400, "day: "),
        ("/digest?dya=2025-03-25", 400, "dya: "),
        ("/digest?day=2020-01-01", 409, "there is no page of 2020-01-01"),
        ("/search", 400, "nothing to search for"),
        ("/papers/2502.99999", 400, "is not in the archive"),
        ("/papers/2502.99999/similar", 409, "is not in the archive"),
        ("/papers/bats", 400, "no arXiv identifier"),
        ("/papers/hep-th/9901001", 400, "hep-th/9901001 is not in the archive"),
    ],
)
def test_what_cannot_be_is_told_as_json(
    program: httpx.Client, path: str, status: int, told: str
) -> None:
    answer = program.get(f"{BASE}{path}")
    assert answer.status_code == status
    assert told in answer.json()["error"]


def test_a_page_of_the_app_votes_as_the_reader_with_its_form_token(
    page: httpx.Client, reading: App
) -> None:
    post = partial(page.post, f"{BASE}/papers/{PAPER}/vote", json={"vote": "up"})
    assert post().status_code == 403
    assert post(headers={"X-Form-Token": secrets.token_hex(32)}).status_code == 403
    token = {"X-Form-Token": _form_token(page)}
    strange = {**token, "Origin": "https://attacker.example"}
    assert post(headers=strange).status_code == 403
    assert reading.profile.reading.votes() == ()
    assert post(headers=token).json() == {"id": PAPER, "changed": True, "vote": "up"}
    ((vote, _),) = reading.profile.reading.votes()
    assert not vote.by_assistant
    page.post(f"{BASE}/papers/{PAPER}/vote", json={"vote": "none"}, headers=token)


def test_a_program_may_not_vote_unless_the_reader_allows_it(
    program: httpx.Client, reading: App
) -> None:
    profile = reading.home / "paperlark.toml"
    before = profile.read_text()
    refused = program.post(f"{BASE}/papers/{PAPER}/save", json={})
    assert refused.status_code == 403
    assert "only the reader can allow it" in refused.json()["error"]
    try:
        profile.write_text(f"{before}\n[mcp]\nvotes = true\n")
        done = program.post(f"{BASE}/papers/{PAPER}/save", json={}).json()
        assert done == {"id": PAPER, "changed": True, "saved": True, "by_assistant": ["saved"]}
        program.post(f"{BASE}/papers/{PAPER}/save", json={"saved": False})
    finally:
        profile.write_text(before)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"no json", 400),
        (b"[]", 400),
        (b"[" * 10_000, 400),
        (b'{"vote": "yes"}', 400),
        (b'{"vote": "up", "more": 1}', 400),
        (b'"' + b"x" * 20_000 + b'"', 413),
    ],
)
def test_a_body_that_is_none_is_refused(page: httpx.Client, content: bytes, status: int) -> None:
    token = {"X-Form-Token": _form_token(page)}
    answer = page.post(f"{BASE}/papers/{PAPER}/vote", content=content, headers=token)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_nobody_without_session_or_token_is_let_in(reading: App) -> None:
    address = f"{reading.origin}{BASE}/digest"
    assert httpx.get(address, timeout=60).status_code == 403
    for sent in ("Bearer wrong", "Bearer", f"Basic {reading.profile.assistant_token()}"):
        answer = httpx.get(address, headers={"Authorization": sent}, timeout=60)
        assert answer.status_code == 401


def test_the_token_opens_the_api_alone_and_only_by_its_own_name(program: httpx.Client) -> None:
    for path in ("/", "/votes.jsonl", "/api", "/api/v2/digest"):
        assert program.get(path).status_code == 403
    rebound = program.get(f"{BASE}/digest", headers={"Host": "attacker.example"})
    assert rebound.status_code == 421


def test_without_a_token_file_no_token_is_right(reading: App) -> None:
    path = reading.profile.assistant_token_path()
    path.unlink(missing_ok=True)
    for sent in ("Bearer ", "Bearer x", "Bearer"):
        answer = httpx.get(
            f"{reading.origin}{BASE}/digest", headers={"Authorization": sent.strip()}, timeout=60
        )
        assert answer.status_code == 401
    assert not path.exists()
