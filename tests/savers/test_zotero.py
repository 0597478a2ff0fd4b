"""Saving to Zotero: each paper once, its reader's changes kept, whatever goes wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest
from werkzeug import Request, Response

from paperlark.domain.digest import Entry
from paperlark.domain.errors import ZoteroError
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Author, PaperDetails, PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.savers.zotero import ZoteroSaver, ZoteroTarget
from paperlark.savers.zotero_api import PATIENCE, ZoteroApi
from paperlark.savers.zotero_items import item_key
from paperlark.testing import FakeSavedCopies, a_paper
from standins.zotero import (
    KEY,
    OWN,
    Behaviour,
    Library,
    Zotero,
    and_then,
    as_usual,
    busy,
    lost_answer,
    says,
    with_header,
)

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
ID = PaperId("2502.12206")
ITEM, LINK = item_key(ID), item_key(ID, "pdf")


def saved(paper_id: str = ID, version: int = 1, **changes: object) -> SavedPaper:
    fields = {
        "title": "Towards Lévy-stable bounds",
        "authors": (Author("Ada Lovelace"), Author("LIGO"), Author("Emmy M. Noether")),
        "categories": ("cs.LG", "stat.ML"),
    }
    paper = a_paper(paper_id, version=version, **{**fields, **changes})
    judgement = Judgement(paper.id, version, 8, 7, "It bounds what you asked for.")
    entry = Entry(3, paper, None, None, judgement=judgement)
    return SavedPaper(entry, NOW, date(2025, 2, 26), "for the\nthesis")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Copies(FakeSavedCopies):
    """Copies of a run that can be killed when it has written an item."""

    dies: bool = False

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        found = list(copies)
        if self.dies and any(one.state is CopyState.THERE for one in found):
            raise Killed
        super().keep(found)


@dataclass
class Desk:
    """A reader's saved papers, what is known of their copies, and their Zotero."""

    zotero: Zotero
    papers: Sequence[SavedPaper]
    collection: str = "Thesis/To read"
    library: str | None = None
    key: str | None = KEY
    copies: Copies = field(default_factory=Copies)
    slept: list[float] = field(default_factory=list)

    def bring(self) -> None:
        with ZoteroApi(
            key=self.key,
            user_agent="tests",
            url=self.zotero.url,
            sleep=self.slept.append,
        ) as api:
            target = ZoteroTarget(self.library, self.collection, ("paperlark",))
            ZoteroSaver(api, target, lambda: NOW).bring(self.papers, self.copies)

    def state(self, paper: str = ID) -> CopyState:
        return self.copies.kept[PaperId(paper)].state


@pytest.fixture
def desk(zotero: Zotero) -> Desk:
    thesis = zotero.own.add_collection("Thesis")
    zotero.own.add_collection("To read", thesis)
    return Desk(zotero, [saved()])


def _collection(library: Library, name: str) -> str:
    return next(key for key, one in library.collections.items() if one["name"] == name)


def test_a_paper_is_a_preprint_with_all_that_is_known_and_a_link_to_its_pdf(desk: Desk) -> None:
    desk.bring()
    library = desk.zotero.own
    assert library.items[ITEM] | {"version": 0} == {
        "itemType": "preprint",
        "key": ITEM,
        "version": 0,
        "title": "Towards Lévy-stable bounds",
        "creators": [
            {"creatorType": "author", "firstName": "Ada", "lastName": "Lovelace"},
            {"creatorType": "author", "name": "LIGO"},
            {"creatorType": "author", "firstName": "Emmy M.", "lastName": "Noether"},
        ],
        "abstractNote": "We compute Bernoulli numbers.",
        "repository": "arXiv",
        "archiveID": "arXiv:2502.12206",
        "date": "2025-02",
        "DOI": "10.48550/arXiv.2502.12206",
        "url": "https://arxiv.org/abs/2502.12206",
        "libraryCatalog": "arXiv.org",
        "rights": "",
        "tags": [
            {"tag": "paperlark"},
            {"tag": "cs.LG", "type": 1},
            {"tag": "stat.ML", "type": 1},
        ],
        "extra": "arXiv: 2502.12206v1 [cs.LG]\nAnnounced: 2025-02-26\n"
        "Scores: relevance 8, novelty 7\nComment: It bounds what you asked for.\n"
        "Note: for the thesis",
        "accessDate": "2025-02-26T12:00:00Z",
        "collections": [_collection(library, "To read")],
        "relations": {},
    }
    link = library.items[LINK]
    assert (link["parentItem"], link["linkMode"]) == (ITEM, "linked_url")
    assert link["url"] == "https://arxiv.org/pdf/2502.12206"
    assert desk.state() is CopyState.THERE


