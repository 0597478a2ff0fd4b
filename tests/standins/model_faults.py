"""A model that judges as was recorded, bills every answer, and fails; runs that are ended.

    model = RecordedModel(loopback, recorded, truth, cutoffs)
    model.begin(draw_run_faults(mood, random))      # a day, and what goes wrong on it

Whatever is not recorded gets scores below the cut-offs; on days without a recording, which has
nothing to say of their papers, one in eight is wanted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from zlib import crc32

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.judges.question import sanitize
from standins.arxiv_truth import Truth
from standins.failing_models import FAULTS
from standins.faults import Mood
from standins.misbehaving import (
    HABITS,
    WELL,
    Asked,
    Habit,
    Misbehaving,
    Row,
    answers_well,
    completion,
    scores,
)

_LONGEST_TITLE = 400
"""Bytes of a title in a question."""
Scores = tuple[int, int, str]
"""Relevance, novelty and comment."""
_LOW: Scores = (2, 2, "")
"""The judgement of a paper that the recording does not name."""


def _as_elsewhere(name: str) -> Habit:
    """Fail as in `failing_models`, unbilled."""
    behaviour = FAULTS[name].behaviour
    # An error is the same whatever is asked: it does not look at the server.
    return lambda _server, _asked, request: behaviour(None, request)  # type: ignore[arg-type]


def _says(text: str, **message: str) -> Habit:
    return lambda server, asked, _request: completion(server, asked, text, **message)  # type: ignore[arg-type]  # a message's


def _refuses_schemas(server: Misbehaving, asked: Asked, request: Request) -> Response:
    if "response_format" in json.loads(request.data):
        return _as_elsewhere("schema refused")(server, asked, request)
    return answers_well(server, asked, request)


_UNANSWERED = ("401", "402", "403", "404", "429 for hours", "429 again and again", "500", "503")
_ODD = (
    "puts fences around it",
    "talks before and after",
    "thinks aloud",
    "writes scores as text",
    "writes scores out of ten",
    "writes scores out of ten in words",
    "writes whole floats",
    "answers in its reasoning",
    "answers in its reasoning, named otherwise",
    "answers in JSON in a string",
    "answers in JSON in a field",
    "answers in parts",
    "orders rows anew",
    "repeats a row",
    "nests rows otherwise",
    "writes one row a line",
    "does not say what it used",
)
_PARTLY = (
    "leaves papers out",
    "contradicts itself",
    "forgets comments",
    "invents a paper",
    "breaks off in the middle",
    "gives no score",
    "leaves the scale",
)

FAILING: Mapping[str, Habit] = {
    "hangs up": HABITS["hangs up"][1],
    "is late": HABITS["is late"][1],
    **{name: _as_elsewhere(name) for name in _UNANSWERED},
}
"""The server gives no answer."""

UNREADABLE: Mapping[str, Habit] = {
    "garbage": _says("I am sorry, but as a language model I like all papers."),
    "blank": _says(""),
    "blank with reasoning": _says("", reasoning_content="The first is good, I think."),
    "streams": HABITS["streams"][1],
    "refuses": HABITS["refuses"][1],
    **{name: HABITS[name][1] for name in _PARTLY},
}
"""Its answers cannot be read, or not to the end."""

READABLE: Mapping[str, Habit] = {
    "half scores": scores(lambda score: score + 0.5 if score < 10 else score),
    "schema refused": _refuses_schemas,
    **{name: HABITS[name][1] for name in _ODD},
}
"""Its answers are odd, and must be as good as others."""

_BY_KIND = {**FAILING, **UNREADABLE, **READABLE}


@dataclass(frozen=True, slots=True)
class ModelFault:
    """A fault of one day: after so many good answers, for so many questions or all day."""

    kind: str
    after: int = 0
    times: int | None = None

    @property
    def readable(self) -> bool:
        """Whether what comes of it must be no different."""
        return self.kind in READABLE

    def concerns(self, question: int) -> bool:
        """Return whether it shows at the day's question of that number, from 1."""
        last = self.after + self.times if self.times is not None else question
        return self.after < question <= last


def draw(random: Random) -> ModelFault:
    """Draw a fault: as often one that is readable as one that is not."""
    kinds = random.choice((FAILING, UNREADABLE, READABLE, READABLE))
    # No answer within the client's patience takes minutes of a day: once in a while is enough.
    kind = random.choice([kind for kind in kinds if kind != "is late" or random.random() < 0.3])
    # What a server accepts does not change while a run asks it.
    after = 0 if kind == "schema refused" else random.choice((0, 0, 1, 4))
    return ModelFault(kind, after, random.choice((1, 2, 5, None, None)))


