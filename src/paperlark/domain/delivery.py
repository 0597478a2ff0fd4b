"""What is delivered to a reader, in which format, and its delivery status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from paperlark.domain.digest import Digest
from paperlark.domain.paper import PaperId

PATIENCE = timedelta(days=7)
"""What could not be delivered within a week is not sent any more."""


ABSTRACTS = 600
"""Characters of an abstract that a mail has where the profile does not say: a few lines."""


class Frequency(StrEnum):
    """How often a channel gets a message."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a reader wants on one channel, which they named `name`.

    `papers` is the most papers of a message, None for the whole page; `quiet` is whether days
    without papers are reported too.
    """

    name: str
    frequency: Frequency = Frequency.DAILY
    papers: int | None = None
    quiet: bool = False


class Occasion(StrEnum):
    """What a bulletin is about."""

    DAY = "day"
    WEEK = "week"
    COMPLETION = "completion"
    """What is new on a page that was delivered incomplete and is complete now."""
    FAILURE = "failure"
    """A day without a page."""
    ALARM = "alarm"
    """The run itself failed."""
    TRIAL = "trial"
    """A test message."""

    @property
    def transient(self) -> bool:
        """Whether it is sent once, never again, and reports on no day."""
        return self in {Occasion.ALARM, Occasion.TRIAL}


@dataclass(frozen=True, slots=True)
class Failure:
    """A day that has no page, and why."""

    day: date
    problem: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What is delivered: a day, a week, or that there is no page.

    `day` is the day it is about, for a week its Friday. `digests` has one for a day, those of a
    week in order, and none for a failure. `most` is the number of papers wanted at most, best
    first; None is all. `pages` has the web addresses of the days' pages, where they have any.
    `notices` is what else the reader must know, such as a channel that cannot be reached.
    `delivered` are, for a completion, the papers of the incomplete pages. `votes` has the web
    address at which a paper can be voted on, where there is one. `abstracts` is how many characters
    of each abstract a mail has, None for all.
    """

    occasion: Occasion
    day: date
    profile: str
    digests: tuple[Digest, ...] = ()
    failures: tuple[Failure, ...] = ()
    most: int | None = None
    pages: Mapping[date, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    delivered: frozenset[PaperId] = frozenset()
    votes: Mapping[PaperId, str] = field(default_factory=dict)
    abstracts: int | None = ABSTRACTS


class Style(StrEnum):
    """The markup of a channel's messages."""

    MAIL = "mail"
    """An HTML part and a plain one."""
    HTML = "html"
    """The few elements that chat services support: b, i, a, code."""
    MARKDOWN = "markdown"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """The format of a channel's messages.

    A message's text has a length of at most `longest` by `measure`, its subject at most
    `subject_longest` characters; 0 where there is no subject, and the text begins with it. A
    bulletin has at most `most` messages; what does not fit is replaced by a link.
    """

    style: Style
    longest: int
    subject_longest: int
    most: int = 5
    measure: Callable[[str], int] = len


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `html` has the same content as `text`, None where it is not mail."""

    subject: str
    text: str
    html: str | None = None


class MessageStatus(StrEnum):
    """The delivery status of one message."""

    WAITING = "waiting"
    """It was not sent, or certainly did not arrive."""
    SENDING = "sending"
    """It is being sent, or may have been: the run was killed, or the response was lost, and it is
    to be sent again where copies are recognized."""
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    """It was sent and the response was lost."""
    REFUSED = "refused"
    """The channel rejected it: something must be fixed first."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A bulletin for one channel: its messages, and the delivery status of each.

    There is one for each profile, channel, occasion and day, so that nothing is delivered twice.
    `since` is when it was created, `at` when its status last changed; `problem` is why it is not
    delivered yet, None where nothing went wrong. `incomplete` are the papers of the pages that it
    was written from, where one of these was partial; None where none was, or it is unknown.
    """

    profile: str
    channel: str
    occasion: Occasion
    day: date
    messages: tuple[Message, ...]
    statuses: tuple[MessageStatus, ...]
    since: datetime
    at: datetime
    problem: str | None = None
    incomplete: tuple[PaperId, ...] | None = None

    @property
    def arrived(self) -> bool:
        """Whether every message is delivered."""
        return all(status is MessageStatus.DELIVERED for status in self.statuses)

    @property
    def may_have_arrived(self) -> bool:
        """Whether any message arrived, or nobody knows that it did not."""
        certain = {MessageStatus.WAITING, MessageStatus.REFUSED}
        return any(status not in certain for status in self.statuses)

    @property
    def open(self) -> bool:
        """Whether any message is still to be sent, for the first time or again."""
        return any(
            status not in {MessageStatus.DELIVERED, MessageStatus.UNKNOWN}
            for status in self.statuses
        )
