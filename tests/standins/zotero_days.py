"""Days of a reader who saves papers to Zotero, with all that can go wrong, drawn by lot.

On each day papers are saved or no longer saved, arXiv has new versions, the reader changes, moves,
trashes or deletes items in Zotero, requests fail or their answers are lost, the key or the
collection is away, and the run is killed at one of its notes. Then each paper's fate is held
against what its reader did.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from paperlark.domain.digest import Entry
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import SavedCopy, SavedPaper, SavingReport
from paperlark.ports import Saver
from paperlark.savers.zotero import ZoteroSaver, ZoteroTarget
from paperlark.savers.zotero_api import ZoteroApi
from paperlark.savers.zotero_items import item_key
from paperlark.saving.bring import Saving
from paperlark.store.database import open_database
from paperlark.store.saved_copies import SavedCopyStore
from paperlark.testing import a_paper
from standins.zotero import (
    KEY,
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

FIRST = datetime(2025, 1, 6, 6, tzinfo=UTC)
NAME = "Papers"


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Tally:
    """What happened on all days."""

    days: int = 0
    saved: int = 0
    changed: int = 0
    deleted: int = 0
    failures: int = 0
    kills: int = 0
    problems: int = 0


class _Mortal:
    """Stores copies, and dies before or after one of its notes: `dies_at` counts both."""

    def __init__(self, store: SavedCopyStore, dies_at: int | None) -> None:
        self._store = store
        self._left = dies_at

    def all(self) -> Mapping[PaperId, SavedCopy]:
        return self._store.all()

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        self._pass()
        self._store.keep(copies)
        self._pass()

    def _pass(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                raise Killed


@dataclass
class Reader:
    """One reader: what they have saved, in which version it is, and what they did in Zotero."""

    lot: random.Random
    zotero: Zotero
    database: Path
    tally: Tally = field(default_factory=Tally)
    saved: dict[PaperId, datetime] = field(default_factory=dict)
    versions: dict[PaperId, int] = field(default_factory=dict)
    titled: dict[PaperId, str] = field(default_factory=dict)
    """The titles that the reader gave to items."""
    gone: set[PaperId] = field(default_factory=set)
    """Papers whose items the reader has deleted, or put into the trash."""
    brought: set[PaperId] = field(default_factory=set)
    """Papers that were saved on a day whose run ended well."""

    @property
    def library(self) -> Library:
        return self.zotero.own

    def live(self) -> None:
        """Live one day: save, read, change, and have a run that may fail or be killed."""
        self.tally.days += 1
        self._read()
        self._work_in_zotero()
        with self._troubles():
            self.run(dies_at=self.lot.randint(1, 5) if self.lot.random() < 0.15 else None)

    def run(self, dies_at: int | None = None) -> SavingReport | None:
        """Bring the saved papers to Zotero; None where the run was killed."""
        before = set(self.there())
        try:
            with closing_database(self.database) as saving:
                report = saving(self, dies_at)
        except Killed:
            self.tally.kills += 1
            # What a killed run wrote and could not note is put away before the next one.
            for id_ in self._some(sorted(set(self.there()) - before), 0.3):
                self._put_away(id_, partial(self.library.delete, item_key(id_)))
            return None
        self.tally.problems += not report.complete
        if report.complete:
            self.brought |= self.saved.keys()
        return report

    def now(self) -> datetime:
        return FIRST + timedelta(days=self.tally.days)

    def papers(self) -> list[SavedPaper]:
        def paper(id_: PaperId, at: datetime) -> SavedPaper:
            version = self.versions[id_]
            title = f"Paper {id_}, version {1 + version // 2}"
            one = a_paper(id_, version=version, title=title)
            return SavedPaper(Entry(1, one, None, None), at)

        return [paper(id_, at) for id_, at in self.saved.items()]

    def _read(self) -> None:
        for _ in range(self.lot.choice((0, 1, 2, 2, 3, 60 if self.lot.random() < 0.02 else 1))):
            id_ = PaperId(f"2501.{len(self.versions) + 1:05d}")
            self.saved[id_], self.versions[id_] = self.now(), 1
            self.tally.saved += 1
        for id_ in self._some(self.versions, 0.01):
            if self.saved.pop(id_, None) is None:
                self.saved[id_] = self.now()
        for id_ in self._some(self.versions, 0.03):
            self.versions[id_] += 1

    def _work_in_zotero(self) -> None:
        for id_ in self._some(self.there(), 0.03):
            self._act(id_)

    def _act(self, id_: PaperId) -> None:
        """Do something with an item."""
        key = item_key(id_)
        item = self.library.items[key]
        match self.lot.choice(("title", "tags", "extra", "move", "trash", "delete")):
            case "title":
                self.titled[id_] = f"My title {self.lot.random()}"
                self.library.edit(key, title=self.titled[id_])
            case "tags":
                self.library.edit(key, tags=[*item["tags"], {"tag": f"own {self.lot.random()}"}])
            case "extra":
                self.library.edit(key, extra=f"Citation Key: {id_}\n{item['extra']}")
            case "move":
                self.library.edit(key, collections=[])
            case "trash":
                self._put_away(id_, lambda: self.library.edit(key, deleted=1))
            case "delete":
                self._put_away(id_, lambda: self.library.delete(key))
        self.tally.changed += 1

    def _put_away(self, id_: PaperId, act: Callable[[], None]) -> None:
        act()
        self.gone.add(id_)
        self.tally.deleted += 1

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        """Let requests fail, or take the key or the collection away for the day."""
        failures = [self._failure() if self.lot.random() < 0.2 else as_usual for _ in range(8)]
        self.zotero.then(*failures)
        self.tally.failures += sum(one is not as_usual for one in failures)
        access = self.zotero.access
        trouble = self.lot.random()
        (collection,) = self.library.collections
        if trouble < 0.03:
            self.zotero.access = {}
        elif trouble < 0.06:
            access[KEY]["user"]["write"] = False
        elif trouble < 0.09:
            self.library.rename(collection, "Elsewhere")
        try:
            yield
        finally:
            self.zotero.forget_failures()
            self.zotero.access = access
            access[KEY]["user"]["write"] = True
            if trouble < 0.09:
                self.library.rename(collection, NAME)

    def _failure(self) -> Behaviour:
        def meddle(_zotero: Zotero) -> None:
            for id_ in self._some(self.there(), 0.3):
                self._act(id_)

        found: Behaviour = self.lot.choice(
            (
                busy(429, Retry_After="2"),
                busy(429, Retry_After="7200"),
                busy(503),
                busy(409),
                busy(413),
                lost_answer,
                lost_answer,
                with_header("Backoff", "10"),
                says("<html>maintenance"),
                and_then(meddle),
            )
        )
        return found

    def there(self) -> list[PaperId]:
        """Return the papers whose items are in the library and not in the trash."""
        return [id_ for id_ in self.versions if item_key(id_) in self.library.top()]

    def _some(self, papers: Iterable[PaperId], share: float) -> list[PaperId]:
        return [one for one in papers if self.lot.random() < share]

    def faults(self) -> list[str]:
        """Return what is wrong in the end, after days without any trouble."""
        found = []
        for id_, version in self.versions.items():
            key = item_key(id_)
            item = self.library.items.get(key)
            made = self.library.made.count(key)
            if made > 1:
                found.append(f"{id_} was made {made} times")
            if id_ in self.saved and not made:
                found.append(f"{id_} is saved, and was never there")
            if made and item is None and id_ not in self.gone:
                found.append(f"{id_} is lost")
            if item is None or item.get("deleted"):
                continue
            if id_ in self.titled and item["title"] != self.titled[id_]:
                found.append(f"{id_} has lost its reader's title")
            if id_ in self.saved and f"arXiv: {id_}v{version} " not in item["extra"] + " ":
                found.append(f"{id_} is not up to date: {item['extra']!r}")
        of_papers = [one for one in self.library.top().values() if one["itemType"] == "preprint"]
        ids = [one["archiveID"] for one in of_papers]
        found += [f"{one} is there twice" for one in set(ids) if ids.count(one) > 1]
        return found


@contextmanager
def closing_database(path: Path) -> Iterator[Callable[[Reader, int | None], SavingReport]]:
    """Open the database anew for one run."""
    with open_database(path) as connection:

        def bring(reader: Reader, dies_at: int | None) -> SavingReport:
            def copies(saver: Saver) -> _Mortal:
                owner = ("ada", saver.name, saver.place)
                return _Mortal(SavedCopyStore(connection, path, owner), dies_at)

            @contextmanager
            def opened() -> Iterator[Saver]:
                with ZoteroApi(
                    key=KEY, user_agent="tests", url=reader.zotero.url, sleep=lambda _: None
                ) as api:
                    yield ZoteroSaver(api, ZoteroTarget(None, NAME), reader.now)

            return Saving({"zotero": opened}, reader.papers, copies).bring()

        yield bring


def live(seed: int, days: int, zotero: Zotero, folder: Path) -> tuple[Tally, list[str]]:
    """Live so many days, and then three without any trouble; return what was wrong after them."""
    lot = random.Random(seed)  # noqa: S311  # a simulation
    zotero.own.add_collection(NAME)
    reader = Reader(lot, zotero, folder / f"{seed}.db")
    for _ in range(days):
        reader.live()
    for _ in range(3):
        reader.run()
    faults = reader.faults()
    report = reader.run()
    if report is None or not report.complete:
        faults.append(f"the last run left something undone: {report}")
    return reader.tally, faults