def test_what_is_there_is_not_asked_about_again(desk: Desk) -> None:
    desk.bring()
    asked = len(desk.zotero.asked)
    desk.bring()
    assert desk.zotero.asked[asked:] == ["GET keys/current"]


def test_two_hundred_papers_go_in_requests_of_fifty_objects(desk: Desk) -> None:
    desk.papers = [saved(f"2502.{number:05d}") for number in range(200)]
    desk.bring()
    assert [len(one) for one in desk.zotero.written] == [50] * 8
    assert len(desk.zotero.own.top()) == 200


def test_a_new_version_changes_the_fields_that_its_reader_did_not(desk: Desk) -> None:
    desk.bring()
    own = desk.zotero.own
    theirs = own.items[ITEM]
    own.edit(
        ITEM,
        title="My own title",
        extra=theirs["extra"].replace("Note: for the thesis", "Citation Key: ada25"),
        tags=[theirs["tags"][0], theirs["tags"][1], {"tag": "to cite"}],
    )
    desk.papers = [
        saved(version=2, title="Another title", abstract="More.", categories=("math.ST", "cs.LG"))
    ]
    desk.bring()
    item = own.items[ITEM]
    assert (item["title"], item["abstractNote"]) == ("My own title", "More.")
    assert item["extra"].split("\n") == [
        "Announced: 2025-02-26",
        "Scores: relevance 8, novelty 7",
        "Comment: It bounds what you asked for.",
        "Citation Key: ada25",
        "arXiv: 2502.12206v2 [math.ST]",
    ]
    assert [one["tag"] for one in item["tags"]] == ["paperlark", "cs.LG", "to cite", "math.ST"]
    assert own.made.count(ITEM) == 1
    writes = len(desk.zotero.written)
    desk.bring()
    assert len(desk.zotero.written) == writes


def test_a_journal_reference_and_a_doi_that_appear_later_are_written(desk: Desk) -> None:
    desk.bring()
    details = PaperDetails(
        comments="12 pages, accepted at ICLR",
        journal_reference="Phys. Rev. D 111 (2025) 1",
        doi="10.1103/PhysRevD.111.1",
        licence="http://creativecommons.org/licenses/by/4.0/",
    )
    desk.papers = [saved(details=details)]
    desk.bring()
    item = desk.zotero.own.items[ITEM]
    assert item["DOI"] == "10.1103/PhysRevD.111.1"
    assert item["rights"] == "http://creativecommons.org/licenses/by/4.0/"
    assert item["extra"].split("\n")[-2:] == [
        "Journal reference: Phys. Rev. D 111 (2025) 1",
        "arXiv comments: 12 pages, accepted at ICLR",
    ]
    assert "arXiv: 2502.12206v1 [cs.LG]" in item["extra"]


def test_an_item_that_its_reader_moved_stays_there(desk: Desk) -> None:
    desk.bring()
    desk.zotero.own.edit(ITEM, collections=[])
    desk.papers = [saved(version=2)]
    desk.bring()
    assert desk.zotero.own.items[ITEM]["collections"] == []


