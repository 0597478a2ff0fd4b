"""Walks through the app: keys at random, on two devices, while connections and servers are lost.

    with Walker(app, seed=1) as walker:
        walker.walk(40)
        walker.check()

Each device keeps what it could not send and sends it again with the same id, as the page does. What
must hold is kept by the simplest of books: the actions that count, in order.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import httpx
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.database_place import file_beside
from standins.reading import App

DAY = "2025-03-25"
_BUTTONS = ("want", "not", "later", "save")
_OPPOSITE = {"want": "not", "not": "want"}


@dataclass
class Device:
    """A browser on some machine: its session, its form token and its papers."""

    app: App
    client: httpx.Client = field(default_factory=httpx.Client)
    token: str = ""
    papers: tuple[str, ...] = ()

    def load(self) -> dict[str, set[str]]:
        """Load the page, and return which buttons of each paper are pressed."""
        self.client.get(self.app.address)
        page = LexborHTMLParser(self.client.get(f"{self.app.origin}/day/{DAY}?all").text)
        body = page.css_first("body")
        assert body is not None
        self.token = body.attributes["data-token"] or ""
        found = {}
        for one in page.css("[data-paper]"):
            pressed = one.css('[data-action][aria-pressed="true"]')
            found[one.attributes["data-paper"] or ""] = {
                button.attributes["data-action"] or "" for button in pressed
            }
        self.papers = tuple(found)
        return found

    def post(self, path: str, fields: dict[str, str], patience: float) -> bool:
        """Send a form; return whether an answer came within that many seconds."""
        try:
            answer = self.client.post(
                f"{self.app.origin}{path}",
                data={**fields, "token": self.token},
                headers={"Accept": "application/json"},
                timeout=httpx.Timeout(patience, connect=5),
            )
        except httpx.HTTPError:
            return False
        assert answer.status_code == 200, answer.text
        return True


class Walker:
    """Walks at random, and knows what has to come of it."""

    def __init__(self, app: App, seed: int) -> None:
        self.app = app
        self.lot = random.Random(seed)  # noqa: S311  # a seed makes it repeatable
        self.devices = (Device(app), Device(app))
        self.seen: Counter[str] = Counter()
        self.done: list[tuple[str, str, str, bool]] = []
        """The decisions that count: event, paper, action, pressed or released."""
        for device in self.devices:
            device.load()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for device in self.devices:
            device.client.close()

    def walk(self, steps: int) -> None:
        """Take so many steps."""
        for _ in range(steps):
            device = self.lot.choice(self.devices)
            chance = self.lot.random()
            if chance < 0.02:
                self.seen["server killed"] += 1
                self.app.kill_and_restart()
                for one in self.devices:
                    one.client.close()
                    one.client = httpx.Client()
                    one.load()
            elif chance < 0.08:
                self.seen["reload"] += 1
                device.load()
            elif chance < 0.35 and self.done:
                self._undo(device)
            else:
                self._act(device)

    def _act(self, device: Device) -> None:
        # A few papers, so that actions meet.
        paper, action = self.lot.choice(device.papers[:8]), self.lot.choice(_BUTTONS)
        on = action not in self.pressed().get(paper, set())
        event = self._id()
        done = f"{'' if on else '-'}{action} {paper} {DAY} 1"
        self._send(device, "/act", {"do": done, "event": event, "page": DAY})
        self.done.append((event, paper, action, on))
        self.seen[action] += 1

    def _undo(self, device: Device) -> None:
        undoes, *_ = self.done.pop()
        self._send(device, "/undo", {"undoes": undoes, "event": self._id(), "page": DAY})
        self.seen["undo"] += 1

    def _send(self, device: Device, path: str, fields: dict[str, str]) -> None:
        """Send until it is answered; now and then the answer is lost, or it is sent once more."""
        if self.lot.random() < 0.1:
            self.seen["answer lost"] += not device.post(path, fields, patience=0.005)
        while not device.post(path, fields, patience=30):
            self.seen["sent again"] += 1
        if self.lot.random() < 0.05:
            self.seen["sent twice"] += device.post(path, fields, patience=30)

    def _id(self) -> str:
        return str(UUID(int=self.lot.getrandbits(128)))

    def pressed(self) -> dict[str, set[str]]:
        """Return which buttons have to be pressed."""
        found: dict[str, set[str]] = {}
        for _, paper, action, on in self.done:
            pressed = found.setdefault(paper, set())
            pressed.discard(action)
            if on:
                pressed.add(action)
                if action in _OPPOSITE:
                    pressed -= {_OPPOSITE[action], "later"}
            elif action in _OPPOSITE:
                pressed.discard(_OPPOSITE[action])
        return {paper: pressed for paper, pressed in found.items() if pressed}

    def check(self) -> list[str]:
        """Return what differs in the app, in the list of votes, and after a restore."""
        votes = {
            paper: "up" if "want" in pressed else "down"
            for paper, pressed in self.pressed().items()
            if pressed & {"want", "not"}
        }
        wrong = [f"the app: {one}" for one in self._differing(self.devices[0].load())]
        listed = {vote.paper_id: str(vote.vote) for vote, _ in self.app.profile.reading.votes()}
        if listed != votes:
            wrong.append(f"the list of votes: {listed} instead of {votes}")
        self.app.end()
        database = file_beside(self.app.profile.settings.database, "")
        for part in database.parent.glob(f"{database.name}*"):
            if not part.name.endswith((".votes.jsonl", ".read.json")):
                part.unlink()
        problems = [error for _, error in self.app.profile.restore() if error]
        self.app.start()
        for device in self.devices:
            wrong += [f"after restore: {one}" for one in self._differing(device.load())]
        restored = {vote.paper_id: str(vote.vote) for vote, _ in self.app.profile.reading.votes()}
        if restored != votes or problems:
            wrong.append(f"restored votes: {restored} instead of {votes} {problems}")
        return wrong

    def _differing(self, shown: dict[str, set[str]]) -> list[str]:
        due = self.pressed()
        return [
            f"{paper} has {shown.get(paper, set())} instead of {due.get(paper, set())}"
            for paper in {*shown, *due}
            if shown.get(paper, set()) != due.get(paper, set())
        ]
