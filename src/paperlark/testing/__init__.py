"""Public fakes, one for each port, and a paper to try things with. None of them does any I/O."""

from paperlark.testing.kept import (
    FakeBatches,
    FakeFinder,
    FakeJobs,
    FakeLooked,
    FakeMemory,
    FakePlaces,
    FakeScratch,
    FakeTexts,
)
from paperlark.testing.opinions import FakeExperience, FakeJudge, FakeLibrarian, FakeRanker
from paperlark.testing.outside import A_FORM, FakeChannel, FakeChat, FakePeople, FakeSource, Silent
from paperlark.testing.papers import a_feed, a_paper

__all__ = [
    "A_FORM",
    "FakeBatches",
    "FakeChannel",
    "FakeChat",
    "FakeExperience",
    "FakeFinder",
    "FakeJobs",
    "FakeJudge",
    "FakeLibrarian",
    "FakeLooked",
    "FakeMemory",
    "FakePeople",
    "FakePlaces",
    "FakeRanker",
    "FakeScratch",
    "FakeSource",
    "FakeTexts",
    "Silent",
    "a_feed",
    "a_paper",
]
