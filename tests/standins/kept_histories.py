"""Seeded histories of a reader's pages, each page beside the one that a fresh start makes.

Days are small, so they are long enough for less: a background of papers takes 60 instead of 1,000,
and the stream of earlier papers 3 days instead of 30.
"""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest.mock import patch

import paperlark
from paperlark import OpenedProfile, RunOptions
from paperlark.domain.calendar import NEW_YORK
from paperlark.rankers.reader_model import ReaderModel
from paperlark.settings.environment import Environment
from paperlark.sources.rss import RecordedFeeds
from standins.feeds import item, rss

DAYS = tuple(date(2025, 3, 3) + timedelta(days=at) for at in range(14) if at % 7 < 5)
SMALLEST, LARGEST = 20, 40
"""Papers of a day."""
CATEGORY = "cs.LG"
CRITERIA = (
    "# Efficient inference\n\nQuantization, pruning and caches of large language models.\n",
    "Graph neural networks; molecules, but no proteins.\n",
    "Reinforcement learning of agents that plan, not games.\nKeywords: reward, policy\n",
    "Anything that is new.\n",
)
_TAUGHT = ("language", "inference", "agent", "efficient", "attention", "reasoning")
"""The recorded judge likes papers by how many of these words they have."""
_STREAM_DAYS, _BACKGROUND = 3, 60
_JUDGED = 0.85
"""The share of pages that are made with a judge."""

HARMED = {"encodings": "content", "scratch": "content", "places": "place"}
"""What is kept from page to page, by table: encodings, reader models, vectors."""
_FORGET = (
    "DELETE FROM encodings",
    "DELETE FROM scratch",
    "UPDATE places SET space = '', place = x''",
)
_FOREIGN = {
    "encodings": "UPDATE encodings SET made_of = randomblob(16)",
    "scratch": "UPDATE scratch SET made_of = 'another version'",
    "places": "UPDATE places SET space = 'another version'",
}

Document = Mapping[str, Any]


@contextmanager
def small_days() -> Iterator[Counter[str]]:
    """Let small days do for large ones; yields how many kept models were used, and were damaged."""
    kept: Counter[str] = Counter()
    unpack = ReaderModel.unpack

    def counted(packed: bytes) -> ReaderModel | None:
        model = unpack(packed)
        kept["kept models used" if model else "kept models found damaged"] += 1
        return model

    with (
        patch("paperlark.store.examples.STREAM_DAYS", _STREAM_DAYS),
        patch("paperlark.rankers.training_data.ENOUGH_BACKGROUND", _BACKGROUND),
        patch("paperlark.rankers.embedded.ENOUGH_BACKGROUND", _BACKGROUND),
        patch("paperlark.rankers.embedded.ReaderModel.unpack", counted),
        # Nobody searches there.
        patch("paperlark.store.search_index.FullTextIndex.catch_up", lambda *_: None),
    ):
        yield kept


@dataclass(frozen=True)
class Event:
    """One thing that a reader did with a paper, at an instant."""

    paper: str
    what: str
    at: datetime
    id: str


