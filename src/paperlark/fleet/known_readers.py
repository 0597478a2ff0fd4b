"""What is known of a block of readers before a day is ranked for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from paperlark.day.announce import NewPapers, filter_new
from paperlark.domain.announcement import Announcement
from paperlark.domain.digest import SeenBefore
from paperlark.domain.feedback import LaterVotes
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.translation import RankingCriteria
from paperlark.settings import Settings
from paperlark.store.examples import ExampleStore
from paperlark.store.many_readers import ManyReaders


@dataclass(frozen=True, slots=True)
class ReaderBefore:
    """A reader, what is new to them on a day, and what names their evidence.

    `stream` names the earlier papers that they have in common with others, `fingerprint` changes
    whenever their evidence does and is "" where nothing tells.
    """

    settings: Settings
    ranking: RankingCriteria
    new: NewPapers
    later: LaterVotes
    stream: str
    fingerprint: str

    @property
    def profile(self) -> Profile:
        """The reader's profile."""
        return self.settings.profile

    @property
    def group(self) -> tuple[str, tuple[tuple[PaperId, int], ...]]:
        """What readers must share to be ranked together: earlier papers, and those of the day."""
        return self.stream, tuple((one.paper.id, one.paper.version) for one in self.new.papers)


def know_readers(
    readers: Sequence[tuple[Settings, RankingCriteria]],
    announcement: Announcement,
    many: ManyReaders,
    examples: ExampleStore,
) -> Mapping[str, ReaderBefore]:
    """Return what is known of each reader, by id, in a few questions to the database.

    Raises StoreError where the rows of any of them cannot be read.
    """
    day = announcement.day
    profiles = [settings.profile for settings, _ in readers]
    ids = [one.id for one in profiles]
    seen = many.seen(ids, day, [one.paper.id for one in announcement.papers])
    streams, later = many.streams(ids, day), examples.later_votes_of(ids, day)
    fingerprints = examples.fingerprints(profiles, day)
    filtered = _Filtered(announcement)
    return {
        settings.profile.id: ReaderBefore(
            settings,
            ranking,
            filtered.new_to(settings.profile, seen[settings.profile.id]),
            later[settings.profile.id],
            streams[settings.profile.id],
            fingerprints[settings.profile.id],
        )
        for settings, ranking in readers
    }


class _Filtered:
    """An announcement filtered for readers, once for those with the same filter and past."""

    def __init__(self, announcement: Announcement) -> None:
        self._announcement = announcement
        self._kept: dict[object, NewPapers] = {}

    def new_to(self, profile: Profile, seen: Mapping[PaperId, SeenBefore]) -> NewPapers:
        own = (
            *(profile.categories, profile.announce_types),
            *(profile.primary_only, profile.judge_updates, profile.filters),
            # Filters let papers of followed authors pass.
            profile.followed if profile.filters else (),
        )
        key = own, frozenset(seen.items())
        if key not in self._kept:
            self._kept[key] = filter_new(self._announcement, profile, seen)
        return self._kept[key]


def by_group(readers: Iterable[ReaderBefore]) -> list[list[ReaderBefore]]:
    """Return the readers who are ranked together, group by group."""
    groups: dict[object, list[ReaderBefore]] = {}
    for one in readers:
        groups.setdefault(one.group, []).append(one)
    return list(groups.values())
