"""Every error that paperlark expects, in one tree; each names its subject and what to do.

PaperlarkError
├── ProfileError              the reader's files: every problem at once, with file and line
├── IdentityShared            two profiles with one id in one database
├── AccountError              a reader account that cannot be added or changed like that
│   └── NoSuchReader          there is no account of that id
├── SourceError               where papers come from
│   ├── FeedNotFound          no feed of that day and category
│   │   └── NoNetwork         not one of the servers could be connected to
│   ├── FeedUnreadable        bytes that are not one of arXiv's feeds
│   ├── UnknownCategory       arXiv says it has no such category
│   └── SourceUnreachable     no response, or one that is not a feed
│       └── NoConnection      the server could not be connected to: it received nothing
├── JudgeError                the judge cannot work
│   ├── RecordingUnreadable   the file of recorded judgements
│   ├── KeyMissing            no API key
│   ├── PriceUnknown          a budget cannot be kept without a price
│   └── JudgeUnavailable      no paper could be judged
├── ModelError                one request to a model failed
│   ├── ModelBusy             a retry may help
│   ├── ModelRefused          a retry will not help; another prompt may
│   ├── BudgetSpent           it may cost more than the budget has left: not sent
│   ├── MaybeSubmitted        whether a batch was submitted is unknown: look for it first
│   └── ModelUnusable         no request will succeed: key, model or quota
│       └── NoBatchService    the server accepts no batches, or not this one
├── PeopleError               looking up authors failed: noted on the page, never ends a run
├── StoreError                the database
│   ├── StoreBusy             another run is using it
│   │   └── RunHangs          it has been for longer than any run may
│   ├── StoreUnavailable      it is away or full: the same may succeed later
│   ├── ShardLost             another worker has taken over what this one was making
│   └── StoreDamaged          it cannot be read any more, and was set aside
├── InvalidQuery              a search query that is empty or too long
├── InvalidArguments          an assistant or a program asks for what there is not
├── VotesNotAllowed           an assistant may not vote or save for the reader
├── UnclearName               a name that is not enough to follow an author by, or is not followed
├── Unimportable              a file, address or library that cannot be imported
├── PublishError              the output folder
├── SecretUnusable            a secret that cannot be read, or that others can read
│   └── SecretMissing         a secret that is in no place where secrets are kept
├── DeliveryError             one message to one channel
│   ├── ChannelBusy           a retry may help: it certainly did not arrive
│   ├── ChannelRefused        a retry will not help
│   └── MaybeDelivered        it was sent, and whether it arrived is unknown
├── SavingError               a place for saved papers that cannot be used: tried again next time
│   └── ZoteroError           Zotero's key, library or quota, or no answer; also where it is read
├── PluginError               a plug-in that is not installed, broken, or returns nonsense
│   └── PluginLate            it did not finish in its time
├── RunTooLong                the run took longer than it may, and was ended
├── ClusterUnusable           a cluster of machines that cannot be reached or used
├── WorkersFailed             the workers of a fleet end with an error, again and again
├── NotScheduled              a timer that cannot be set, shown or removed
└── DigestInconsistent        counts that do not add up: a bug, and no page is made
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from paperlark.domain.redaction import redacted
from paperlark.domain.spending import Spend


class PaperlarkError(Exception):
    """What went wrong, and what to do about it.

    `str(error)` is one line for the terminal: the problem, then the hint where there is one.
    Neither has a secret in it, whoever shows it.
    """

    def __init__(self, problem: str, *, hint: str | None = None) -> None:
        self.problem = redacted(problem)
        self.hint = redacted(hint) if hint else hint
        super().__init__(f"{self.problem}: {self.hint}" if hint else self.problem)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a text of the reader's: where it is, and what was expected.

    `file` is a path, or the name of a text that is no file, such as that of a row.
    """

    file: Path | str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.message}"


class ProfileError(PaperlarkError):
    """The profile cannot be used; `problems` holds every mistake found in it."""

    def __init__(self, problems: tuple[Problem, ...], *, hint: str | None = None) -> None:
        self.problems = tuple(
            replace(problem, message=redacted(problem.message)) for problem in problems
        )
        super().__init__("\n".join(str(problem) for problem in problems), hint=hint)


class IdentityShared(PaperlarkError):
    """Two profiles have one id in one database: the pages of one would replace the other's."""


class AccountError(PaperlarkError):
    """A reader account cannot be added or changed in this way; nothing was."""


class NoSuchReader(AccountError):
    """There is no reader account of that id."""


class SourceError(PaperlarkError):
    """A feed could not be got."""


class FeedNotFound(SourceError):
    """There is no feed of that day and category."""


class NoNetwork(FeedNotFound):
    """Not one of the servers that have it could be connected to."""


class FeedUnreadable(SourceError):
    """These bytes are not a feed of arXiv's."""


class UnknownCategory(SourceError):
    """arXiv answered that it has no such category."""


class SourceUnreachable(SourceError):
    """No response, or a response that is not a feed."""


class NoConnection(SourceUnreachable):
    """The server could not be connected to, and received nothing."""


class JudgeError(PaperlarkError):
    """The judge cannot work."""


class RecordingUnreadable(JudgeError):
    """The file of recorded judgements is missing or malformed."""


class KeyMissing(JudgeError):
    """The model needs an API key and there is none."""


class PriceUnknown(JudgeError):
    """There is a budget, and no price is known for the model."""


