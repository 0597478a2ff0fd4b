"""Triage events in the store and in the log beside it: none lost, none twice, restored whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import Feedback, LabelSource, Vote
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.triage import Action, TriageEvent, decisions, states
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.triage import TriageStore
from paperlark.store.vote_log import append_events, append_votes, read_events, read_votes
from paperlark.store.votes import FeedbackStore
from standins import digests

NOON = datetime(2025, 2, 26, 12, tzinfo=UTC)
PAPERS = [digests.paper(n).id for n in (1, 2, 3)]


def _event(number: int, paper: PaperId, action: Action, **changes: object) -> TriageEvent:
    made = TriageEvent(f"event {number}", paper, action, NOON + timedelta(seconds=number))
    return replace(made, **changes)  # type: ignore[arg-type]


def _walk(seed: int) -> list[TriageEvent]:
    lot, events = Random(seed), list[TriageEvent]()  # noqa: S311  # a seed makes it repeatable
    for number in range(40):
        last = next(reversed(decisions(events)), None)
        if last and lot.random() < 0.3:
            at = NOON + timedelta(seconds=number)
            events.append(replace(last, id=f"event {number}", at=at, undoes=last.id))
        else:
            action, on = lot.choice(list(Action)), lot.random() < 0.8
            page = date(2025, 2, 26) if lot.random() < 0.5 else None
            events.append(
                _event(number, lot.choice(PAPERS), action, on=on, page=page, place=page and 3)
            )
    return events


@pytest.mark.parametrize("seed", range(20))
def test_a_walk_is_kept_once_and_comes_back_from_its_log(tmp_path: Path, seed: int) -> None:
    path, log = tmp_path / "bats.db", tmp_path / "votes.jsonl"
    walk = _walk(seed)
    with open_database(path) as connection:
        store = TriageStore(connection, path, "Bats")
        for event in walk:
            new, vote = store.keep(event)
            assert new
            append_events(log, "Bats", [(event, vote)])
            assert store.keep(event) == (False, None)  # the answer was lost, and it is sent again
        assert store.all() == tuple(walk)
        cast = FeedbackStore(connection, path, "Bats").all()
    last = {one.paper_id: one.vote for one in cast}
    state = states(walk)
    assert {paper: vote for paper, vote in last.items() if vote is not Vote.NONE} == {
        paper: one.vote for paper, one in state.items() if one.vote is not Vote.NONE
    }
    with open_database(tmp_path / "restored.db") as connection:
        content = log.read_bytes()
        events, votes = read_events(content, "log")["Bats"], read_votes(content, "log")["Bats"]
        restored = TriageStore(connection, path, "Bats")
        assert restored.restore(events) == len(walk)
        assert restored.restore(events) == 0
        FeedbackStore(connection, path, "Bats").keep(votes)
        assert restored.all() == tuple(walk)
        assert FeedbackStore(connection, path, "Bats").all() == cast


def test_votes_of_the_command_line_are_events_that_can_be_undone(tmp_path: Path) -> None:
    path = tmp_path / "bats.db"
    with open_database(path) as connection:
        votes = FeedbackStore(connection, path, "Bats")
        votes.keep([Feedback(PAPERS[0], Vote.UP, NOON), Feedback(PAPERS[1], Vote.DOWN, NOON)])
        store = TriageStore(connection, path, "Bats")
        assert {one: state.vote for one, state in states(store.all()).items()} == {
            PAPERS[0]: Vote.UP,
            PAPERS[1]: Vote.DOWN,
        }
        last = decisions(store.all())[-1]
        store.keep(replace(last, id="undo", at=NOON + timedelta(hours=1), undoes=last.id))
        assert votes.all()[-1].vote is Vote.NONE


def test_a_log_of_votes_alone_has_no_events(tmp_path: Path) -> None:
    log = tmp_path / "votes.jsonl"
    append_votes(log, "Bats", [Feedback(PAPERS[0], Vote.UP, NOON)])
    assert read_events(log.read_bytes(), "log") == {}
    assert read_votes(log.read_bytes(), "log") == {"Bats": [Feedback(PAPERS[0], Vote.UP, NOON)]}


def test_saved_papers_teach_fully_opened_ones_a_little_and_seen_ones_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bats.db"
    profile = Profile("Bats", ("cs.LG",), parse_criteria("Relevant: bats."))
    day = date(2025, 2, 26)
    entries = [digests.entry(n, judged=False) for n in (1, 2, 3)]
    with open_database(path) as connection:
        about = {"profile": profile.title, "reader": profile.id, "scanned": tuple(PAPERS)}
        made = digests.digest(entries, day=day, **about)
        DigestStore(connection, path).save(made)
        store = TriageStore(connection, path, profile.id)
        done = (Action.SAVE, Action.OPEN, Action.SEEN)
        for number, (paper, action) in enumerate(zip(PAPERS, done, strict=True)):
            store.keep(_event(number, paper, action))
        source = ExampleStore(connection, path)
        taught = {
            one.paper.id: one.label_source
            for one in source.evidence(profile, day + timedelta(days=1)).examples
        }
        known = source.fingerprint(profile, day + timedelta(days=1))
        assert taught == {PAPERS[0]: LabelSource.SAVED, PAPERS[1]: LabelSource.OPENED}
        assert source.evidence(profile, day).examples == ()  # it was not known before that day
        undone = replace(
            store.all()[0], id="undo", at=NOON + timedelta(minutes=1), undoes="event 0"
        )
        store.keep(undone)
        assert len(source.evidence(profile, day + timedelta(days=1)).examples) == 1
        assert source.fingerprint(profile, day + timedelta(days=1)) != known
