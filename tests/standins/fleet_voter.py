"""Somebody who votes in a group's app while it is killed, and tries each vote until it is taken."""

from __future__ import annotations

import random
import re
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field

import httpx

from standins.fleet_group import FleetGroup

_PAUSE = 0.4
"""Seconds between two votes, and between two tries."""
_TOKEN = re.compile(r'name="token"[^>]*value="([^"]+)"')
_PAPER = re.compile(r'data-paper="([^"]+)"')


@dataclass
class Voter:
    """Opens pages of readers and votes on them; `taken` has each event that the app confirmed."""

    group: FleetGroup
    seed: int
    taken: list[tuple[str, str]] = field(default_factory=list)
    last: float = 0.0
    tries: int = 0
    problem: str = ""
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def start(self) -> None:
        """Begin to vote."""
        self._thread = threading.Thread(target=self._run, name="voter", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until it has."""
        self._stop.set()
        self._thread.join(30)

    def lost(self) -> list[tuple[str, str]]:
        """Return the confirmed votes that are not stored just once."""
        with closing(self.group.connect()) as connection:
            rows = connection.execute(
                "SELECT profile, id FROM triage WHERE action = 'want'"
            ).fetchall()
        stored = [(str(row[0]), str(row[1])) for row in rows]
        return [one for one in self.taken if stored.count(one) != 1]

    def _run(self) -> None:
        dice = random.Random(self.seed)  # noqa: S311  # no secret
        number = 0
        while not self._stop.wait(_PAUSE):
            number += 1
            reader, event = dice.choice(self.group.names), f"{self.seed}-{number}"
            while not self._stop.is_set():
                self.tries += 1
                found = None
                with suppress(httpx.HTTPError):
                    found = self._vote(reader, event, dice.random())
                if found is False:
                    break  # that reader has no page yet
                if found:
                    self.taken.append((reader, event))
                    self.last = time.monotonic()
                    break
                self._stop.wait(_PAUSE)

    def _vote(self, reader: str, event: str, share: float) -> bool | None:
        """Return whether a vote was confirmed, False where there is no page, None to try again."""
        headers = {"Remote-User": reader}
        with httpx.Client(base_url=self.group.app, headers=headers, timeout=10) as client:
            place = f"/r/{reader}/day/{self.group.day}"
            page = client.get(place)
            if page.status_code == httpx.codes.NOT_FOUND:
                return False
            token, papers = _TOKEN.search(page.text), _PAPER.findall(page.text)
            if page.status_code != httpx.codes.OK or token is None or not papers:
                self.problem = f"page of {reader}: {page.status_code} {page.text[:200]}"
                return None
            paper = papers[int(share * len(papers))]
            form = {"token": token[1], "event": event, "do": f"want {paper} {self.group.day} 1"}
            done = client.post(f"/r/{reader}/act", data=form, headers={"Origin": self.group.app})
            if done.status_code != httpx.codes.SEE_OTHER:
                self.problem = f"vote of {reader}: {done.status_code} {done.text[:200]}"
                return None
            return True