class JudgeUnavailable(JudgeError):
    """No paper could be judged: with `on_failure = "fail"` there is nothing to publish."""


class ModelError(PaperlarkError):
    """One request to a language model failed.

    `spend` is what it cost all the same, or may have cost; None when it cost nothing. `lost` is
    what earlier attempts at the same prompt may have cost, None where there were none.
    """

    lost: Spend | None = None

    def __init__(
        self, problem: str, *, hint: str | None = None, spend: Spend | None = None
    ) -> None:
        self.spend = spend
        super().__init__(problem, hint=hint)


class ModelBusy(ModelError):
    """Overloaded, rate-limited or unreachable: a retry may help.

    `retry_after` is the wait the server asked for in seconds, or None when it stated none;
    `overloaded` where it has more requests than it can serve now. `final` where nothing more may
    be asked about this in this run.
    """

    final: bool = False

    def __init__(
        self,
        problem: str,
        *,
        hint: str | None = None,
        spend: Spend | None = None,
        retry_after: float | None = None,
        overloaded: bool = False,
    ) -> None:
        self.retry_after = retry_after
        self.overloaded = overloaded
        super().__init__(problem, hint=hint, spend=spend)


class ModelRefused(ModelError):
    """This prompt will be refused however often it is sent; another one may not be."""


class BudgetSpent(ModelError):
    """The prompt may cost more than the budget has left; it was not sent, a smaller one may fit."""


class MaybeSubmitted(ModelError):
    """A batch was sent to a batch service, and whether it was accepted is unknown.

    Submitting it again could mean paying twice; it must be looked for first.
    """


class ModelUnusable(ModelError):
    """No request will succeed: the cause is the key, the model's name or the quota."""


class NoBatchService(ModelUnusable):
    """The server has no batch service, or does not accept this batch."""


class PeopleError(PaperlarkError):
    """The authors of some papers could not be looked up.

    `retry` is whether the same query may succeed later, or after how many seconds; `fewer` whether
    a query about fewer papers may.
    """

    def __init__(self, problem: str, *, retry: bool | float = False, fewer: bool = False) -> None:
        self.retry = retry
        self.fewer = fewer
        super().__init__(problem)


class StoreError(PaperlarkError):
    """The database cannot be opened, read or written."""


class StoreBusy(StoreError):
    """Another run is using the database."""


class RunHangs(StoreBusy):
    """Another run has used the database for longer than a run may, and hangs."""


class StoreUnavailable(StoreError):
    """The database is away, overloaded, or its disk is full: the same may succeed later."""


class ShardLost(StoreError):
    """Another worker has taken over the shard that this one was making: nothing of it is stored."""


class StoreDamaged(StoreError):
    """The database cannot be read any more; it was set aside and nothing took its place."""


class UnclearName(PaperlarkError):
    """A name that is not enough to follow an author by, or that nobody is followed under."""


class InvalidQuery(PaperlarkError):
    """A search query is empty, or too long."""


class InvalidArguments(PaperlarkError):
    """An assistant or a program asks for what there is not, or in a way that cannot be."""


class VotesNotAllowed(PaperlarkError):
    """An assistant may not vote or save: the reader has not allowed it."""


class Unimportable(PaperlarkError):
    """What is to be imported cannot be read, or contains no known paper."""


class PublishError(PaperlarkError):
    """The output folder cannot be written."""


class SecretUnusable(PaperlarkError):
    """A secret cannot be read where it is kept, or others can read it there."""


class SecretMissing(SecretUnusable):
    """A secret that the profile names is in no place where secrets are kept."""


class DeliveryError(PaperlarkError):
    """A message was not delivered, or may not have been; the problem names no secret."""


class ChannelBusy(DeliveryError):
    """The channel could not be reached or is overloaded: the message certainly did not arrive.

    `retry_after` is the wait the channel asked for in seconds, or None when it stated none.
    """

    def __init__(
        self, problem: str, *, hint: str | None = None, retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(problem, hint=hint)


class ChannelRefused(DeliveryError):
    """The channel rejects the message: the cause is its address, its secret or its format."""


class MaybeDelivered(DeliveryError):
    """The message was sent and the response was lost: a retry could deliver it twice."""


class SavingError(PaperlarkError):
    """A place for saved papers cannot be used as a whole; the next run tries again."""


class ZoteroError(SavingError):
    """Zotero cannot be used: its key, a library, the quota, or no answer; tried again next time."""


class PluginError(PaperlarkError):
    """A plug-in is not installed or cannot be used; what stands in for it says so."""


class PluginLate(PluginError):
    """A plug-in did not finish in its time; what it still does is not used."""


class RunTooLong(PaperlarkError):
    """The run took longer than it may, and was ended; what was paid for is stored."""


class ClusterUnusable(PaperlarkError):
    """A Dask cluster cannot be reached, or what it needs is not installed."""


class WorkersFailed(PaperlarkError):
    """The workers that make a morning's shards end with an error again and again."""


class NotScheduled(PaperlarkError):
    """A timer cannot be set, shown or removed here."""


class CompletionNotInstalled(PaperlarkError):
    """The shell's completion cannot be written or deleted here."""


class NotRemoved(PaperlarkError):
    """Something that paperlark has written cannot be deleted."""


class DigestInconsistent(PaperlarkError):
    """The digest's counts do not add up; publishing it would hide a failure."""
