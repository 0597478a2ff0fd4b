"""Public fakes, one for each port, and example papers; none of them does any I/O."""

from paperlark.testing.kept import (
    FakeAnnouncementBatches,
    FakeBatchJobs,
    FakeCache,
    FakeJudgementMemory,
    FakePaperSearch,
    FakePaperTexts,
    FakePaperVectors,
    FakeQuestionBook,
    FakeSavedCopies,
    FakeScannedPapers,
    FakeTranslationMemory,
)
from paperlark.testing.opinions import FakeExampleSource, FakeJudge, FakePrecedentFinder, FakeRanker
from paperlark.testing.outside import (
    A_FORM,
    FakeAuthorService,
    FakeChannel,
    FakeChat,
    FakeSaver,
    FakeSource,
    Silent,
    a_feed,
    a_paper,
)

__all__ = [
    "A_FORM",
    "FakeAnnouncementBatches",
    "FakeAuthorService",
    "FakeBatchJobs",
    "FakeCache",
    "FakeChannel",
    "FakeChat",
    "FakeExampleSource",
    "FakeJudge",
    "FakeJudgementMemory",
    "FakePaperSearch",
    "FakePaperTexts",
    "FakePaperVectors",
    "FakePrecedentFinder",
    "FakeQuestionBook",
    "FakeRanker",
    "FakeSavedCopies",
    "FakeSaver",
    "FakeScannedPapers",
    "FakeSource",
    "FakeTranslationMemory",
    "Silent",
    "a_feed",
    "a_paper",
]