def _delete(library: Library) -> None:
    library.delete(ITEM)


def _trash(library: Library) -> None:
    library.edit(ITEM, deleted=1)


@pytest.mark.parametrize("away", [_delete, _trash])
def test_a_deleted_item_is_never_written_again(desk: Desk, away: Callable[[Library], None]) -> None:
    desk.bring()
    away(desk.zotero.own)
    for version in (2, 3):
        desk.papers = [saved(version=version)]
        desk.bring()
        assert desk.state() is CopyState.DELETED
    assert desk.zotero.own.made.count(ITEM) == 1


def test_deleted_from_one_collection_it_is_not_saved_to_another_one(desk: Desk) -> None:
    desk.bring()
    desk.zotero.own.delete(ITEM)
    desk.collection, desk.papers = "/", [saved(version=2)]
    desk.bring()
    assert desk.zotero.own.top() == {}


def test_a_paper_that_is_no_longer_saved_stays_there(desk: Desk) -> None:
    desk.bring()
    desk.papers = []
    desk.bring()
    assert ITEM in desk.zotero.own.items


def _kill(desk: Desk) -> None:
    """Let a run be killed between Zotero's answer and the note of it."""
    desk.copies.dies = True
    with pytest.raises(Killed):
        desk.bring()
    desk.copies.dies = False


def test_a_run_killed_before_its_note_finds_what_it_wrote(desk: Desk) -> None:
    _kill(desk)
    assert desk.state() is CopyState.SENDING
    desk.zotero.own.edit(ITEM, title="Changed meanwhile")
    desk.bring()
    assert desk.state() is CopyState.THERE
    assert desk.zotero.own.made == [ITEM, LINK]
    assert desk.zotero.own.items[ITEM]["title"] == "Changed meanwhile"


@pytest.mark.parametrize("away", [_delete, _trash])
def test_what_a_killed_run_wrote_and_its_reader_deleted_is_not_written_again(
    desk: Desk, away: Callable[[Library], None]
) -> None:
    _kill(desk)
    away(desk.zotero.own)
    desk.bring()
    assert desk.state() is CopyState.DELETED
    assert desk.zotero.own.made.count(ITEM) == 1


def test_what_a_killed_run_did_not_write_is_written(desk: Desk) -> None:
    desk.zotero.then(*[as_usual] * 3, *[busy(503)] * 3)
    with pytest.raises(ZoteroError):
        desk.bring()
    assert desk.state() is CopyState.SENDING
    desk.bring()
    assert (desk.state(), desk.zotero.own.made) == (CopyState.THERE, [ITEM, LINK])


def test_an_answer_lost_on_the_way_makes_no_second_item(desk: Desk) -> None:
    desk.zotero.then(*[as_usual] * 3, lost_answer)
    desk.bring()
    assert (desk.state(), desk.zotero.own.made) == (CopyState.THERE, [ITEM, LINK])


def test_copies_that_were_lost_with_the_database_make_no_second_item(desk: Desk) -> None:
    desk.bring()
    desk.copies = Copies()
    desk.bring()
    assert (desk.state(), desk.zotero.own.made) == (CopyState.THERE, [ITEM, LINK])


@pytest.mark.parametrize("away", [_delete, _trash])
def test_who_has_lost_their_database_does_not_get_back_what_they_deleted(
    desk: Desk, away: Callable[[Library], None]
) -> None:
    desk.bring()
    away(desk.zotero.own)
    desk.copies = Copies()
    desk.bring()
    assert (desk.state(), desk.zotero.own.made.count(ITEM)) == (CopyState.DELETED, 1)


def test_an_item_of_another_paper_under_the_same_key_is_left_alone(desk: Desk) -> None:
    desk.zotero.own.add(key=ITEM, itemType="preprint", archiveID="arXiv:2401.00001")
    desk.bring()
    assert desk.state() is CopyState.FAILED
    assert desk.zotero.own.items[ITEM]["archiveID"] == "arXiv:2401.00001"


