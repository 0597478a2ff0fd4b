"""What a reader does with papers: votes on them, saves, sees and notes them, and shares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from paperlark.runs.progress import NO_PROGRESS
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.archive.triage import Applied, ReadingDay, TouchedPaper
    from paperlark.archive.vote_lines import KeptLines
    from paperlark.archive.vote_trial import VoteTrial
    from paperlark.domain.agenda import SharedPaper, Sharing
    from paperlark.domain.feedback import Feedback, Vote
    from paperlark.domain.paper import Paper, PaperId
    from paperlark.domain.triage import Action, TriageEvent, TriageState
    from paperlark.domain.vote_effect import CastVotes, VoteEffect
    from paperlark.domain.vote_links import VoteLink
    from paperlark.ports import Progress
    from paperlark.settings import Settings


@dataclass(frozen=True, slots=True)
class ReadingActions:
    """What a reader does with papers: `OpenedProfile.reading`."""

    settings: Settings
    environment: Environment
    progress: Progress = NO_PROGRESS

    def vote(
        self, papers: str | Sequence[str], vote: Vote | Literal["up", "down", "none"]
    ) -> tuple[Paper, ...]:
        """Vote for papers ("up"), against them ("down"), or take the votes back ("none").

        Arguments:
            papers: one identifier or several, as for `why`.
            vote: counts from the same day's page on.

        Returns the papers.

        Raises StoreError where a paper is not known, and then no vote counts; ValueError where a
        name is no identifier.

        >>> [paper.id for paper in profile.reading.vote("2502.18137", "up")]
        ['2502.18137']
        """
        return self.cast_votes(papers, vote).papers

    def cast_votes(
        self, papers: str | Sequence[str], vote: Vote | Literal["up", "down", "none"]
    ) -> CastVotes:
        """Vote as `vote` does, and return what `vote_effect` needs.

        Arguments:
            papers, vote: as for `vote`.

        Returns the papers, and which of them had this vote before.

        Raises StoreError or ValueError as `vote` does.

        >>> cast = profile.reading.cast_votes("2502.18137", "up")
        >>> cast.nothing_new
        True
        """
        from paperlark.archive.votes import open_votes
        from paperlark.domain.feedback import Vote

        names = [papers] if isinstance(papers, str) else papers
        with open_votes(self.settings, self.environment) as votes:
            return votes.cast([paper_id(name) for name in names], Vote(vote))

    def vote_effect(self, cast: CastVotes, *, however_long: bool = False) -> VoteEffect:
        """Compare the latest page as it would be with the votes and without them.

        Arguments:
            cast: the votes, as `cast_votes` returned them.
            however_long: compare even where so many papers are known that it takes long.

        Returns how many papers would have another place, and which moved furthest. Papers that
        were voted on are left out, for the next page does not have them.

        Raises StoreError.

        >>> effect = profile.reading.vote_effect(profile.reading.cast_votes("2502.18137", "up"))
        >>> str(effect.day), effect.moved  # the vote was there already
        ('2025-02-26', 0)
        """
        from paperlark.archive.vote_effect import vote_effect

        return vote_effect(self.settings, cast, self.progress, however_long=however_long)

    def vote_trial(self) -> VoteTrial:
        """Return what tries votes that were cast while reading, one after the other.

        >>> trial = profile.reading.vote_trial()
        >>> trial.moves("no such event") is None
        True
        """
        from paperlark.archive.vote_trial import VoteTrial
        from paperlark.rankers.embedded import EmbeddedRanker

        return VoteTrial(self.settings, EmbeddedRanker())

    def votes(self) -> tuple[tuple[Feedback, Paper | None], ...]:
        """Return the vote that counts for each paper, oldest first; raises StoreError.

        The paper is None where its text is lost.

        >>> [(vote.paper_id, str(vote.vote)) for vote, _ in profile.reading.votes()]
        [('2502.18137', 'up')]
        """
        from paperlark.archive.votes import open_votes

        with open_votes(self.settings, self.environment, writes=False) as votes:
            return votes.current()

    def triage(
        self,
        paper: str,
        action: Action | Literal["want", "not", "save", "later", "open", "seen", "note"],
        *,
        on: bool = True,
        text: str = "",
        event: str | None = None,
        page: date | None = None,
        place: int | None = None,
        by_assistant: bool = False,
    ) -> Applied:
        """Do something with a paper where it is read: want it, save it, note something, and so on.

        Arguments:
            paper: its identifier, as for `why`.
            action: what is done; want, not and save teach the ranker, open a little.
            on: False where it is taken back.
            text: of a note.
            event: an id of this event; sent again with the same id it changes nothing.
            page, place: the day of the page where it was done, and the paper's place there.
            by_assistant: mark it as an assistant's, wherever it is listed; `event` is not used.

        Returns the state of the paper before and after.

        Raises StoreError where the paper is not known, ValueError where a name is no identifier.

        >>> done = profile.reading.triage("2502.18137", "save")
        >>> done.before.saved, done.after.saved, done.after.seen
        (False, True, True)
        """
        from uuid import uuid4

        from paperlark.archive.triage import open_triage
        from paperlark.domain.feedback import BY_ASSISTANT
        from paperlark.domain.triage import Action, TriageEvent

        done = TriageEvent(
            id=f"{BY_ASSISTANT}{uuid4().hex}" if by_assistant else event or uuid4().hex,
            paper_id=paper_id(paper),
            action=Action(action),
            at=self.environment.now(),
            on=on,
            text=text,
            page=page,
            place=place,
        )
        with open_triage(self.settings, self.environment) as triage:
            return triage.act(done)

    def keep_vote_lines(self, text: str) -> KeptLines:
        r"""Store votes that are written as lines: an identifier, and want, not, save or later.

        Arguments:
            text: a vote a line, as the vote pad of a page writes it; of at most a million
                characters. A line that names its time is stored once, however often it comes.

        Returns what was kept, how many votes were there already, and the lines that could not be
        kept, each with its number and why.

        Raises StoreError where there is no database yet, ValueError where the text is too long.

        >>> kept = profile.reading.keep_vote_lines("2502.18137 save\nhello want")  # saved above
        >>> len(kept.kept), kept.repeated, [(one.number, one.text) for one in kept.bad]
        (0, 1, [(2, 'hello want')])
        """
        from paperlark.archive.triage import open_triage
        from paperlark.archive.vote_lines import keep_lines
        from paperlark.domain.vote_lines import parse_vote_lines

        lines = tuple(parse_vote_lines(text, self.environment.now()))
        with open_triage(self.settings, self.environment) as triage:
            return keep_lines(triage, lines)

    def check_vote_link(self, path: str) -> VoteLink:
        """Return what a signed link of a mail or a chat allows: a vote on one paper.

        Arguments:
            path: of its address, such as `/vote/2502.18137/2025-02-26/3/2025-03-28/…`.

        Returns the paper, the day of the page and the paper's place there.

        Raises PaperlarkError where the link was changed, is another reader's or has expired.

        >>> profile.reading.check_vote_link("/vote/2502.18137/2025-02-26/3/2025-03-28/forged")
        Traceback (most recent call last):
        paperlark.domain.errors.PaperlarkError: this link is not whole, or is another reader's; ...
        """
        from paperlark.archive.triage import open_triage
        from paperlark.domain.vote_links import checked_link
        from paperlark.store.link_key import link_key

        with open_triage(self.settings, self.environment, writes=False) as triage:
            reader = triage.profile
        key = link_key(self.settings.database)
        return checked_link(path, reader, key, self.environment.now().date())

    def undo_triage(self, undoes: str, *, event: str | None = None) -> Applied:
        """Take back a triage event; any of them, and exactly.

        Arguments:
            undoes: the id of that event.
            event: an id of this one, as for `triage`.

        Returns the state of its paper before and after.

        Raises StoreError where there is no such event.

        >>> undone = profile.reading.undo_triage(profile.reading.reading_day().undoable[-1].id)
        >>> undone.paper.id, undone.after.saved
        ('2502.18137', False)
        """
        from uuid import uuid4

        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment) as triage:
            return triage.undo(event or uuid4().hex, undoes)

    def triage_states(self) -> Mapping[PaperId, TriageState]:
        """Return the state of each paper that something was done with; raises StoreError.

        >>> profile.reading.triage_states()["2502.18137"].vote.value
        'up'
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.states()

    def export_triage(self) -> str:
        """Return all votes and triage events as the log beside the database has them.

        `restore` reads the text as that file. Raises StoreError.

        >>> '"id": "2502.18137"' in profile.reading.export_triage().splitlines()[0]
        True
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.export()

    def vote_lines(self) -> str:
        """Return what counts of votes and triage as lines that `keep_vote_lines` reads.

        Notes are not among them. Raises StoreError.

        >>> profile.reading.vote_lines().split()[:2]
        ['2502.18137', 'want']
        """
        from paperlark.domain.vote_lines import format_vote_lines

        return format_vote_lines(self.triage_history())

    def undoable_triage(self) -> tuple[TriageEvent, ...]:
        """Return the latest decisions that `undo_triage` can take back, the last one last.

        Raises StoreError.

        >>> [str(one.action) for one in profile.reading.undoable_triage()][:1]
        ['want']
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.undoable()

    def reading_day(self, day: date | None = None, *, others: bool = False) -> ReadingDay:
        """Return the papers of a day, and what was done with each.

        Arguments:
            day: the announcement day; the latest with a page by default.
            others: with the scanned papers that are not on the page.

        Raises StoreError where there is no such page.

        >>> day = profile.reading.reading_day(others=True)
        >>> day.state("2502.18137").vote.value, len(day.others) > len(day.digest.entries)
        ('up', True)
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.day(day, others=others)

    def touched_papers(self, which: Callable[[TriageState], bool]) -> tuple[TouchedPaper, ...]:
        """Return the papers that something was done with and whose state is so, the latest first.

        Arguments:
            which: chooses by the state.

        Raises StoreError.

        >>> profile.reading.touched_papers(lambda state: state.saved)
        ()
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.touched(which)

    def papers_with_states(self, papers: Sequence[str]) -> tuple[TouchedPaper, ...]:
        """Return what was done with each of these papers, in their order.

        Arguments:
            papers: identifiers, as for `why`; those that are not known are left out.

        Raises StoreError; ValueError where a name is no identifier.

        >>> [str(one.state.vote) for one in profile.reading.papers_with_states(["2502.18137"])]
        ['up']
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            return triage.listed([paper_id(one) for one in papers])

    def triage_history(self) -> tuple[TriageEvent, ...]:
        """Return all triage events, the oldest first; raises StoreError.

        What a kill kept from the log beside the database is added to it.

        >>> [(str(one.action), one.undoes is None) for one in profile.reading.triage_history()[-2:]]
        [('save', True), ('save', False)]
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment) as triage:
            triage.complete_log()
            return triage.history()

    def reset_triage(self) -> int:
        """Take back every vote, saved paper, note and what was seen.

        Returns how many actions were taken back; raises StoreError.

        >>> with paperlark.open_sample("no pages") as sample:
        ...     sample.reading.reset_triage()
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.StoreError: 'Efficient LLM inference' has no page yet ...
        """
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment) as triage:
            return triage.reset()

    def sharing(self) -> Sharing:
        """Return what the reader shows to the other members of their group: nothing at first.

        Raises StoreError where there is no database yet.

        >>> profile.reading.sharing()
        Sharing(wanted=False, saved=False)
        """
        from paperlark.archive.sharing import sharing_of

        return sharing_of(self.settings)

    def share(self, *, wanted: bool, saved: bool) -> None:
        """Choose what the other members of the group see, from now on and of what was before.

        Arguments:
            wanted: the papers that the reader wants.
            saved: the papers that the reader saved.

        Raises StoreError where there is no database yet.

        >>> profile.reading.share(wanted=True, saved=False)
        >>> profile.reading.sharing().wanted
        True
        """
        from paperlark.archive.sharing import share
        from paperlark.domain.agenda import Sharing

        share(self.settings, self.environment, Sharing(wanted, saved))

    def shared_papers(self) -> tuple[SharedPaper, ...]:
        """Return the papers that the reader shows to their group, with nothing else of theirs.

        Raises StoreError.

        >>> profile.reading.share(wanted=False, saved=False)
        >>> profile.reading.shared_papers()
        ()
        """
        from paperlark.archive.sharing import shared_papers

        return shared_papers(self.settings, self.environment)


def paper_id(name: str) -> PaperId:
    """Return the identifier that a caller means; raises ValueError where it is none."""
    from paperlark.domain.paper import identify

    identifier = identify(name)
    if identifier is None:
        raise ValueError(f"{name[:80]!r} is no arXiv identifier; write it like 2502.12206")
    return identifier.id
