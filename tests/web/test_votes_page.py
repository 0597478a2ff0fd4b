"""Votes, all together: counted, exported in forms that are read back, and taken back at once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from paperlark import OpenedProfile
from paperlark.domain.database_place import file_beside
from paperlark.store.vote_log import log_path
from standins.reading import App, app

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
DAY = date(2025, 3, 25)


def _act(profile: OpenedProfile) -> list[str]:
    """Do something of each kind, take some of it back, and return the papers."""
    papers = [one.paper.id for one in profile.digest(DAY).entries][:6]
    profile.reading.vote(papers[0], "up")  # on the command line
    for place, action in enumerate(("want", "not", "save", "later", "open"), start=1):
        paper = papers[place]
        profile.reading.triage(paper, action, event=f"e{place}", page=DAY, place=place)  # type: ignore[arg-type]
    profile.reading.triage(papers[1], "note", text="for Tuesday\n<b>")
    profile.reading.triage(papers[4], "want", event="again")
    profile.reading.undo_triage("again")
    return [str(one) for one in papers]


def _known(profile: OpenedProfile) -> Mapping[str, object]:
    votes = {vote.paper_id: vote.vote for vote, _ in profile.reading.votes()}
    return {"states": profile.reading.triage_states(), "votes": votes}


def _moved(running: App, home: Path) -> App:
    """Return the same pages without database and log, elsewhere."""
    shutil.copytree(running.home, home)
    moved = App(home, home / "feeds")
    database = file_beside(moved.profile.settings.database, "")
    for one in database.parent.glob(f"{database.name}*"):
        one.unlink()
    return moved


def test_the_export_is_read_back_by_restore_and_by_vote(tmp_path: Path) -> None:
    with app(tmp_path / "here") as running, httpx.Client(follow_redirects=True) as browser:
        browser.base_url = running.origin
        browser.get(running.address)
        papers = _act(running.profile)
        before = _known(running.profile)
        everything, lines = (browser.get(f"/votes.{kind}").text for kind in ("jsonl", "txt"))
        restored = _moved(running, tmp_path / "restored")
        log_path(restored.profile.settings.database).write_text(everything)
        assert all(error is None for _, error in restored.profile.restore())
        assert _known(restored.profile) == before
        assert restored.profile.reading.export_triage() == everything
        told = _moved(running, tmp_path / "told")
        assert all(error is None for _, error in told.profile.restore())
        kept = told.profile.reading.keep_vote_lines(lines)
        assert (len(kept.kept), kept.bad) == (5, ())
        assert told.profile.reading.keep_vote_lines(lines).repeated == 5
        assert _known(told.profile)["votes"] == before["votes"]
        found, own = told.profile.reading.triage_states(), running.profile.reading.triage_states()
        for paper in papers[:5]:
            assert (found[paper].saved, found[paper].later) == (own[paper].saved, own[paper].later)  # type: ignore[index]
        assert lines.splitlines()[1].startswith(f"{papers[1]} want {DAY} 1 20")


def test_everything_is_counted_and_taken_back_after_a_tick(tmp_path: Path) -> None:
    with app(tmp_path) as running, httpx.Client(follow_redirects=True, timeout=60) as browser:
        browser.base_url = running.origin
        browser.get(running.address)
        assert "Start again" not in browser.get("/votes").text
        papers = _act(running.profile)
        page = LexborHTMLParser(browser.get("/votes").text)
        names, counts = (
            [one.text() for one in page.css(f".counts {kind}")] for kind in ("dt", "dd")
        )
        assert dict(zip(names, counts, strict=True)) == {
            "Saved": "1", "Later": "1", "Wanted": "2", "Seen": "6", "Not wanted": "1",
            "With a note": "1",
        }  # fmt: skip
        assert papers[2] in browser.get("/list/unwanted").text
        [noted] = LexborHTMLParser(browser.get("/list/noted").text).css("[data-paper]")
        assert noted.attributes["data-paper"] == papers[1]
        fields = {
            one.attributes["name"] or "": one.attributes.get("value") or ""
            for one in page.css('.reset input[type="hidden"]')
        }
        refused = browser.post("/votes/reset", data=fields)
        assert (refused.status_code, len(refused.text.splitlines())) == (400, 1)
        forged = browser.post("/votes/reset", data={"confirmed": "yes", "token": "another"})
        assert forged.status_code == 403
        assert running.profile.reading.triage_states()[papers[1]].note  # type: ignore[index]
        done = browser.post("/votes/reset", data={**fields, "confirmed": "yes"})
        assert "taken back" in done.text
        assert running.profile.reading.votes() == ()
        assert not any(
            one.seen or one.note for one in running.profile.reading.triage_states().values()
        )
        assert len(browser.get("/votes.jsonl").text.splitlines()) > len(papers)
