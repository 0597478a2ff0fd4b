"""The look-up over HTTP: well-behaved, misbehaved, and never fatal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.paper import PaperId
from paperlark.people.semantic_scholar import SemanticScholar
from paperlark.testing import a_paper
from standins.papers import papers
from standins.semantic_scholar import (
    KEY,
    Behaviour,
    Row,
    Scholar,
    author,
    breaks_on,
    changed,
    complains,
    drips,
    hangs_up,
    never_answers,
    says,
)

ADA = Person("Ada Lovelace", "1741101", 12)
PAPERS = papers(4)
FIRST, SECOND, THIRD, FOURTH = (paper.id for paper in PAPERS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["error", "message", "authors", "externalIds"]), inner)
    ),
    max_leaves=12,
)


class Waits(list[float]):
    """Remembers pauses instead of making them."""

    __call__ = list[float].append


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def people(scholar: Scholar, waits: Waits) -> Iterator[SemanticScholar]:
    with SemanticScholar(base_url=scholar.base_url, key=KEY, sleep=waits) as service:
        yield service


@pytest.fixture
def stranger(scholar: Scholar, waits: Waits) -> Iterator[SemanticScholar]:
    """Who has no key."""
    with SemanticScholar(base_url=scholar.base_url, sleep=waits) as service:
        yield service


def _indexed(scholar: Scholar, *ids: str) -> None:
    for id_ in ids:
        scholar.knows(id_, author("Ada Lovelace", "1741101", 12))


def _reasons(found: Mapping[PaperId, Authorship]) -> set[str]:
    return {one.reason for one in found.values() if isinstance(one, NotLookedUp)}


def test_persons_come_in_the_order_of_the_authors(
    scholar: Scholar, people: SemanticScholar
) -> None:
    scholar.knows(FIRST, author("Ada Lovelace", "1741101", 12), author("C. Babbage", None, None))
    assert people.look_up(PAPERS[:1]) == {
        FIRST: KnownAuthors((ADA, Person("C. Babbage", None, None)))
    }
    assert scholar.asked == [[FIRST]]
    assert scholar.fields == ["externalIds,authors.authorId,authors.name,authors.hIndex"]
    assert scholar.keys == [KEY]


def test_a_null_row_is_a_paper_not_indexed_yet(scholar: Scholar, people: SemanticScholar) -> None:
    _indexed(scholar, SECOND)
    found = people.look_up(PAPERS[:3])
    assert found == {FIRST: NotIndexed(), SECOND: KnownAuthors((ADA,)), THIRD: NotIndexed()}
    assert list(found) == [FIRST, SECOND, THIRD]


def test_a_request_without_any_indexed_paper_is_no_failure(
    scholar: Scholar, people: SemanticScholar
) -> None:
    found = people.look_up(PAPERS)
    assert set(found.values()) == {NotIndexed()}
    assert len(scholar.asked) == 1


@pytest.mark.parametrize("authors", [None, []])
def test_a_paper_without_authors_is_not_indexed_yet(
    scholar: Scholar, people: SemanticScholar, authors: object
) -> None:
    scholar.rows[FIRST] = {"externalIds": None, "authors": authors}
    assert people.look_up(PAPERS[:1]) == {FIRST: NotIndexed()}


@pytest.mark.parametrize("h_index", [None, -1, "12", 12.5, True, float("nan")])
def test_an_invalid_h_index_is_unknown(
    scholar: Scholar, people: SemanticScholar, h_index: object
) -> None:
    scholar.knows(FIRST, author("Ada Lovelace", "", h_index))
    assert people.look_up(PAPERS[:1]) == {
        FIRST: KnownAuthors((Person("Ada Lovelace", None, None),))
    }


def test_old_ids_are_asked_for_too(scholar: Scholar, people: SemanticScholar) -> None:
    _indexed(scholar, "hep-th/9901001")
    found = people.look_up([a_paper("hep-th/9901001")])
    assert found == {PaperId("hep-th/9901001"): KnownAuthors((ADA,))}


def test_no_papers_mean_no_request(scholar: Scholar, people: SemanticScholar) -> None:
    assert people.look_up([]) == {}
    assert scholar.asked == []


def test_requests_hold_at_most_500_papers_and_are_a_second_apart(
    scholar: Scholar, people: SemanticScholar, waits: Waits
) -> None:
    many = papers(1001)
    _indexed(scholar, many[0].id, many[500].id, many[1000].id)
    found = people.look_up([*many, many[0]])
    assert [len(ids) for ids in scholar.asked] == [500, 500, 1]
    assert waits == [1.0, 1.0]
    assert list(found) == [paper.id for paper in many]
    assert sum(isinstance(one, KnownAuthors) for one in found.values()) == 3


@pytest.mark.parametrize(
    "trouble",
    [
        complains(429, "Too Many Requests"),
        complains(429, "Too Many Requests", Retry_After="3"),
        complains(429, "Too Many Requests", Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"),
        complains(503, "Service Unavailable"),
        says(b"<html>Bad Gateway</html>", status=502),
        complains(504, "Endpoint request timed out"),
        hangs_up,
    ],
)
def test_temporary_failures_are_retried(
    scholar: Scholar, people: SemanticScholar, trouble: Behaviour
) -> None:
    _indexed(scholar, FIRST)
    scholar.then(trouble, trouble)
    assert people.look_up(PAPERS[:1]) == {FIRST: KnownAuthors((ADA,))}
    assert len(scholar.asked) == 3


def test_a_lasting_rate_limit_is_the_reason(scholar: Scholar, stranger: SemanticScholar) -> None:
    scholar.always = complains(429, "Too Many Requests")
    [reason] = _reasons(stranger.look_up(papers(600)))
    assert "answered 429: Too Many Requests; without a key everybody shares one limit" in reason
    assert [len(ids) for ids in scholar.asked] == [500] * 4
    assert scholar.keys == [None] * 4


def test_long_waits_are_not_kept(scholar: Scholar, people: SemanticScholar) -> None:
    scholar.always = complains(429, "Too Many Requests", Retry_After="3600")
    assert len(_reasons(people.look_up(PAPERS))) == 1
    assert len(scholar.asked) == 1


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (complains(400, "Unrecognized or unsupported fields: [x]"), "400: Unrecognized or unsupp"),
        (complains(404, "Not found"), "404: Not found"),
        (says({"message": "Forbidden"}, status=403), "403: Forbidden"),
        (says({"error": {"code": 7}}), '200: {"code": 7}'),
        (says(b"<html>A\x00page</html>", status=418), "418: <html>A page</html>"),
        (says(b"", status=301), "answered 301"),
        (says(b"", status=401), "answered 401"),
        (says(b"<html>A page</html>"), "not a list of papers"),
        (says(b"[" * 100_000), "not a list of papers"),
        (says(b"[" + b"1" * 5_000 + b"]"), "not a list of papers"),
        (says({}), "not a list of papers"),
        (says(b"x" * 70_000, status=400), "400: xxx"),
    ],
)
def test_a_refused_request_is_not_repeated_and_gives_the_reason(
    scholar: Scholar, people: SemanticScholar, trouble: Behaviour, said: str
) -> None:
    scholar.always = trouble
    found = people.look_up(PAPERS)
    [reason] = _reasons(found)
    assert said in reason
    assert len(reason) < 300
    assert reason.isprintable()
    assert list(found) == [FIRST, SECOND, THIRD, FOURTH]
    assert len(scholar.asked) == 1


def test_one_paper_that_breaks_a_request_is_found_and_the_rest_is_known(
    scholar: Scholar, people: SemanticScholar
) -> None:
    many = papers(500)
    _indexed(scholar, *(paper.id for paper in many))
    scholar.always = breaks_on(many[321].id)
    found = people.look_up(many)
    lost = [id_ for id_, one in found.items() if isinstance(one, NotLookedUp)]
    assert lost == [many[321].id]
    assert list(found) == [paper.id for paper in many]
    assert len(scholar.asked) < 20


def test_a_server_that_fails_on_every_request_is_soon_given_up(
    scholar: Scholar, people: SemanticScholar
) -> None:
    scholar.always = complains(500, "Internal Server Error")
    found = people.look_up(papers(1000))
    assert len(found) == 1000
    assert len(_reasons(found)) == 1
    assert len(scholar.asked) == 12


def test_results_before_a_failure_are_kept(scholar: Scholar, people: SemanticScholar) -> None:
    many = papers(501)
    _indexed(scholar, many[0].id)
    scholar.then(changed(list), complains(403, "Forbidden"))
    found = people.look_up(many)
    assert found[many[0].id] == KnownAuthors((ADA,))
    assert found[many[1].id] == NotIndexed()
    assert isinstance(found[many[500].id], NotLookedUp)


def test_a_reply_with_gaps_assigns_no_wrong_authors(
    scholar: Scholar, people: SemanticScholar
) -> None:
    for paper in PAPERS:
        scholar.knows(paper.id, author(f"Author of {paper.id}", paper.id[-1]))

    def without_second(rows: list[Row]) -> list[Row]:
        return [row for row in rows if row != scholar.rows[SECOND]]

    scholar.always = changed(without_second)  # type: ignore[arg-type]  # a list is given
    found = people.look_up(PAPERS)
    assert {id_ for id_, one in found.items() if isinstance(one, NotLookedUp)} == {SECOND}
    for id_ in (FIRST, THIRD, FOURTH):
        assert found[id_] == KnownAuthors((Person(f"Author of {id_}", id_[-1], None),))


def test_a_reply_in_another_order_is_not_used(scholar: Scholar, people: SemanticScholar) -> None:
    _indexed(scholar, FIRST, SECOND)
    scholar.then(changed(lambda rows: rows[::-1]))
    found = people.look_up(PAPERS[:2])
    assert found == {FIRST: KnownAuthors((ADA,)), SECOND: KnownAuthors((ADA,))}
    assert scholar.asked == [[FIRST, SECOND], [FIRST], [SECOND]]


def test_a_row_about_another_paper_is_not_used(scholar: Scholar, people: SemanticScholar) -> None:
    _indexed(scholar, FIRST, SECOND)
    scholar.rows[FIRST] = {"externalIds": {"ArXiv": "1706.03762"}, "authors": [author("X", "1")]}
    found = people.look_up(PAPERS[:2])
    assert found[SECOND] == KnownAuthors((ADA,))
    assert _reasons(found) == {"Semantic Scholar answered about another paper"}


@pytest.mark.parametrize("row", ["text", 7, [], {"authors": "Ada"}, {"authors": [None]}])
def test_a_malformed_row_costs_one_paper(
    scholar: Scholar, people: SemanticScholar, row: Row
) -> None:
    _indexed(scholar, SECOND)
    scholar.rows[FIRST] = row
    found = people.look_up(PAPERS[:2])
    assert found[SECOND] == KnownAuthors((ADA,))
    assert _reasons(found) == {"Semantic Scholar's answer about it is malformed"}


@pytest.mark.parametrize("slow", [never_answers, drips])
def test_a_missing_answer_times_out(scholar: Scholar, slow: Behaviour) -> None:
    scholar.always = slow
    with SemanticScholar(
        base_url=scholar.base_url, timeout=0.1, attempts=2, sleep=Waits()
    ) as people:
        [reason] = _reasons(people.look_up(PAPERS))
    assert reason.endswith("did not answer within 0.1 seconds")
    assert len(scholar.asked) == 2


def test_an_answer_that_is_too_large_is_not_read(
    scholar: Scholar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paperlark.people._endpoint._LARGEST", 1_000)
    scholar.always = says([{"abstract": "w" * 2_000}])
    with SemanticScholar(base_url=scholar.base_url, sleep=Waits()) as people:
        [reason] = _reasons(people.look_up(PAPERS[:1]))
    assert reason.endswith("answered with too much data")


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1", "http://", "http://[::1", "http://127.0.0.1:99999", "http://x\x00y"],
)
def test_an_unreachable_address_is_the_reason(address: str) -> None:
    with SemanticScholar(base_url=address, sleep=Waits()) as people:
        assert len(_reasons(people.look_up(PAPERS))) == 1


@pytest.mark.slow
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    status=st.sampled_from([200, 200, 200, 204, 302, 400, 401, 413, 429, 500, 503]),
    body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()),
    wait=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"])),
)
def test_every_paper_gets_a_value_whatever_the_answer(
    scholar: Scholar, people: SemanticScholar, status: int, body: bytes, wait: str
) -> None:
    scholar.always = says(body, status=status, headers={"Retry-After": wait})
    found = people.look_up(PAPERS)
    assert list(found) == [FIRST, SECOND, THIRD, FOURTH]
    assert all(reason.isprintable() for reason in _reasons(found))


def test_the_key_is_in_no_error_log_or_repr(
    scholar: Scholar, people: SemanticScholar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    scholar.then(complains(503, f"bad {KEY}"), complains(403, f"{KEY} is not allowed"))
    [reason] = _reasons(people.look_up(PAPERS))
    assert reason.endswith("answered 403: [secret] is not allowed")
    assert KEY not in caplog.text
    assert KEY not in repr(people)


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines"])
def test_an_invalid_key_is_an_error_that_does_not_show_it(scholar: Scholar, key: str) -> None:
    with SemanticScholar(base_url=scholar.base_url, key=key) as people:
        [reason] = _reasons(people.look_up(PAPERS))
        assert reason == "the key contains characters that are not allowed in a key"
    assert scholar.asked == []


@pytest.mark.parametrize("key", [None, "", "  "])
def test_without_a_key_no_header_is_sent(scholar: Scholar, key: str | None) -> None:
    with SemanticScholar(base_url=scholar.base_url, key=key) as people:
        people.look_up(PAPERS)
    assert scholar.keys == [None]
