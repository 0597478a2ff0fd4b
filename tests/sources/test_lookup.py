from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer

from paperlark.domain.errors import SourceUnreachable
from paperlark.domain.paper import PaperId
from paperlark.sources._client import ArxivClient
from paperlark.sources.search_api import LOOKUP_SLICE, ArxivLookup
from paperlark.testing import a_paper
from standins.lookup import StandInLookup
from standins.papers import papers

OLD = a_paper("hep-th/9901001", version=3, categories=("hep-th",))


@pytest.fixture
def standing(loopback: HTTPServer) -> StandInLookup:
    loopback.clear()
    return StandInLookup(loopback, [*papers(250), OLD])


def test_papers_are_returned_with_arxiv_s_metadata(
    client: ArxivClient, standing: StandInLookup
) -> None:
    assert list(ArxivLookup(client, standing.url).papers([OLD.id])) == [OLD]


def test_papers_are_requested_a_hundred_at_a_time_and_each_once(
    client: ArxivClient, standing: StandInLookup
) -> None:
    wanted = [one.id for one in papers(250)]
    found = ArxivLookup(client, standing.url).papers([*wanted, *wanted])
    assert {one.id for one in found} == set(wanted)
    assert [len(one) for one in standing.asked] == [LOOKUP_SLICE, LOOKUP_SLICE, 50]


def test_what_arxiv_does_not_have_is_left_out(client: ArxivClient, standing: StandInLookup) -> None:
    found = ArxivLookup(client, standing.url).papers([PaperId("2501.99999"), OLD.id])
    assert list(found) == [OLD]


def test_identifiers_with_impossible_months_are_not_requested(
    client: ArxivClient, standing: StandInLookup
) -> None:
    assert list(ArxivLookup(client, standing.url).papers([PaperId("2513.00001")])) == []
    assert standing.asked == []


def test_an_empty_answer_is_requested_again(client: ArxivClient, standing: StandInLookup) -> None:
    standing.empty = 1
    assert list(ArxivLookup(client, standing.url).papers([OLD.id])) == [OLD]


def test_papers_before_a_failure_are_kept(client: ArxivClient, standing: StandInLookup) -> None:
    came = []
    with pytest.raises(SourceUnreachable):  # noqa: PT012  # what came before is the point
        for paper in ArxivLookup(client, standing.url).papers([one.id for one in papers(250)]):
            came.append(paper)
            standing.failing = 1
    assert len(came) == LOOKUP_SLICE
