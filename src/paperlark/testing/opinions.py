"""Fakes of rankers, judges, and their sources of examples and precedents."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import (
    NO_EVIDENCE,
    Evidence,
    Example,
    LabelSource,
    LaterVotes,
    one_example_per_paper,
)
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Judgement,
    Match,
    MatchedTerms,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.spending import Spend, total


@dataclass(frozen=True, slots=True)
class FakeRanker:
    """Ranks papers as given by id; the others come after, in their own order.

    `probabilities` are by rank, best first; None for a ranker that is not calibrated.
    """

    best: Sequence[str] = ()
    probabilities: Sequence[float] | None = None

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence = NO_EVIDENCE,  # noqa: ARG002
    ) -> tuple[Match, ...]:
        """Assign rank 1 to the first of `best`, and so on."""
        order = [*self.best, *(paper.id for paper in papers if paper.id not in self.best)]
        present = [name for name in order if any(paper.id == name for paper in papers)]
        return tuple(self._match(present.index(paper.id), len(papers)) for paper in papers)

    def learn(self, criteria: Criteria, evidence: Evidence) -> None:
        """Learn nothing."""

    def explain(
        self,
        papers: Sequence[Paper],  # noqa: ARG002
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence,  # noqa: ARG002
        chosen: Container[PaperId],  # noqa: ARG002
    ) -> Mapping[PaperId, MatchedTerms]:
        """Name no terms: it does not read the papers."""
        return {}

    def _match(self, place: int, papers: int) -> Match:
        probability = None if self.probabilities is None else self.probabilities[place]
        return Match(1 / (1 + place), place + 1, papers, probability=probability)


@dataclass(slots=True)
class FakeExampleSource:
    """An ExampleSource of given examples; `announced` are the reader's papers by day."""

    examples: Sequence[Example] = ()
    announced: Mapping[date, Sequence[Paper]] = field(default_factory=dict)
    all_votes: bool = False

    def evidence(self, profile: Profile, day: date) -> Evidence:  # noqa: ARG002
        """Return what was known before that day's papers were announced."""
        votes = self._later(day) if self.all_votes else ()
        examples = one_example_per_paper((*self._known(day), *votes))
        stream: dict[PaperId, Paper] = {}
        for when in self._days():
            if when < day:
                for paper in self.announced[when]:
                    stream.setdefault(paper.id, paper)
        return Evidence(examples, tuple(stream.values()))

    def later_votes(self, profile: Profile, day: date) -> LaterVotes:  # noqa: ARG002
        """Return the votes that came too late for that day, and whether `evidence` has them."""
        return LaterVotes(len({one.paper.id for one in self._later(day)}), self.all_votes)

    def _later(self, day: date) -> Sequence[Example]:
        known = self._known(day)
        votes = [one for one in self.examples if one.label_source is LabelSource.READER]
        return [one for one in votes if one not in known]

    def _known(self, day: date) -> Sequence[Example]:
        before = [paper for when in self._days() if when < day for paper in self.announced[when]]
        later = {paper.id for when in self._days() if when >= day for paper in self.announced[when]}
        later -= {paper.id for paper in before}
        return [
            one
            for one in self.examples
            if one.paper.id not in later
            and (one.day < day or (one.day == day and one.label_source is not LabelSource.JUDGE))
        ]

    def _days(self) -> Sequence[date]:
        return sorted(self.announced, reverse=True)


@dataclass(frozen=True, slots=True)
class FakePrecedentFinder:
    """A PrecedentFinder of given precedents, whatever the day."""

    known: Precedents = field(default_factory=dict)

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:  # noqa: ARG002
        """Return those of these papers."""
        return {paper.id: self.known[paper.id] for paper in papers if paper.id in self.known}


@dataclass(slots=True)
class FakeJudge:
    """Returns given scores, one call per paper, and records what it was asked.

    A paper without scores is unjudged for the reason `cause`.
    """

    scores: Mapping[str, tuple[int, int]]
    price: Spend = field(default_factory=lambda: total(()))
    cause: UnjudgedReason = UnjudgedReason.FAILED
    asked: list[PaperId] = field(default_factory=list)
    signature: str = "fake-model/1"
    prompt: str = "Which papers are good?"

    def model(self, day: date) -> str:  # noqa: ARG002
        """Return a name."""
        return "fake-model"

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,  # noqa: ARG002
        precedents: Precedents = NO_PRECEDENTS,  # noqa: ARG002
        reading: int = FIRST_READING,  # noqa: ARG002
    ) -> Iterator[ModelCall | Unjudged]:
        """Judge paper by paper."""
        for paper in papers:
            self.asked.append(paper.id)
            if paper.id in self.scores:
                relevance, novelty = self.scores[paper.id]
                comment = f"It is about {paper.id}."
                judgement = Judgement(paper.id, paper.version, relevance, novelty, comment)
                yield ModelCall((judgement,), self.price, "{}")
            else:
                yield Unjudged(paper, self.cause, "the fake has no scores for it")
