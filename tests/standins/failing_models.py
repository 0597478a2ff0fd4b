"""A model that fails in one way, in one way of asking it, and what comes of the day's page.

good = good_day(Trial(home, WAYS["morning"]))
outcome = live(Trial(another_home, WAYS["morning"]), FAULTS["503"], good)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from click.testing import Result
from werkzeug import Request, Response

from standins.batch_service import Handle
from standins.batched_days import DAY, Home
from standins.openai import (
    Behaviour,
    Rows,
    StandIn,
    complains,
    hangs_up,
    judges,
    never_answers,
    papers_of,
    refuses_schemas,
    says,
    says_in,
    streams,
    with_scores,
)

_NO_KEY = {"message": "Incorrect API key provided", "type": "invalid_request_error"}


@dataclass(frozen=True)
class Fault:
    """How a model fails; `readable` where its answers can be used all the same.

    `at_every_door`: not only questions get this answer, but all requests to its server.
    """

    behaviour: Behaviour
    at_every_door: bool = False
    readable: bool = False


FAULTS: dict[str, Fault] = {
    "down": Fault(hangs_up, at_every_door=True),
    "slow": Fault(never_answers, at_every_door=True),
    "400": Fault(complains(400, "No.")),
    "401": Fault(complains(401, _NO_KEY), at_every_door=True),
    "402": Fault(complains(402, "Your credit balance is too low"), at_every_door=True),
    "403": Fault(complains(403, "This key may not use the model"), at_every_door=True),
    "404": Fault(complains(404, "The model `gpt-4o` does not exist"), at_every_door=True),
    "429 for hours": Fault(
        complains(429, "Rate limit reached", Retry_After="7200"), at_every_door=True
    ),
    "429 again and again": Fault(complains(429, "Rate limit reached"), at_every_door=True),
    "500": Fault(complains(500, "Internal error"), at_every_door=True),
    "503": Fault(complains(503, "Overloaded"), at_every_door=True),
    "garbage": Fault(says("I am sorry, but as a language model I like all papers.")),
    "blank": Fault(says("")),
    "blank with reasoning": Fault(says("", reasoning_content="The first is good, I think.")),
    "cut in its reasoning": Fault(says("", finish="length", reasoning_content="Hm, let me see")),
    "no completion": Fault(says(None, usage=None)),
    "stream only": Fault(streams()),
    "half scores": Fault(
        judges(with_scores(lambda score: score + 0.5 if score < 10 else score)), readable=True
    ),
    "in reasoning_content": Fault(says_in("reasoning_content"), readable=True),
    "schema refused": Fault(refuses_schemas(400, "failed to parse grammar"), readable=True),
}
"""The faults; those of a server are met at every door of it."""


@dataclass(frozen=True)
class Way:
    """A way of asking a model: the command, and whether by its batch service.

    `known` where an earlier run found out what the server accepts.
    """

    command: Sequence[str]
    batch: bool = False
    known: bool = False


WAYS: dict[str, Way] = {
    "today": Way(("today",)),
    "morning": Way(("morning", "--no-wait")),
    "batch": Way(("run", "--date", DAY), batch=True),
    "batch, known": Way(("run", "--date", DAY), batch=True, known=True),
    "batch in the morning": Way(("morning", "--no-wait"), batch=True),
}


def _favours_half(rows: Rows) -> Rows:
    """Want about half of the papers."""
    return [
        {**row, "relevance": 9, "novelty": 9}
        if crc32(row["id"].encode()) % 2
        else {**row, "relevance": 2, "novelty": 2}
        for row in rows
    ]


WELL = judges(_favours_half)


@dataclass
class Trial:
    """One fault in one way of asking; without a fault it is a good day."""

    home: Home
    way: Way
    fault: Fault | None = None
    judged: Counter[str] = field(default_factory=Counter)
    """How often the model judged each paper well."""

    def __post_init__(self) -> None:
        self.home.server.always = self._well
        self.home.batch_service.line = self._well
        if not self.way.batch:
            profile = self.home.profile.read_text()
            self.home.profile.write_text(profile.replace("batch = true", ""))
        if self.way.known:
            self.home.teach()
            self.judged.clear()
        self._before = self._sent()

    def fail(self) -> Result:
        """Run with the fault, until no batch is left to be answered."""
        if self.fault is not None:
            self.home.server.always = self.home.batch_service.line = self.fault.behaviour
            if self.fault.at_every_door:
                self.home.batch_service.fault = self._at_the_door
        return self._run()

    def recover(self) -> Result:
        """Run with a model that is well again."""
        self.home.server.always = self.home.batch_service.line = self._well
        self.home.batch_service.fault = None
        return self._run()

    def requests(self) -> int:
        """Return how many requests and lines of batches were sent since this was asked last."""
        sent, self._before = self._sent() - self._before, self._sent()
        return sent

    @property
    def page(self) -> dict[str, Any]:
        """The page, as JSON; empty where there is none."""
        path = self.home.folder / "pages" / f"{DAY}.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def _run(self) -> Result:
        result = self.home.run(command=self.way.command)
        while self.way.batch and self.page.get("funnel", {}).get("waiting"):
            self.home.batch_service.pass_hours(1)
            result = self.home.run(command=self.way.command)
        return result

    def _sent(self) -> int:
        service = self.home.batch_service
        return len(self.home.server.questions) + len(service.requests) + len(service.asked)

    def _well(self, standing: StandIn, request: Request) -> Response:
        self.judged.update(paper["id"] for paper in papers_of(json.loads(request.data)))
        return WELL(standing, request)

    def _at_the_door(self, request: Request, _handle: Handle) -> Response:
        assert self.fault is not None
        request.get_data()
        return self.fault.behaviour(self.home.server, request)


AGAIN = 2
"""Runs with the fault after the first: each may cost no more than that one."""


@dataclass
class Outcome:
    """What came of a fault: requests of each run with it, and what must not be."""

    good_day: int
    most: float
    """How many requests a run with a failing model may cost."""
    requests: list[int] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)


def good_day(trial: Trial) -> int:
    """Return how many requests a day takes on which all is well."""
    assert trial.fail().exit_code == 0
    assert trial.page["status"] == "complete"
    return trial.requests()


def live(trial: Trial, fault: Fault, good_day: int) -> Outcome:
    """Run with the fault and run again, until the model recovers, and note what does not hold."""
    # A batch that a known server suddenly refuses is not paid for. Some questions find out what it
    # takes instead, and the batch is submitted again.
    batches = 3 if trial.way.known and fault.readable else 1
    outcome = Outcome(good_day, 1.2 * batches * good_day + 5)
    trial.fault = fault
    for _ in range(1 + AGAIN):
        result = trial.fail()
        sent, page = trial.requests(), trial.page
        outcome.requests.append(sent)
        if sent > outcome.most:
            outcome.breaches.append(f"{sent} requests, and a good day has {good_day}")
        if not page.get("entries"):
            outcome.breaches.append(f"no page: {result.output.strip()[-300:]}")
            return outcome
        status, code = page["status"], result.exit_code
        if (status, code) not in {("partial", 3), ("complete", 0)}:
            outcome.breaches.append(f"{status}, exit code {code}")
        if status == "complete" and not fault.readable:
            outcome.breaches.append("complete, though no answer could be read")
    if fault.readable and page["status"] != "complete":
        outcome.breaches.append("never complete, though every answer can be read")
    result = trial.recover()
    if (trial.page["status"], result.exit_code) != ("complete", 0):
        outcome.breaches.append(f"not completed: {trial.page['status']}, code {result.exit_code}")
    twice = [paper for paper, times in trial.judged.items() if times > 1]
    if twice:
        outcome.breaches.append(f"{len(twice)} papers judged twice")
    return outcome