@dataclass
class History:
    """One reader's days, votes and accidents; `seen` counts them, `differences` says what broke.

    To be lived through in `small_days`.
    """

    folder: Path
    seed: int
    seen: Counter[str]
    differences: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write the feeds, the recorded judgements and the profile."""
        self._dice = random.Random(self.seed)  # noqa: S311  # no secret
        self._now = datetime.combine(DAYS[0], time(14), UTC)
        self._epoch = 0
        self._criteria = 0
        self._made: dict[date, str] = {}
        """What each page was made from, by my own book-keeping."""
        self._gave: dict[tuple[date, str], Document] = {}
        self._papers: dict[date, list[str]] = {}
        self._events: list[Event] = []
        write_feeds(self.folder, self.seed)
        (self.folder / "pages").mkdir()
        (self.folder / "paperlark.toml").write_text(
            f'name = "Kept"\ncategories = ["{CATEGORY}"]\ncriteria = "criteria.md"\n'
            'page_size = 12\nid = "kept"\n'
        )
        self._write_criteria()

    def live(self, steps: int, most_days: int = 6) -> None:
        """Make up to `most_days` pages, then do so many things as the seed has them.

        Then harm what is kept, and make two pages again and another day's.
        """
        chances = {
            self._next_day: 6,
            self._any_day: 2,
            self._again: 4,
            self._earlier_and_latest: 2,
            self._vote: 3,
            self._take_back: 2,
            self._triage: 4,
            self._undo: 2,
            self._change_criteria: 1,
            self._restore: 1,
            self._harm: 4,
        }
        for _ in range(self._dice.randint(1, most_days)):
            self._next_day()
        for _ in range(steps):
            (act,) = self._dice.choices(list(chances), list(chances.values()))
            act()
        self._harm()
        again = self._dice.sample(sorted(self._made), min(2, len(self._made)))
        for day in (*again, *self._left()[:1]):
            self._make(day)

    # What happens.

    def _left(self) -> list[date]:
        return [day for day in DAYS if day not in self._made]

    def _next_day(self) -> None:
        for day in self._left()[:1]:
            self._now = max(self._now, datetime.combine(day, time(14), UTC))
            self._note("days made in order")
            self._make(day)

    def _any_day(self) -> None:
        if left := self._left()[1:]:
            self._note("days made out of order")
            self._make(self._dice.choice(left))

    def _again(self) -> None:
        self._note("days made again")
        self._make(self._dice.choice(sorted(self._made)))

    def _earlier_and_latest(self) -> None:
        """Make the latest page again, then an earlier one, then the latest once more."""
        *earlier, latest = sorted(self._made)
        for day in (latest, *self._dice.sample(earlier, min(1, len(earlier))), latest):
            self._note("days made again")
            self._make(day)

    def _vote(self) -> None:
        vote = self._dice.choice(("up", "down"))
        self._cast(vote, self._paper())

    def _take_back(self) -> None:
        voted = {one.paper for one in self._events if one.what in {"up", "down"}}
        if voted := voted & self._known():
            self._cast("none", self._dice.choice(sorted(voted)))

    def _cast(self, vote: str, paper: str) -> None:
        self._wait()
        self._note("votes taken back" if vote == "none" else "votes")
        self._profile().reading.vote(paper, vote)  # type: ignore[arg-type]
        self._events.append(Event(paper, vote, self._now, ""))

    def _triage(self) -> None:
        self._wait()
        action = self._dice.choice(("want", "not", "save", "save", "open", "later", "note", "seen"))
        paper, on = self._paper(), self._dice.random() < 0.8  # most are pressed
        self._note(f"triage: {action}" if on else "triage: released")
        event = f"{self.seed}-{len(self._events)}"
        text = "mine" if action == "note" else ""
        self._profile().reading.triage(paper, action, on=on, text=text, event=event)  # type: ignore[arg-type]
        if action in {"want", "not", "save", "open"}:
            self._events.append(Event(paper, f"{action} {on}", self._now, event))

    def _undo(self) -> None:
        undone = {one.what.removeprefix("undo ") for one in self._events}
        acted = [one for one in self._events if one.id and not one.what.startswith("undo")]
        known = self._known()
        if acted := [one for one in acted if one.id not in undone and one.paper in known]:
            self._wait()
            self._note("triage: undone")
            one, event = self._dice.choice(acted), f"{self.seed}-{len(self._events)}"
            self._profile().reading.undo_triage(one.id, event=event)
            self._events.append(Event(one.paper, f"undo {one.id}", self._now, event))

    def _change_criteria(self) -> None:
        self._note("criteria changed")
        self._criteria = self._dice.randrange(len(CRITERIA))
        self._write_criteria()

    def _restore(self) -> None:
        """Lose the database, and bring it back from the pages and the log of votes."""
        self._note("databases restored")
        self._database.unlink()
        for name, error in self._profile().restore():
            if error is not None:
                self.differences.append(f"{name} was not restored: {error}")
        self._epoch += 1
        # Texts of papers that are on no page are lost until their day is made again.
        self._made = dict.fromkeys(self._made, f"restored {self._epoch}")

    def _harm(self) -> None:
        table = self._dice.choice(sorted(HARMED))
        damage = () if table == "places" else ("truncated", "bits flipped")
        how = self._dice.choice(("deleted", "of another version", *damage))
        self._note(f"{table} {how}")
        with closing(sqlite3.connect(self._database)) as connection, connection:
            if how == "deleted":
                connection.execute(next(one for one in _FORGET if table in one))
            elif how == "of another version":
                connection.execute(_FOREIGN[table])
            else:
                self._damage(connection, table, flip=how == "bits flipped")

    def _damage(self, connection: sqlite3.Connection, table: str, *, flip: bool) -> None:
        column, key = HARMED[table], "paper_id" if table == "places" else "rowid"
        rows = connection.execute(f"SELECT {key}, {column} FROM {table}").fetchall()  # noqa: S608
        for name, content in rows:
            if not content or self._dice.random() < 0.5:  # half of the rows
                continue
            at = self._dice.randrange(len(content))
            end = bytes([content[at] ^ 1 << self._dice.randrange(8)]) + content[at + 1 :]
            damaged = content[:at] + (end if flip else b"")
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",  # noqa: S608
                (damaged, name),
            )

    # The pages.

    def _make(self, day: date) -> None:
        """Make a page from the store as it is and in a copy without what is kept; compare."""
        judged = self._dice.random() < _JUDGED
        made_of = self._made_of(day, judged=judged)
        fresh = self._copy()
        pages = self._pages(self._profile(judged=judged), day)
        with patch("paperlark.rankers.embedded.EmbeddedRanker.learn", lambda *_: None):
            others = self._pages(self._profile(fresh, judged=judged), day)
        self._note("pages compared with a fresh start")
        for name, content in pages.items():
            if others[name] != content:
                about = _first_difference(content, others[name])
                self.differences.append(f"{name} differs from a fresh start: {about}")
        page = _without_later_votes(json.loads(pages[f"{day}.json"]))
        self._note("of them judged" if judged else "of them not judged")
        matches = [one["match"] for one in page["entries"]]
        self._note("of them with percentages", any(one and one["calibrated"] for one in matches))
        self._note("of them with precedents", any(one["precedents"] for one in page["entries"]))
        before = self._gave.setdefault((day, made_of), page)
        if before is not page:
            self._note("pages compared with what they gave before")
            if before != page:
                about = _first_difference(_text(before), _text(page))
                self.differences.append(f"{day} does not give what it gave: {about}")
        self._made[day] = made_of

    def _pages(self, profile: OpenedProfile, day: date) -> Mapping[str, bytes]:
        made = profile.make_page(day)
        self._papers[day] = list(made.digest.scanned)
        return {path.name: path.read_bytes() for path in made.pages}

    def _made_of(self, day: date, *, judged: bool) -> str:
        """Return what that page may depend on: nothing that came later."""
        earlier = sorted((one, made) for one, made in self._made.items() if one < day)
        midnight = datetime.combine(day + timedelta(days=1), time(), NEW_YORK)
        known = {paper for one, _ in earlier for paper in self._papers[one]}
        events = [one for one in self._events if one.at < midnight and one.paper in known]
        made_of = repr((CRITERIA[self._criteria], judged, earlier, events))
        return f"{random.Random(made_of).getrandbits(128):x}"  # noqa: S311  # a short name for it

    def _copy(self) -> Path:
        """Copy the store into a folder of its own, and forget there what is kept."""
        fresh = self.folder / "fresh"
        for path in fresh.glob("*"):
            path.unlink()
        fresh.mkdir(exist_ok=True)
        if self._database.exists():
            with (
                closing(sqlite3.connect(self._database)) as source,
                closing(sqlite3.connect(fresh / "paperlark.db")) as target,
            ):
                source.backup(target)
                for forget in _FORGET:
                    target.execute(forget)
                target.commit()
        return fresh

    # Small things.

    @property
    def _database(self) -> Path:
        return self.folder / "pages" / "paperlark.db"

    def _profile(self, folder: Path | None = None, *, judged: bool = False) -> OpenedProfile:
        there = folder or self.folder / "pages"
        options = RunOptions(
            output=there,
            feeds=self.folder / "feeds",
            judgements=self.folder / "recording.jsonl" if judged else None,
        )
        now = self._now
        environment = Environment(variables={}, now=lambda: now)
        opened = paperlark.open_profile(self.folder, options=options, environment=environment)
        settings = replace(opened.settings, database=there / "paperlark.db", output=there)
        return replace(opened, settings=settings)

    def _paper(self) -> str:
        """Choose a paper of a page, more often than not one that has a later version."""
        day = self._dice.choice(sorted(self._made))
        known = sorted(self._known().intersection(self._papers[day]))
        revised = [one for one in known if _is_revised(one)]
        return self._dice.choice(revised if revised and self._dice.random() < 0.7 else known)

    def _known(self) -> set[str]:
        """Return the papers whose texts are in the store."""
        with closing(sqlite3.connect(self._database)) as connection:
            return {paper for (paper,) in connection.execute("SELECT id FROM papers")}

    def _wait(self) -> None:
        self._now += timedelta(minutes=self._dice.randrange(1, 900))

    def _write_criteria(self) -> None:
        (self.folder / "criteria.md").write_text(CRITERIA[self._criteria])

    def _note(self, what: str, times: int = 1) -> None:
        self.seen[what] += times


def write_feeds(folder: Path, seed: int) -> None:
    """Write a feed for each day, and a recording of judgements of all of it."""
    dice, feeds = random.Random(seed), folder / "feeds"  # noqa: S311  # no secret
    feeds.mkdir()
    texts, lines, number, earlier = _sample(), [], 0, list[str]()
    for day in DAYS:
        items, rows = [], []
        for _ in range(dice.randint(SMALLEST, LARGEST)):
            number += 1
            paper = f"2503.{number:05}"
            title, abstract = _paper_text(dice, texts)
            items.append(item(f"oai:arXiv.org:{paper}v1", title=title, abstract=abstract))
            rows.append(_judged(paper, abstract))
        for paper in dice.sample(earlier, min(5, len(earlier))):
            # A version that is announced twice has one text.
            title, abstract = _paper_text(random.Random(f"{seed} {paper}"), texts)  # noqa: S311
            new = f"oai:arXiv.org:{paper}v2"
            items.append(item(new, title=title, abstract=abstract, type="replace"))
        earlier += [row["id"] for row in rows if _is_revised(row["id"])]
        feed = rss(*items, title=f"{CATEGORY} updates on arXiv.org", stamp=f"{day:%d %b %Y}")
        (feeds / f"{day}.{CATEGORY}.rss.xml.gz").write_bytes(gzip.compress(feed, 1))
        lines.append(json.dumps({"day": f"{day}", "selected": rows}))
    (folder / "recording.jsonl").write_text("\n".join(lines))


def _is_revised(paper: str) -> bool:
    """Return whether a paper may be announced again, in a second version."""
    return int(paper[-1]) < 2  # one in five


def _sample() -> Sequence[tuple[str, Sequence[str]]]:
    """Return the bundled papers: each title, and its abstract as sentences."""
    feeds = RecordedFeeds(Path(str(files("paperlark") / "sample" / "feeds")))
    days = (date(2025, 2, 19), date(2025, 2, 26), date(2025, 3, 25))
    papers = [one.paper for day in days for one in feeds.feed(CATEGORY, day).listings]
    return [(one.title, one.abstract.split(". ")) for one in papers]


def _paper_text(dice: random.Random, texts: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, str]:
    """Mix two papers into one of its own."""
    (title, first), (_, second) = dice.sample(texts, 2)
    sentences = [*dice.sample(first, min(3, len(first))), *dice.sample(second, 1)]
    return title, ". ".join(sentences)


def _judged(paper: str, abstract: str) -> dict[str, Any]:
    relevance = min(10, 4 + 2 * sum(word in abstract.lower() for word in _TAUGHT))
    return {"id": paper, "relevance": relevance, "novelty": 7, "comment": f"Read {paper}."}


def _without_later_votes(page: Document) -> Document:
    """Return a page without its note on votes that came too late, of which there are ever more."""
    return {**page, "notes": [one for one in page["notes"] if "later vote" not in one]}


def _text(page: Document) -> bytes:
    return json.dumps(page, indent=1, sort_keys=True).encode()


def _first_difference(one: bytes, other: bytes) -> str:
    """Return the first line in which two pages differ, as it is in both."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    lines = next(((a, b) for a, b in pairs if a != b), (one[-80:], other[-80:]))
    return " <> ".join(line.decode(errors="replace").strip()[:160] for line in lines)
