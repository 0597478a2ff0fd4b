"""Every error paperlark expects, in one tree: each names the thing and the mend.

PaperlarkError
├── ProfileError              the reader's files: every problem at once, with file and line
├── SourceError               where papers come from
│   ├── FeedNotFound          no feed of that day and category there
│   ├── FeedUnreadable        bytes that are not one of arXiv's feeds
│   ├── UnknownCategory       arXiv says it has no such category
│   └── SourceUnreachable     no answer, or an answer that is no feed
├── JudgeError                what makes judgements
│   ├── RecordingUnreadable   the file of recorded judgements
│   ├── KeyMissing            no key in the environment
│   ├── PriceUnknown          a budget cannot be kept without a price
│   └── JudgeUnavailable      the model cannot be used at all: no page is made of it
├── ModelError                one question to a model failed
│   ├── ModelBusy             asking again later may help
│   ├── ModelRefused          asking this again will not help; another question may
│   ├── BudgetSpent           it may cost more than is left to spend: it was not asked
│   ├── MaybeSubmitted        nobody knows whether a batch was submitted: look for it first
│   └── ModelUnusable         no question will be answered: key, model or quota
│       └── NoBatchService    the server takes no batches, or not this one
├── PeopleError               who an author is: never ends a run, said on the page
├── StoreError                the database
│   ├── StoreBusy             another run is at work on it
│   └── StoreDamaged          it cannot be read any more, and was set aside
├── InvalidQuery          a search that asks for nothing, or for too much
├── Unimportable              a file, address or library to be imported, or nothing known in it
├── PublishError              the output folder
├── SecretUnusable            where a secret is kept: open to others, or not to be read
│   └── SecretMissing         nobody knows it
├── DeliveryError             one message to one channel
│   ├── ChannelBusy           sending it again later may help: it surely did not arrive
│   ├── ChannelRefused        it is not taken, however often it is sent
│   └── MaybeDelivered        it was sent, and nobody knows whether it arrived
├── NotScheduled              a timer that cannot be set, or taken away
└── DigestInconsistent        counts that do not add up: a bug, and no page is made
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.spending import Spend


class PaperlarkError(Exception):
    """What went wrong, and what to do about it.

    `str(error)` is one line for the terminal: the problem, then the mend where there is one.
    """

    def __init__(self, problem: str, *, hint: str | None = None) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(f"{problem}: {hint}" if hint else problem)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file of the reader's: where it is and what was expected."""

    file: Path
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.message}"


class ProfileError(PaperlarkError):
    """The profile cannot be used; `problems` holds every mistake found in it."""

    def __init__(self, problems: tuple[Problem, ...], *, hint: str | None = None) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems), hint=hint)


class SourceError(PaperlarkError):
    """A feed could not be had."""


class FeedNotFound(SourceError):
    """There is no feed of that day and category."""


class FeedUnreadable(SourceError):
    """These bytes are not a feed of arXiv's."""


class UnknownCategory(SourceError):
    """arXiv answered that it has no such category."""


class SourceUnreachable(SourceError):
    """The network did not answer, or answered with something that is no feed."""


class JudgeError(PaperlarkError):
    """The judge cannot do its work."""


class RecordingUnreadable(JudgeError):
    """The file of recorded judgements is missing or malformed."""


class KeyMissing(JudgeError):
    """The model needs a key and the environment holds none."""


class PriceUnknown(JudgeError):
    """There is a budget, and nobody knows what the model costs."""


class JudgeUnavailable(JudgeError):
    """Not one paper could be judged: there is nothing honest to publish."""


class ModelError(PaperlarkError):
    """One question to a language model failed.

    `spend` is what it cost all the same, or may have cost; None when it cost nothing. `lost` is
    what earlier attempts at the same question may have cost, None where there were none.
    """

    lost: Spend | None = None

    def __init__(
        self, problem: str, *, hint: str | None = None, spend: Spend | None = None
    ) -> None:
        self.spend = spend
        super().__init__(problem, hint=hint)


class ModelBusy(ModelError):
    """Overloaded, rate-limited or unreachable: asking again later may help.

    `retry_after` is the wait the server asked for in seconds, or None when it named none.
    """

    def __init__(
        self,
        problem: str,
        *,
        hint: str | None = None,
        spend: Spend | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.retry_after = retry_after
        super().__init__(problem, hint=hint, spend=spend)


class ModelRefused(ModelError):
    """This question will not be answered however often it is asked; another one may be."""


class BudgetSpent(ModelError):
    """The question may cost more than is left to spend, and was not put; a smaller one may fit."""


class MaybeSubmitted(ModelError):
    """Questions were sent to a batch service, and nobody knows whether it took them.

    To leave them again could be to pay twice; the batch must be looked for first.
    """


class ModelUnusable(ModelError):
    """No question will be answered: the key, the model's name or the quota is the trouble."""


class NoBatchService(ModelUnusable):
    """The server takes no batches, or not this one."""


class PeopleError(PaperlarkError):
    """Who wrote some papers could not be learned.

    `again` says whether asking the same once more may help, or after how many seconds; `fewer`
    whether asking about fewer papers may.
    """

    def __init__(self, problem: str, *, retry: bool | float = False, fewer: bool = False) -> None:
        self.retry = retry
        self.fewer = fewer
        super().__init__(problem)


class StoreError(PaperlarkError):
    """The database cannot be opened, read or written."""


class StoreBusy(StoreError):
    """Another run is at work on the database."""


class StoreDamaged(StoreError):
    """The database cannot be read any more; it was set aside and nothing took its place."""


class InvalidQuery(PaperlarkError):
    """A search asks for nothing, or for more than can be looked for."""


class Unimportable(PaperlarkError):
    """What is to be imported cannot be read, or names no paper that is known."""


class PublishError(PaperlarkError):
    """The output folder cannot be written."""


class SecretUnusable(PaperlarkError):
    """A secret cannot be read where it is kept, or others can read it there."""


class SecretMissing(SecretUnusable):
    """A secret that the profile names is in no place where secrets are looked for."""


class DeliveryError(PaperlarkError):
    """A message did not arrive, or may not have; the problem names no secret."""


class ChannelBusy(DeliveryError):
    """The channel was not reached, or cannot take the message now: it surely did not arrive.

    `retry_after` is the wait the channel asked for in seconds, or None when it named none.
    """

    def __init__(
        self, problem: str, *, hint: str | None = None, retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(problem, hint=hint)


class ChannelRefused(DeliveryError):
    """The channel does not take the message: its address, its secret or its form is the trouble."""


class MaybeDelivered(DeliveryError):
    """The message went out and the answer was lost: to send it again could be to send it twice."""


class NotScheduled(PaperlarkError):
    """A timer cannot be set, shown or taken away here."""


class DigestInconsistent(PaperlarkError):
    """The digest's counts do not add up; publishing it would hide a failure."""