@dataclass(frozen=True, slots=True)
class RunFaults:
    """What goes wrong on one day beside arXiv: the model, the money, the run itself."""

    model: ModelFault | None = None
    share: float | None = None
    """The day's budget, as a share of what the day costs."""
    endings: tuple[int, ...] = ()
    """The run is ended by a signal at questions of these numbers, from 1."""

    @property
    def harmless(self) -> bool:
        """Whether the page must be as if nothing had been wrong."""
        return self.share is None and (self.model is None or self.model.readable)

    def __str__(self) -> str:
        told = (
            self.model and f"model: {self.model}",
            self.share is not None and f"budget: {self.share:.2f} of a day's cost",
            self.endings and f"ended at {self.endings}",
        )
        return ", ".join(one for one in told if one)


NOTHING = RunFaults()


def draw_run_faults(mood: Mood, random: Random) -> RunFaults:
    """Draw what goes wrong on one day beside arXiv."""
    model = draw(random) if random.random() < mood.model else None
    share = random.uniform(0, 1.5) if random.random() < mood.budget else None
    ends = random.random() < mood.ended
    return RunFaults(
        model, share, tuple(random.sample(range(1, 9), random.choice((1, 2)))) if ends else ()
    )


class RecordedModel(Misbehaving):
    """Judges as was recorded; `asked` counts by id, and `shown` the faults of all days.

    `stop` is called when a question arrives at which the run is to end: a signal does that.
    """

    def __init__(
        self,
        server: HTTPServer,
        recorded: Mapping[str, Mapping[str, Any]],
        truth: Truth,
        cutoffs: Cutoffs,
    ) -> None:
        super().__init__(server, 0, cutoffs)
        self._ids = _ids_by_title(truth)
        self._scores = _recorded_scores(recorded, truth, cutoffs)
        self.forget()

    def forget(self) -> None:
        """Begin a month: nothing billed, nothing asked, no fault."""
        self.bills.clear()
        self.asked.clear()
        self.habits.clear()
        self.shown: Counter[str] = Counter()
        self.begin(NOTHING)

    def begin(self, faults: RunFaults) -> None:
        """Begin a day with these faults."""
        self._fault = faults.model
        self._endings = frozenset(faults.endings)
        self._question = 0
        self.stop: Callable[[], object] | None = None
        self.was_stopped = False

    def judgement(self, title: str) -> Scores:
        """Return relevance, novelty and comment of the paper with that title."""
        name = sanitize(title, _LONGEST_TITLE)
        return self._scores.get(self._ids.get(name, name), _LOW)

    def _identify(self, paper: Row) -> str:
        """Know papers by their titles, for no question names an id."""
        return self._ids.get(paper["title"], paper["title"])

    def _judge(self, number: int, id_: str) -> Row:
        relevance, novelty, comment = self._scores.get(id_, _LOW)
        return {"paper": number, "relevance": relevance, "novelty": novelty, "comment": comment}

    def _choose(self, _asked: Asked) -> tuple[str, Habit]:
        with self._lock:
            self._question += 1
            number = self._question
        if number in self._endings and self.stop is not None:
            self.was_stopped = True
            self.shown["run: ended by a signal"] += 1
            self.stop()
        fault = self._fault
        if fault is None or not fault.concerns(number):
            return WELL, answers_well
        with self._lock:
            self.shown[f"model: {fault.kind}"] += 1
        return fault.kind, _BY_KIND[fault.kind]


def _ids_by_title(truth: Truth) -> Mapping[str, PaperId]:
    """Return the paper with each title, as questions print it, unless several have it."""
    found: dict[str, set[PaperId]] = {}
    for batches in truth.values():
        for listings in batches.values():
            for one in listings:
                title = sanitize(one.paper.title, _LONGEST_TITLE)
                found.setdefault(title, set()).add(one.paper.id)
    return {title: next(iter(ids)) for title, ids in found.items() if len(ids) == 1}


def _recorded_scores(
    recorded: Mapping[str, Mapping[str, Any]], truth: Truth, cutoffs: Cutoffs
) -> Mapping[str, Scores]:
    """Return the scores of all papers that are wanted, by id."""
    wanted: dict[str, Scores] = {}
    for day, batches in truth.items():
        if str(day) in recorded:
            continue
        for one in (listing.paper for listings in batches.values() for listing in listings):
            if not crc32(one.id.encode()) % 8:
                wanted[one.id] = (cutoffs.relevance, cutoffs.novelty, f"On {one.title[:60]}.")
    for line in recorded.values():
        for row in line["selected"]:
            if row["relevance"] is not None and row["novelty"] is not None:
                comment = row["comment"] or "As was recorded."
                wanted[row["id"]] = (row["relevance"], row["novelty"], comment)
    return wanted