def test_a_change_of_its_reader_between_question_and_update_comes_first(desk: Desk) -> None:
    desk.bring()
    desk.papers = [saved(version=2, title="New title")]

    def rename(zotero: Zotero) -> None:
        zotero.own.edit(ITEM, title="Mine")

    # The key, the collections, and the item; then its reader is faster.
    desk.zotero.then(as_usual, as_usual, and_then(rename))
    desk.bring()
    assert desk.zotero.own.items[ITEM]["title"] == "Mine"
    desk.bring()
    item = desk.zotero.own.items[ITEM]
    assert item["title"] == "Mine"
    assert "2502.12206v2" in item["extra"]


def test_an_item_deleted_between_question_and_update_is_not_written_again(desk: Desk) -> None:
    desk.bring()
    desk.papers = [saved(version=2)]
    desk.zotero.then(as_usual, as_usual, and_then(lambda zotero: zotero.own.delete(ITEM)))
    desk.bring()
    assert desk.state() is CopyState.DELETED


def test_one_paper_that_is_refused_stops_no_other(desk: Desk) -> None:
    wide = replace(saved("2502.00001"), note="")
    desk.papers = [wide, saved()]
    refused = item_key(PaperId("2502.00001"))
    real = desk.zotero.own.write

    def write(objects: Sequence[object]) -> dict[str, object]:
        changed = [
            {**one, "itemType": "novel"} if isinstance(one, dict) and one["key"] == refused else one
            for one in objects
        ]
        return real(changed)

    desk.zotero.own.write = write  # type: ignore[method-assign]
    desk.bring()
    first = desk.copies.kept[PaperId("2502.00001")]
    assert first.state is CopyState.FAILED
    assert "400: 'novel' is not a valid itemType" in (first.problem or "")
    assert desk.state() is CopyState.THERE
    desk.zotero.own.write = real  # type: ignore[method-assign]
    desk.bring()
    assert desk.state("2502.00001") is CopyState.THERE


def test_an_update_that_is_refused_is_told_and_tried_again(desk: Desk) -> None:
    desk.bring()
    desk.papers = [saved(version=2)]
    real = desk.zotero.own.write

    def write(objects: Sequence[object]) -> dict[str, object]:
        assert len(objects) == 1
        said = {"key": ITEM, "code": 413, "message": "extra value too long"}
        return {"success": {}, "unchanged": {}, "failed": {"0": said}}

    desk.zotero.own.write = write  # type: ignore[method-assign]
    desk.bring()
    assert desk.state() is CopyState.FAILED
    desk.zotero.own.write = real  # type: ignore[method-assign]
    desk.bring()
    assert desk.state() is CopyState.THERE
    assert "2502.12206v2" in desk.zotero.own.items[ITEM]["extra"]


def test_an_answer_that_leaves_a_paper_out_is_no_success(desk: Desk) -> None:
    desk.zotero.then(*[as_usual] * 3, says('{"success": {}, "failed": {}}'))
    desk.bring()
    assert desk.state() is CopyState.FAILED


@pytest.mark.parametrize(
    ("behaviours", "slept"),
    [
        ((busy(429, Retry_After="7"), busy(503)), [7.0, 15.0]),
        ((busy(409),), [3.0]),
        ((with_header("Backoff", "11"),), [11.0]),
    ],
)
def test_zotero_is_waited_for_as_it_asks(
    desk: Desk, behaviours: tuple[Behaviour, ...], slept: list[float]
) -> None:
    desk.zotero.then(*behaviours)
    desk.bring()
    assert desk.slept == slept
    assert desk.state() is CopyState.THERE


