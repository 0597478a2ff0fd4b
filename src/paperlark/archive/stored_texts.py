"""Write into a row what a reader edits: the same edits that are made in the files of a profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from paperlark.archive.accounts import open_accounts
from paperlark.domain.accounts import Account
from paperlark.settings.criteria_file import check_new_criteria
from paperlark.settings.environment import Environment
from paperlark.settings.group import GroupDatabase
from paperlark.settings.profile_edit import (
    ProfileEdit,
    changed_meanwhile,
    edited_text,
    fingerprint_of,
)
from paperlark.settings.stored_profile import criteria_name, profile_name


@dataclass(frozen=True, slots=True)
class StoredTexts:
    """The texts of an account as they were when its profile was opened, and where they are kept."""

    account: Account
    group: GroupDatabase
    environment: Environment

    @property
    def fingerprint(self) -> str:
        """What changes whenever the text of the profile does."""
        return fingerprint_of(self.account.profile.encode())

    def edit(self, edit: ProfileEdit) -> None:
        """Change the profile; raises ProfileError or AccountError, and then nothing changed."""
        self._write(edit, None, profile_was=None, instead_of=None)

    def save_criteria(self, text: str, *, instead_of: str) -> None:
        """Replace criteria that are `instead_of`.

        Raises ProfileError or AccountError, and then nothing changed.
        """
        self._write(None, text, profile_was=None, instead_of=instead_of)

    def save(
        self, edit: ProfileEdit | None, criteria: str, *, profile_was: str, instead_of: str
    ) -> None:
        """Change the profile with the fingerprint `profile_was` and criteria that are `instead_of`.

        Raises ProfileError or AccountError, and then neither changed.
        """
        self._write(edit, criteria, profile_was=profile_was, instead_of=instead_of)

    def _write(
        self,
        edit: ProfileEdit | None,
        criteria: str | None,
        *,
        profile_was: str | None,
        instead_of: str | None,
    ) -> None:
        reader = self.account.id
        profile, interests = profile_name(reader), criteria_name(reader)
        if criteria is not None:
            check_new_criteria(interests, criteria)
        with open_accounts(self.group, self.environment) as accounts:
            now = accounts.store.get(reader)
            if instead_of is not None and now.criteria.strip() != instead_of.strip():
                raise changed_meanwhile(interests)
            if profile_was is not None and fingerprint_of(now.profile.encode()) != profile_was:
                raise changed_meanwhile(profile)
            changes: dict[str, Any] = {}
            if edit is not None:
                changes["profile"] = edited_text(profile, now.profile, edit)
            if criteria is not None and criteria.strip() != now.criteria.strip():
                changes["criteria"] = criteria if criteria.endswith("\n") else f"{criteria}\n"
            accounts.change(reader, **changes)
