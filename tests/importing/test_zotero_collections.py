"""Collections of Zotero read again every morning: likes come and go with their items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paperlark.compose.zotero import read_liked_collections
from paperlark.domain.paper import PaperId
from paperlark.importing.imported_sources import list_imports, remove_imports
from paperlark.importing.zotero_collections import SOURCE, CollectionsRead
from paperlark.importing.zotero_mirror import LibraryMirror, MirroredItem, load
from paperlark.runs.progress import NO_PROGRESS
from paperlark.settings import Settings, load_settings
from paperlark.settings.environment import Environment
from standins.serving import loopback
from standins.zotero import (
    KEY,
    Library,
    Zotero,
    and_then,
    as_usual,
    busy,
    with_header,
    zotero_on,
)

__all__ = ["loopback"]
NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
ABSTRACT = "Sonar of bats."


@dataclass
class Desk:
    """A reader with a profile, and their Zotero."""

    zotero: Zotero
    folder: Path
    patterns: Sequence[str] = ("Thesis/**", "!*old*")
    key: str = KEY

    @property
    def settings(self) -> Settings:
        (self.folder / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.")
        path = self.folder / "paperlark.toml"
        patterns = ", ".join(f"'{one}'" for one in self.patterns)
        path.write_text(
            f'name = "Bats"\ncategories = ["cs.LG"]\n[zotero]\nread = [{patterns}]\n'
            f'url = "{self.zotero.url}"\n'
        )
        return load_settings(path)

    def read(self) -> CollectionsRead:
        environment = Environment(
            variables={"ZOTERO_API_KEY": self.key, "XDG_CONFIG_HOME": "/nowhere"},
            now=lambda: NOW,
            sleep=lambda _: None,
        )
        return read_liked_collections(self.settings, environment, NO_PROGRESS, ask_arxiv=False)

    def liked(self) -> list[str]:
        return sorted(
            one.example.paper.title
            for source in list_imports(self.settings)
            for one in source.papers
            if source.name == SOURCE
        )


@pytest.fixture
def desk(loopback: HTTPServer, tmp_path: Path) -> Iterator[Desk]:
    with zotero_on(loopback) as zotero:
        yield Desk(zotero, tmp_path)


@pytest.fixture
def library(desk: Desk) -> Library:
    """Return a library with papers in `Thesis`, in what is below it, and elsewhere."""
    own = desk.zotero.own
    thesis = own.add_collection("Thesis")
    chapter = own.add_collection("Chapter 1", thesis)
    old = own.add_collection("old drafts", thesis)
    other = own.add_collection("Hobbies")
    for number, (name, collection) in enumerate(
        (("Top", thesis), ("Below", chapter), ("Old", old), ("Other", other)), start=1
    ):
        own.add(
            [collection],
            title=name,
            abstractNote=ABSTRACT,
            itemType="preprint",
            archiveID=f"arXiv:2502.0000{number}",
        )
    own.add([thesis], title="A book on bats", itemType="book", abstractNote=ABSTRACT)
    own.add([thesis], title="Not on arXiv", abstractNote=ABSTRACT)
    own.add([thesis], itemType="note", note="<p>nothing</p>")
    return own


def _key(library: Library, title: str) -> str:
    return next(key for key, one in library.items.items() if one.get("title") == title)


def _collection(library: Library, name: str) -> str:
    return next(key for key, one in library.collections.items() if one["name"] == name)


def test_papers_of_the_collections_that_are_meant_are_liked(desk: Desk, library: Library) -> None:
    assert library.version
    found = desk.read()
    assert desk.liked() == ["Below", "Not on arXiv", "Top"]
    assert found == CollectionsRead(more=3)
    assert found.line == "zotero: 3 papers more that you like"


def test_a_library_that_did_not_change_takes_one_short_request(
    desk: Desk, library: Library
) -> None:
    assert library.version
    desk.read()
    before = len(desk.zotero.asked)
    assert desk.read() == CollectionsRead()
    assert desk.zotero.asked[before:] == [
        "GET keys/current",
        "GET users/475425/collections?limit=1",
    ]


def test_only_what_changed_is_read_again(desk: Desk, library: Library) -> None:
    for number in range(250):
        library.add([_collection(library, "Hobbies")], title=f"Stamp {number}")
    desk.read()
    before = len(desk.zotero.asked)
    library.add([_collection(library, "Thesis")], title="New", abstractNote=ABSTRACT)
    desk.read()
    items = [one for one in desk.zotero.asked[before:] if "/items" in one]
    assert len(items) == 1
    assert "since=" in items[0]
    assert "New" in desk.liked()


def test_likes_go_with_items_that_are_moved_trashed_or_deleted(
    desk: Desk, library: Library
) -> None:
    desk.read()
    library.edit(_key(library, "Top"), collections=[_collection(library, "Hobbies")])
    library.edit(_key(library, "Below"), deleted=1)
    library.delete(_key(library, "Not on arXiv"))
    found = desk.read()
    assert desk.liked() == []
    assert found.line == "zotero: 3 no longer there"
    library.edit(_key(library, "Below"), deleted=0)
    assert desk.read().more == 1
    assert desk.liked() == ["Below"]


def test_a_renamed_or_deleted_collection_is_another_one(desk: Desk, library: Library) -> None:
    desk.read()
    library.rename(_collection(library, "Hobbies"), "Thesis/Extra")
    library.rename(_collection(library, "Chapter 1"), "old chapter")
    assert desk.read() == CollectionsRead(fewer=1)
    assert desk.liked() == ["Not on arXiv", "Top"]
    library.rename(_collection(library, "old drafts"), "Chapter 2")
    assert desk.read().more == 1
    assert "Old" in desk.liked()
    library.drop_collection(_collection(library, "Thesis"))
    desk.read()
    assert desk.liked() == []


def test_other_patterns_count_without_any_change_in_zotero(desk: Desk, library: Library) -> None:
    assert library.version
    desk.read()
    desk.patterns = ("Hobbies",)
    assert desk.read() == CollectionsRead(more=1, fewer=3)
    assert desk.liked() == ["Other"]
    desk.patterns = ()
    desk.read()
    assert desk.liked() == []


def test_a_paper_that_the_reader_took_out_here_stays_out(desk: Desk, library: Library) -> None:
    desk.read()
    remove_imports(desk.settings, "2502.00001")
    library.edit(_key(library, "Top"), extra="read in May")
    desk.read()
    assert "Top" not in desk.liked()


def test_a_paper_in_two_libraries_is_liked_until_it_is_in_none(
    desk: Desk, library: Library
) -> None:
    group = desk.zotero.libraries["groups/678"] = Library()
    club = group.add_collection("Club")
    group.add([club], title="Top", abstractNote=ABSTRACT, url="https://arxiv.org/abs/2502.00001")
    desk.patterns = ("Thesis", "groups/678:*")
    desk.read()
    assert desk.liked() == ["Not on arXiv", "Top"]
    library.delete(_key(library, "Top"))
    desk.read()
    assert "Top" in desk.liked()
    group.delete(_key(group, "Top"))
    assert desk.read().fewer == 1
    assert desk.liked() == ["Not on arXiv"]


def test_a_key_for_a_group_alone_reads_the_group(desk: Desk) -> None:
    desk.zotero.access[KEY] = {"groups": {"678": {"library": True, "write": False}}}
    group = desk.zotero.libraries["groups/678"] = Library()
    group.add([group.add_collection("Club")], title="Of the club", abstractNote=ABSTRACT)
    desk.patterns = ("groups/678:*",)
    assert desk.read() == CollectionsRead(more=1)


def test_a_library_that_cannot_be_read_keeps_its_likes(desk: Desk, library: Library) -> None:
    group = desk.zotero.libraries["groups/678"] = Library()
    group.add([group.add_collection("Club")], title="Of the club", abstractNote=ABSTRACT)
    desk.patterns = ("Thesis", "groups/678:*")
    desk.read()
    del desk.zotero.libraries["groups/678"]
    library.add([_collection(library, "Thesis")], title="New", abstractNote=ABSTRACT)
    found = desk.read()
    assert found.problems == (
        "zotero: the Zotero key does not open this library: see what it may"
        " do: https://www.zotero.org/settings/keys",
    )
    assert desk.liked() == ["New", "Not on arXiv", "Of the club", "Top"]


def test_a_wrong_key_is_one_line_and_changes_nothing(desk: Desk, library: Library) -> None:
    assert library.version
    desk.read()
    desk.key = "wrong"
    (problem,) = desk.read().problems
    assert problem.startswith("zotero: the Zotero key is not valid")
    assert len(desk.liked()) == 3


def test_a_morning_that_zotero_interrupts_goes_on_the_next_time(
    desk: Desk, library: Library
) -> None:
    assert library.version
    desk.zotero.then(with_header("Backoff", "5"), *[busy(503)] * 3)
    assert "is busy" in desk.read().problems[0]
    assert desk.read().more == 3


def test_a_library_that_changes_while_it_is_read_is_read_again(
    desk: Desk, library: Library
) -> None:
    for number in range(150):
        library.add([_collection(library, "Thesis")], title=f"Paper {number}", abstractNote="x")
    first = _key(library, "Paper 149")
    # The key, the collections, the first page; then an item goes, and hides one of the second.
    desk.zotero.then(as_usual, as_usual, and_then(lambda zotero: zotero.own.delete(first)))
    desk.read()
    assert "Paper 49" not in desk.liked()
    desk.read()
    assert "Paper 49" in desk.liked()
    assert "Paper 149" not in desk.liked()


def test_a_mirror_is_read_as_it_was_written() -> None:
    mirror = LibraryMirror(
        {"AAAA2222": MirroredItem(PaperId("2502.00001"), ("BBBB2222",), liked=True)},
        {"BBBB2222": ("Thesis", "Chapter ½")},
    )
    assert load(mirror.dump()) == mirror
