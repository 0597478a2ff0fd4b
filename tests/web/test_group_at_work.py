"""A group over real HTTP, in a process of its own: members vote at once, and nothing is lost."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.feedback import Vote
from standins.groups import DAY, Served, group, profiles_in

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
MANY = 20
VOTES = 5


@pytest.fixture
def twenty(tmp_path: Path) -> Served:
    """Return twenty readers who share one database, as a lab does."""
    names = [f"reader{number:02}" for number in range(MANY)]
    found = profiles_in(tmp_path, names[:1])
    first = tmp_path / names[0]
    for name in names:
        if name != names[0]:
            shutil.copytree(first, tmp_path / name, ignore=shutil.ignore_patterns("*.db*", "pages"))
        profile = tmp_path / name / "paperlark.toml"
        own = f'database = "../{names[0]}/paperlark.db"\nid = "{name}"\n'
        lines = [
            one
            for one in profile.read_text().splitlines()
            if not one.startswith(("id =", "database ="))
        ]
        profile.write_text(own + "\n".join(lines) + "\n")
    found.names = tuple(names)
    for name in names[1:]:
        found.profile(name).make_page(DAY)
    return found


def test_twenty_members_vote_at_once_and_each_vote_is_its_readers(twenty: Served) -> None:
    users = {name: f'user = "{name}"' for name in twenty.names}
    sign_in = 'method = "proxy"\nproxies = ["127.0.0.1"]'

    def vote(name: str) -> list[str]:
        headers = {"Remote-User": name}
        with httpx.Client(base_url=served.origin, headers=headers, timeout=60) as client:
            page = LexborHTMLParser(client.get(f"/r/{name}/day/{DAY}").text)
            token = page.css_first('#acts [name="token"]')
            assert token is not None
            own = twenty.names.index(name) % 3
            papers = [one.attributes["data-paper"] or "" for one in page.css("[data-paper]")]
            chosen = papers[own : own + VOTES]
            for paper in chosen:
                done = client.post(
                    f"/r/{name}/act",
                    data={
                        "token": token.attributes["value"] or "",
                        "event": f"{name}-{paper}",
                        "do": f"want {paper} {DAY} 1",
                    },
                )
                assert done.status_code == 303, done.text
            return chosen

    with group(twenty, sign_in, **users) as served, ThreadPoolExecutor(MANY) as at_once:
        chosen = dict(zip(twenty.names, at_once.map(vote, twenty.names), strict=True))
    assert {len(one) for one in chosen.values()} == {VOTES}
    for name, papers in chosen.items():
        stored = twenty.profile(name).reading.votes()
        assert [one.paper_id for one, _ in stored] == papers
        assert {one.vote for one, _ in stored} == {Vote.UP}


def test_a_request_past_the_proxy_is_refused_and_told_in_the_log(tmp_path: Path) -> None:
    found = profiles_in(tmp_path, ["ada"])
    sign_in = 'method = "proxy"\nproxies = ["127.0.0.2"]'
    with group(found, sign_in, ada='user = "ada"') as served:
        headers = {"Remote-User": "ada", "X-Forwarded-For": "127.0.0.2"}
        assert httpx.get(f"{served.origin}/r/ada/", headers=headers).status_code == 403
        there = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(transport=there, base_url=served.origin, headers=headers) as proxy:
            assert proxy.get("/r/ada/", timeout=60).status_code == 200
        assert served.end() == 0
    assert "127.0.0.1 sent Remote-User and is none of the proxies" in found.log.read_text()
