"""The six tools and the resources through the official client: in memory, by stdio, by HTTP."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError

from paperlark.domain.paper import PaperId
from paperlark.mcp.server import ServedArchive, make_server
from paperlark.verbs.answers import LARGEST
from paperlark.verbs.catalogue import Asker
from paperlark.verbs.tokens import estimate_tokens
from standins.assistants import DAYS, Asking, Home, asking, in_memory, make_home, text_of

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
PAPER = "2502.18137"
UNKNOWN = "2502.99999"


def test_there_are_six_tools_with_little_to_read(asked: Asking) -> None:
    tools = asked.run(asked.client.list_tools).tools
    assert [one.name for one in tools] == ["digest", "search", "paper", "similar", "vote", "save"]
    schema = json.dumps(
        [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in tools],
        separators=(",", ":"),
    )
    assert estimate_tokens(schema) <= 1_500
    for one in tools:
        assert one.annotations is not None
        assert one.annotations.read_only_hint == (one.name not in {"vote", "save"})


def test_tools_are_listed_within_100_ms_after_the_start(asked: Asking) -> None:
    asked.run(asked.client.list_tools)
    begun = time.perf_counter()
    asked.run(partial(asked.client.list_tools, cache_mode="bypass"))
    assert time.perf_counter() - begun < 0.1 * 5  # five times that: others use this machine


def test_the_digest_is_the_latest_page_or_that_of_a_day(asked: Asking, home: Home) -> None:
    latest, digest = asked.value("digest"), home.profile.digest()
    assert latest["day"] == DAYS[-1] == str(digest.day)
    assert [one["id"] for one in latest["papers"]] == [one.paper.id for one in digest.entries]
    assert latest["papers"][0]["outside"].splitlines()[1].startswith("title: ")
    assert asked.value("digest", day=DAYS[0])["day"] == DAYS[0]


def test_search_finds_what_the_reader_would_find(asked: Asking, home: Home) -> None:
    found = asked.value("search", query="quantization")
    own = home.profile.search("quantization", limit=100)
    assert [one["id"] for one in found["papers"]] == [one.paper.id for one in own.found]
    assert found["found"] == own.count


def test_every_filter_of_a_search_counts(asked: Asking) -> None:
    everything = asked.value("search", category="cs")["found"]
    for narrower in (
        {"first": DAYS[1], "last": DAYS[1]},
        {"on_page": True},
        {"author": "Zhang"},
        {"query": "inference"},
    ):
        assert 0 < asked.value("search", category="cs", **narrower)["found"] < everything


def test_a_paper_has_its_whole_abstract_and_its_days(asked: Asking, home: Home) -> None:
    found = asked.value("paper", id=f"https://arxiv.org/abs/{PAPER}v1")
    (known,) = home.profile.reading.papers_with_states([PAPER])
    abstract = " ".join(known.entry.paper.abstract.split())
    assert found["id"] == PAPER
    assert f"abstract: {abstract}" in found["outside"]
    assert found["days"] == [{"day": "2025-02-26", "outcome": "on the page", "place": 3}]


def test_similar_papers_come_nearest_first_and_never_the_paper_itself(asked: Asking) -> None:
    papers = [
        one
        for page in asked.pages("similar", id=PAPER)
        for one in page.structured_content["papers"]
    ]
    cosines = [one["similarity"] for one in papers]
    assert cosines == sorted(cosines, reverse=True)
    assert len({one["id"] for one in papers} - {PAPER}) == len(papers) > 5


def test_pages_by_cursor_have_each_paper_once_and_fit(asked: Asking) -> None:
    pages = list(asked.pages("search", category="cs"))
    papers = [one["id"] for page in pages for one in page.structured_content["papers"]]
    assert len(papers) == len(set(papers)) == 100
    assert len(pages) > 3
    for one in pages:
        assert estimate_tokens(one.model_dump_json(by_alias=True, exclude_none=True)) <= LARGEST
        assert json.loads(text_of(one)) == one.structured_content


def test_a_vote_is_marked_and_is_undone_like_any_other(asked: Asking, home: Home) -> None:
    done = asked.value("vote", id=PAPER, vote="up")
    assert done == {"id": PAPER, "changed": True, "vote": "up", "by_assistant": ["vote"]}
    ((vote, _),) = home.profile.reading.votes()
    assert (vote.paper_id, str(vote.vote), vote.by_assistant) == (PAPER, "up", True)
    assert not home.profile.reading.triage_states()[PaperId(PAPER)].seen
    event = home.profile.reading.undoable_triage()[-1]
    assert event.by_assistant
    home.profile.reading.undo_triage(event.id)
    assert home.profile.reading.votes() == ()
    assert asked.value("paper", id=PAPER).get("vote") is None


def test_the_same_vote_again_changes_nothing_and_none_takes_it_back(asked: Asking) -> None:
    assert asked.value("vote", id=PAPER, vote="down")["changed"]
    assert not asked.value("vote", id=PAPER, vote="down")["changed"]
    assert asked.value("vote", id=PAPER, vote="none") == {"id": PAPER, "changed": True}


def test_a_paper_is_saved_and_let_go(asked: Asking, home: Home) -> None:
    done = asked.value("save", id=PAPER)
    assert done == {"id": PAPER, "changed": True, "saved": True, "by_assistant": ["saved"]}
    assert home.profile.reading.triage_states()[PaperId(PAPER)].saved_by_assistant
    assert asked.value("save", id=PAPER, saved=False) == {"id": PAPER, "changed": True}


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("digest", {"day": "yesterday"}, "day: "),
        ("digest", {"day": "2020-01-01"}, "there is no page of 2020-01-01"),
        ("digest", {"days": 3}, "days: "),
        ("digest", {"cursor": "7-000000000000"}, "does not continue"),
        ("digest", {"cursor": "9" * 10_000}, "does not continue"),
        ("search", {}, "nothing to search for"),
        ("search", {"query": "x" * 501}, "query: "),
        ("search", {"query": ["a"]}, "query: "),
        ("paper", {}, "id: "),
        ("paper", {"id": "a paper about bats"}, "id: no arXiv identifier"),
        ("paper", {"id": UNKNOWN}, "is not in the archive"),
        ("paper", {"id": "../../etc/passwd"}, "id: no arXiv identifier"),
        ("similar", {"id": UNKNOWN}, "is not in the archive"),
        ("vote", {"id": UNKNOWN, "vote": "up"}, "is not in the archive"),
        ("vote", {"id": PAPER, "vote": "yes"}, "vote: "),
        ("save", {"id": PAPER, "saved": "perhaps"}, "saved: "),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    asked: Asking, tool: str, arguments: dict[str, object], told: str
) -> None:
    problem = asked.problem(tool, **arguments)
    assert told in problem
    assert "\n" not in problem
    assert len(problem) < 700


def test_an_unknown_tool_is_an_error_of_the_protocol(asked: Asking) -> None:
    with pytest.raises(MCPError, match="no tool 'delete'"):
        asked.call("delete")


def test_resources_are_days_papers_and_criteria(asked: Asking, home: Home) -> None:
    listed = [str(one.uri) for one in asked.run(asked.client.list_resources).resources]
    assert listed == [
        "paperlark://criteria",
        "paperlark://days",
        *(f"paperlark://days/{day}" for day in reversed(DAYS)),
    ]
    templates = asked.run(asked.client.list_resource_templates).resource_templates
    assert [one.uri_template for one in templates] == [
        "paperlark://days/{day}{?cursor}",
        "paperlark://papers/{+id}",
    ]
    read = {one: _read(asked, one) for one in (*listed, f"paperlark://papers/{PAPER}")}
    assert [one["day"] for one in read["paperlark://days"]["days"]] == list(reversed(DAYS))
    assert read[f"paperlark://days/{DAYS[0]}"]["day"] == DAYS[0]
    assert read[f"paperlark://papers/{PAPER}"]["id"] == PAPER
    first_line = home.profile.interests.criteria_text().splitlines()[0]
    assert first_line in read["paperlark://criteria"]["parts"][0]["outside"]


def _read(asked: Asking, address: str) -> dict[str, Any]:
    (content,) = asked.run(partial(asked.client.read_resource, address)).contents
    found: dict[str, Any] = json.loads(content.text)
    return found


@pytest.mark.parametrize(
    "address",
    [
        "paperlark://nothing",
        "paperlark://days/2020-01-01",
        "paperlark://days/..%2f..%2fetc",
        "paperlark://papers/",
        f"paperlark://papers/{UNKNOWN}",
        "file:///etc/passwd",
        "https://arxiv.org/abs/2502.18137",
        "paperlark://days?cursor=7-000000000000",
        "paperlark://[",
    ],
)
def test_what_is_not_there_is_not_read(asked: Asking, address: str) -> None:
    with pytest.raises(MCPError):
        _read(asked, address)


def test_who_cancels_gets_no_answer_and_the_next_is_answered(asked: Asking) -> None:
    async def cancelled() -> bool:
        with anyio.move_on_after(0.0005) as scope:
            await asked.client.call_tool("search", {"query": "large language models"})
        return scope.cancelled_caught

    assert any(asked.run(cancelled) for _ in range(5))
    assert asked.value("digest")["day"] == DAYS[-1]


def test_several_at_once_are_all_answered(asked: Asking) -> None:
    async def several() -> list[str]:
        days: list[str] = []

        async def one(day: str) -> None:
            found = await asked.client.call_tool("digest", {"day": day})
            days.append(found.structured_content["day"])

        async with anyio.create_task_group() as group:
            for day in DAYS * 5:
                group.start_soon(one, day)
        return days

    assert sorted(asked.run(several)) == sorted(DAYS * 5)


def test_votes_are_off_unless_the_reader_allows_them(home: Home) -> None:
    with asking(in_memory(home.profile)) as asked:
        assert "only the reader can allow it" in asked.problem("vote", id=PAPER, vote="up")
        assert "only the reader can allow it" in asked.problem("save", id=PAPER)
    assert home.profile.reading.votes() == ()


def test_an_answer_that_takes_too_long_is_given_up(home: Home) -> None:
    archive = ServedArchive(home.profile, Asker(may_vote=False), at_most=0.0)
    with asking(Client(make_server(archive))) as asked:
        assert "no answer within" in asked.problem("search", query="bats")


def test_before_the_first_page_everything_says_so(tmp_path: Path) -> None:
    home = make_home(tmp_path, made=False)
    with asking(in_memory(home.profile, may_vote=True)) as asked:
        for tool, arguments in (
            ("digest", {}),
            ("search", {"query": "bats"}),
            ("paper", {"id": PAPER}),
            ("similar", {"id": PAPER}),
            ("vote", {"id": PAPER, "vote": "up"}),
            ("save", {"id": PAPER}),
        ):
            assert "has no page yet" in asked.problem(tool, **arguments)
        listed = asked.run(asked.client.list_resources).resources
        assert [str(one.uri) for one in listed] == ["paperlark://criteria", "paperlark://days"]
    assert not (home.folder / "paperlark.db").exists()


def test_long_criteria_are_read_to_their_end_in_any_script(tmp_path: Path) -> None:
    home = make_home(tmp_path, made=False)
    signs = [chr(0x4E00 + number) for number in range(9_000)]
    (home.folder / "criteria.md").write_text("".join(signs), "utf-8")
    address, read, pages = "paperlark://criteria", "", 0
    with asking(in_memory(home.profile)) as asked:
        while True:
            found = _read(asked, address)
            lines = [part["outside"].splitlines()[1] for part in found["parts"]]
            read += "".join(line.removeprefix("criteria: ") for line in lines)
            pages += 1
            if not found["next"]:
                break
            address = f"paperlark://criteria?cursor={found['next']}"
    assert read == "".join(signs)
    assert pages > 2