def test_a_pause_that_is_too_long_is_left_to_the_next_run(desk: Desk) -> None:
    desk.zotero.then(as_usual, busy(429, Retry_After="3600"))
    with pytest.raises(ZoteroError, match="wants 3600 s: the next run tries again"):
        desk.bring()
    assert sum(desk.slept) <= PATIENCE
    desk.bring()
    assert desk.state() is CopyState.THERE


FULL = (
    "Zotero accepts no more: slow down: if its storage is full, make room at"
    " https://www.zotero.org/settings/storage"
)


@pytest.mark.parametrize(
    ("behaviour", "line"),
    [
        (busy(413), FULL),
        (says("<html>"), "Zotero answered with something that is not JSON"),
        (says("[" * 100_000), "Zotero answered with something that is not JSON"),
        (busy(400), "Zotero answered HTTP 400: slow down"),
    ],
)
def test_what_goes_wrong_is_one_clear_line(desk: Desk, behaviour: Behaviour, line: str) -> None:
    desk.zotero.then(*[as_usual] * 3, behaviour)
    with pytest.raises(ZoteroError) as error:
        desk.bring()
    assert str(error.value) == line
    desk.bring()
    assert desk.state() is CopyState.THERE


@pytest.mark.parametrize("key", ["wrong", "with a space", "späce", ""])
def test_a_wrong_key_is_told_and_not_shown(desk: Desk, key: str) -> None:
    desk.key = key
    with pytest.raises(ZoteroError) as error:
        desk.bring()
    assert str(error.value).startswith("the Zotero key is not valid: ")
    assert not key or key not in str(error.value)


def test_a_key_that_may_not_write_is_told_before_anything_is_sent(desk: Desk) -> None:
    desk.zotero.access[KEY]["user"]["write"] = False
    with pytest.raises(ZoteroError, match=f"the Zotero key may not write to {OWN}: allow it"):
        desk.bring()
    assert desk.copies.kept == {}


def test_a_collection_that_is_gone_is_told_and_nothing_is_lost(desk: Desk) -> None:
    own = desk.zotero.own
    own.drop_collection(_collection(own, "To read"))
    with pytest.raises(ZoteroError) as error:
        desk.bring()
    assert str(error.value) == (
        "Zotero has no collection 'Thesis/To read': make it there, or change [zotero] save_to"
    )
    own.add_collection("to READ", _collection(own, "Thesis"))
    desk.bring()
    assert desk.state() is CopyState.THERE


def test_all_collections_are_read_where_a_proxy_leaves_out_their_number(desk: Desk) -> None:
    for number in range(250):
        desk.zotero.own.add_collection(f"Shelf {number}")

    def without_total(zotero: Zotero, request: Request) -> Response:
        answer = zotero.well(request)
        answer.headers.pop("Total-Results", None)
        return answer

    desk.zotero.then(*[without_total] * 20)
    desk.collection = "Thesis/To read"  # the first made, and so on the last page
    desk.bring()
    assert desk.state() is CopyState.THERE


def test_a_note_of_any_length_is_saved_as_far_as_a_field_reaches(desk: Desk) -> None:
    long = replace(saved(), note="so long " * 9_000)
    details = PaperDetails(comments="a comment " * 5_000)
    entry = replace(long.entry, paper=replace(long.paper, details=details))
    desk.papers = [replace(long, entry=entry)]
    desk.bring()
    assert desk.state() is CopyState.THERE
    assert 50_000 < len(desk.zotero.own.items[ITEM]["extra"]) < 65_536


def test_a_group_s_library_is_written_to_where_it_is_named(desk: Desk) -> None:
    group = desk.zotero.libraries["groups/678"] = Library()
    desk.library, desk.collection = "groups/678", "/"
    desk.bring()
    assert list(group.top()) == [ITEM]
    assert desk.zotero.own.top() == {}


def test_papers_that_arxiv_does_not_have_are_left_out(desk: Desk) -> None:
    desk.papers = [saved("library:0123456789abcdef")]
    desk.bring()
    assert desk.copies.kept == {}
