"""A reader's interests: the criteria, the authors who are followed, and what was imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.settings.environment import Environment, RunOptions

if TYPE_CHECKING:
    from paperlark.archive.following import Followed
    from paperlark.archive.stored_texts import StoredTexts
    from paperlark.archive.tuning import Tuning, TuningDraft
    from paperlark.domain.criteria_effect import CriteriaEffect
    from paperlark.domain.feedback import ImportedPaper
    from paperlark.domain.followed import FollowingReport
    from paperlark.domain.profile import FollowedAuthor
    from paperlark.importing.import_source import Imported, ImportOptions
    from paperlark.importing.imported_sources import ImportedSource
    from paperlark.importing.kinds import FileKind
    from paperlark.ports import Progress
    from paperlark.settings import Settings
    from paperlark.settings.profile_edit import ProfileEdit

ZOTERO = "https://api.zotero.org"


@dataclass(frozen=True, slots=True)
class Interests:
    """What a reader is interested in, and how it is changed: `OpenedProfile.interests`.

    `path` is the profile's file, None where it cannot be changed; or `row` is where it is stored.
    """

    settings: Settings
    environment: Environment
    options: RunOptions
    progress: Progress
    path: Path | None = None
    row: StoredTexts | None = None

    def criteria_text(self) -> str:
        """Return the file of the criteria as it is, with its comments.

        Raises ProfileError where it cannot be read any more.

        >>> profile.interests.criteria_text().startswith("# Efficient LLM inference")
        True
        """
        from paperlark.settings.load import read_criteria

        if self.row is not None:
            return self.row.account.criteria
        file = self.settings.criteria_file
        return read_criteria(file) if file else self.settings.profile.criteria.text

    def criteria_effect(self, day: date, text: str | Path | None = None) -> CriteriaEffect:
        """Show which papers of a day each line of the criteria moved.

        The day is ranked by the criteria alone, without what judgements and votes have taught.

        Arguments:
            day: a day that has a page.
            text: criteria to try instead of the profile's own, or a Path to them; nothing is
                stored.

        Raises StoreError where the reader has no page of that day, ProfileError where the file
        cannot be read.

        >>> from datetime import date
        >>> interests = profile.interests
        >>> effect = interests.criteria_effect(date(2025, 2, 26), "Only mixtures of experts.")
        >>> effect.ranking[0].after, len(effect.statements)
        (1, 1)
        """
        from paperlark.archive.criteria_effect import criteria_effect
        from paperlark.rankers.embedded import EmbeddedRanker
        from paperlark.settings.load import read_criteria

        own = read_criteria(text) if isinstance(text, Path) else text
        tried = self.criteria_text() if own is None else own
        return criteria_effect(self.settings, tried, day, EmbeddedRanker(), self.progress)

    def tuning(self, day: date | None = None) -> Tuning:
        """Read a day and what was known of the reader once, to rank it by other criteria.

        Arguments:
            day: a day that has a page; the latest by default.

        Returns what ranks it, as often as the criteria change.

        Raises StoreError where the reader has no papers of that day.

        >>> tuning = profile.interests.tuning()
        >>> changes = tuning.rank("Only mixtures of experts.")
        >>> changes[0].after, len(changes) == len(tuning.papers)
        (1, True)
        """
        from paperlark.archive.digests import open_archive
        from paperlark.archive.tuning import open_tuning
        from paperlark.rankers.embedded import EmbeddedRanker

        with open_archive(self.settings) as archive:
            wanted = day or archive.find(None).day
        return open_tuning(self.settings, wanted, EmbeddedRanker())

    def save_criteria(self, text: str, *, instead_of: str) -> None:
        """Replace the file of the criteria; open the profile again to use them.

        Arguments:
            text: the criteria, in any form.
            instead_of: what the file holds, as `criteria_text` returned it.

        Raises ProfileError where it holds something else by now or cannot be written, and then it
        is unchanged.

        >>> profile.interests.save_criteria("Bats.", instead_of="Cats.")
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.ProfileError: criteria.md was changed meanwhile ...
        """
        from paperlark.domain.errors import PaperlarkError
        from paperlark.settings.criteria_file import write_criteria

        if self.row is not None:
            self.row.save_criteria(text, instead_of=instead_of)
            return
        file = self.settings.criteria_file
        if self.path is None or file is None:
            raise PaperlarkError("the criteria of the bundled sample cannot be changed")
        write_criteria(file, text, instead_of=instead_of)

    def draft(self) -> TuningDraft:
        """Return the criteria and settings that `tuning` tries others in place of.

        >>> profile.interests.draft().page_size
        8
        """
        from paperlark.archive.tuning import draft_of

        return draft_of(self.settings.profile, self.criteria_text())

    def followed_by_names(self, text: str) -> tuple[FollowedAuthor, ...]:
        """Return authors to follow from their names, one a line; those followed already stay.

        Arguments:
            text: full names, one a line.

        Raises PaperlarkError where a name is not enough to recognize somebody by.

        >>> [one.name for one in profile.interests.followed_by_names("Ada Lovelace")]
        ['Ada Lovelace']
        """
        from paperlark.archive.tuning import followed_by_names

        return followed_by_names(self.settings.profile.followed, text)

    def file_fingerprint(self) -> str:
        """Return what changes whenever the profile's file does, for `save_draft`.

        >>> len(profile.interests.file_fingerprint())
        64
        """
        from paperlark.settings.profile_edit import fingerprint

        return self.row.fingerprint if self.row else fingerprint(self._file())

    def save_draft(self, draft: TuningDraft, *, instead_of: str, profile_was: str) -> None:
        """Write a draft into the profile and the file of its criteria, whose comments stay.

        Arguments:
            draft: what was tried; only what differs from the profile is written.
            instead_of: what the file of the criteria holds, as for `save_criteria`.
            profile_was: what `file_fingerprint` returned.

        Raises ProfileError where one of the files was changed meanwhile, and then neither is
        written, or where one cannot be written; the criteria are written last.

        >>> interests = profile.interests
        >>> interests.save_draft(interests.draft(), instead_of="Cats.", profile_was="")
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.ProfileError: criteria.md was changed meanwhile ...
        """
        from paperlark.settings.criteria_file import check_criteria
        from paperlark.settings.tuning_file import tuning_edit, write_tuning

        own = self.settings.profile
        tuned = replace(
            own, page_size=draft.page_size, cutoffs=draft.cutoffs, followed=draft.followed
        )
        if self.row is not None:
            edit = tuning_edit(own.title, own, tuned)
            criteria = draft.criteria
            self.row.save(edit, criteria, profile_was=profile_was, instead_of=instead_of)
            return
        path = self._file()
        if self.settings.criteria_file:
            check_criteria(self.settings.criteria_file, draft.criteria, instead_of=instead_of)
        write_tuning(path, own, tuned, instead_of=profile_was)
        if draft.criteria.strip() != instead_of.strip():
            self.save_criteria(draft.criteria, instead_of=instead_of)

    def follow(
        self,
        name: str,
        *,
        aliases: Sequence[str] = (),
        person: str | None = None,
        as_printed: bool = False,
    ) -> Followed:
        """Follow an author: their papers are on every page from the next one on.

        Arguments:
            name: a full name in any common form, such as "Ada Lovelace" or "Lovelace, Ada".
            aliases: other names that papers print.
            person: Semantic Scholar's id of this person, which excludes namesakes.
            as_printed: follow a single name or initials all the same.

        Returns the last papers of whom the name matches, and whether the author was followed
        already. The profile is changed; open it again to use it.

        Raises UnclearName where the name is not enough, ProfileError or StoreError, and then the
        profile is unchanged.

        >>> followed = profile.interests.follow("Lovelace, Ada")
        >>> followed.already, len(followed.report.authors[0].papers)
        (None, 0)
        """
        from paperlark.archive.following import follow_author
        from paperlark.domain.profile import FollowedAuthor

        author = FollowedAuthor(name, tuple(aliases), person)
        return follow_author(self.settings, self._edit, author, as_printed=as_printed)

    def unfollow(self, name: str) -> FollowedAuthor:
        """Follow an author no longer; the rest of the profile stays as it is.

        Arguments:
            name: the author, under any of their names.

        Returns who was followed.

        Raises UnclearName where nobody is followed under that name, or several are; ProfileError.

        >>> paperlark.open_profile(profile.path).interests.unfollow("Ada Lovelace").name
        'Lovelace, Ada'
        """
        from paperlark.archive.following import unfollow_author

        return unfollow_author(self.settings, self._edit, name)

    def following(self) -> FollowingReport:
        """Return the followed authors, each with the last papers of whom the name matches.

        Raises StoreError.

        >>> [author] = profile.interests.following().authors
        >>> author.author.name, str(author.papers[0].day), author.in_month
        ('Mohamed S. Abdelfattah', '2025-02-19', 1)
        """
        from paperlark.archive.following import report_following

        return report_following(self.settings, self.settings.profile.followed)

    def import_source(
        self,
        source: str | Path,
        *,
        kind: FileKind | None = None,
        liked: bool = True,
        ask_arxiv: bool = True,
        days: bool = True,
        dry_run: bool = False,
    ) -> Imported:
        """Import papers the reader likes, or a digest that was made elsewhere.

        Arguments:
            source: a file, an address, or one paper's identifier.
            kind: what kind of file it is; recognised by its content by default.
            liked: False where the reader wants no more papers like these.
            ask_arxiv: look up papers whose text is not known.
            days: add digests to the archive as days of their own.
            dry_run: store nothing.

        Returns the counts of what was imported.

        Raises Unimportable, and then nothing is stored; StoreError.

        >>> profile.interests.import_source("2502.18137", ask_arxiv=False).liked
        1
        """
        from paperlark.importing.import_source import import_source

        how = self._import_options(
            kind=kind, liked=liked, ask_arxiv=ask_arxiv, days=days, dry_run=dry_run
        )
        return import_source(self.settings, self.environment, str(source), how)

    def import_zotero(
        self,
        library: str,
        *,
        key_variable: str = "ZOTERO_API_KEY",
        url: str = ZOTERO,
        liked: bool = True,
        ask_arxiv: bool = True,
        dry_run: bool = False,
    ) -> Imported:
        """Import a Zotero library over the web.

        Arguments:
            library: such as users/12345 (or only the number) or groups/678.
            key_variable: the name of the secret with the key of a library that is not public.
            url: where Zotero's web API is.
            liked, ask_arxiv, dry_run: as for `import_source`.

        Returns the counts of what was imported.

        Raises Unimportable, and then nothing is stored; StoreError.

        >>> profile.interests.import_zotero("my library")
        Traceback (most recent call last):
        ...
        paperlark.domain.errors.Unimportable: 'my library' ...
        """
        from paperlark.importing.import_source import import_zotero
        from paperlark.importing.zotero import ZoteroLibrary

        how = self._import_options(
            kind=None, liked=liked, ask_arxiv=ask_arxiv, days=True, dry_run=dry_run
        )
        zotero = ZoteroLibrary(library, key_variable, url)
        return import_zotero(self.settings, self.environment, zotero, how)

    def imports(self) -> tuple[ImportedSource, ...]:
        """Return what was imported, by source, the earliest first; raises StoreError.

        >>> [(source.name, len(source.papers)) for source in profile.interests.imports()]
        [('single papers', 1)]
        """
        from paperlark.importing.imported_sources import list_imports

        return list_imports(self.settings)

    def remove_imports(self, name: str) -> tuple[ImportedPaper, ...]:
        """Take a source or one paper out again, so that the ranker no longer learns from it.

        Votes on these papers stay, and so do days that came with a digest.

        Arguments:
            name: a source, by its name in `imports` or the name of its file, or an identifier.

        Returns the papers that were taken out; none where nothing has that name.

        Raises Unimportable where several sources have that name; StoreError.

        >>> [one.example.paper.id for one in profile.interests.remove_imports("2502.18137")]
        ['2502.18137']
        """
        from paperlark.importing.imported_sources import remove_imports

        return remove_imports(self.settings, name)

    def _edit(self, edit: ProfileEdit) -> None:
        from paperlark.settings.profile_edit import edit_profile

        if self.row is not None:
            self.row.edit(edit)
        else:
            edit_profile(self._file(), edit)

    def _file(self) -> Path:
        from paperlark.domain.errors import PaperlarkError

        if self.path is None:
            raise PaperlarkError("the bundled sample's profile cannot be changed")
        return self.path

    def _import_options(
        self, *, kind: FileKind | None, liked: bool, ask_arxiv: bool, days: bool, dry_run: bool
    ) -> ImportOptions:
        from paperlark.compose.sources import open_arxiv_client
        from paperlark.importing.archive_days import LockWait
        from paperlark.importing.import_source import ImportOptions

        return ImportOptions(
            progress=self.progress,
            open_arxiv=partial(open_arxiv_client, self.settings, self.environment),
            kind=kind,
            wanted=liked,
            ask_arxiv=ask_arxiv,
            dry_run=dry_run,
            days=days,
            wait=LockWait(self.options.patience, self.options.tell),
        )
