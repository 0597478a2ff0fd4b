"""What is brought to a reader, how a channel wants it, and what is known of its arrival."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from paperlark.domain.digest import Digest

PATIENCE = timedelta(days=7)
"""What did not arrive within a week is old news: it is not sent any more."""


class Frequency(StrEnum):
    """How often a channel is written to."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a reader wants on one channel, under their name for it.

    At most so many `papers`, None for the whole page; `quiet` tells of days without any too.
    """

    name: str
    frequency: Frequency = Frequency.DAILY
    papers: int | None = None
    quiet: bool = False


class Occasion(StrEnum):
    """What a bulletin is about."""

    DAY = "day"
    WEEK = "week"
    FAILURE = "failure"
    """A day without a page."""
    ALARM = "alarm"
    """The run itself broke down."""
    TRIAL = "trial"
    """Somebody wants to see whether it arrives."""

    @property
    def transient(self) -> bool:
        """Whether it is of the moment: never sent again, and no news of any day."""
        return self in {Occasion.ALARM, Occasion.TRIAL}


@dataclass(frozen=True, slots=True)
class Failure:
    """A day that has no page, and why."""

    day: date
    problem: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What a reader is told: of one day, of a week, or that there is no page.

    `day` is the day it is about, of a week its Friday. `digests` are one of a day, those there are
    of a week, in order, and none of a failure. `most` papers are wanted at most, the best first;
    None is all. `pages` are the addresses of the days' whole pages in the web, where they have any.
    `notices` are what else the reader must know, such as a channel that cannot be reached.
    """

    occasion: Occasion
    day: date
    profile: str
    digests: tuple[Digest, ...] = ()
    failures: tuple[Failure, ...] = ()
    most: int | None = None
    pages: Mapping[date, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


class Style(StrEnum):
    """What a channel's messages are written in."""

    MAIL = "mail"
    """An HTML part and a plain one."""
    HTML = "html"
    """The few elements that chats know: b, i, a, code."""
    MARKDOWN = "markdown"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class MessageFormat:
    """How a channel wants its messages.

    A message's text is at most `longest` by `measure`, its subject at most `subject_longest`
    characters; 0 where there is no subject, and the text begins with it. A bulletin is at most
    `most` messages, and what does not fit is named with a link.
    """

    style: Style
    longest: int
    subject_longest: int
    most: int = 5
    measure: Callable[[str], int] = len


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `html` is the same as `text`, for who can show it, None where it is not mail."""

    subject: str
    text: str
    html: str | None = None


class MessageStatus(StrEnum):
    """What is known of one message."""

    WAITING = "waiting"
    """It was not sent, or surely did not arrive."""
    SENDING = "sending"
    """It is being sent; after a run that was killed, nobody knows whether it was."""
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    """It was sent and the answer was lost."""
    REFUSED = "refused"
    """The channel does not take it: somebody has to mend something first."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A bulletin on its way to one channel: its messages, and what is known of each.

    There is one for each profile, channel, occasion and day, so that nothing comes twice.
    `since` is when it was packed, `at` when something was last learned of it; `problem` is why it
    is not there yet, None where nothing went wrong.
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

    @property
    def arrived(self) -> bool:
        """Whether all of it is there."""
        return all(fate is MessageStatus.DELIVERED for fate in self.statuses)

    @property
    def open(self) -> bool:
        """Whether sending some of it, again or for the first time, is still to be tried."""
        return any(
            fate not in {MessageStatus.DELIVERED, MessageStatus.UNKNOWN} for fate in self.statuses
        )
