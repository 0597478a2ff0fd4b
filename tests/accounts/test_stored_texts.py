"""What is edited in a row is what would be edited in the files of a profile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import paperlark
from paperlark import OpenedAccounts, ProfileError
from paperlark.domain.profile import Cutoffs, FollowedAuthor

PROFILE = '# my remark\nname = "Bats"\ncategories = ["q-bio.NC"]\npage_size = 9  # few\n'
CRITERIA = "# Bats\n\nSonar of bats.\n<!-- a note to myself -->\n"


@pytest.fixture
def accounts(tmp_path: Path) -> OpenedAccounts:
    """Return a group with one reader, Ada."""
    (tmp_path / "group.toml").write_text(
        'name = "Bats"\naddress = "https://bats.example.org"\ndatabase = "lark.db"\n\n'
        '[sign_in]\nmethod = "proxy"\nproxies = ["127.0.0.1"]\n'
    )
    opened = paperlark.open_accounts(tmp_path / "group.toml")
    opened.add(paperlark.NewAccount("Ada", PROFILE, CRITERIA))
    return opened


def test_a_draft_is_written_into_the_row_and_every_remark_stays(accounts: OpenedAccounts) -> None:
    profile = accounts.open_profile("ada")
    assert profile.interests.criteria_text() == CRITERIA
    draft = replace(
        profile.interests.draft(),
        criteria=CRITERIA.replace("Sonar", "Echolocation"),
        page_size=12,
        cutoffs=Cutoffs(8, 5),
        followed=(FollowedAuthor("Ada Lovelace"),),
    )
    profile.interests.save_draft(
        draft, instead_of=CRITERIA, profile_was=profile.interests.file_fingerprint()
    )
    stored = accounts.find("ada")
    assert stored.profile == (
        '# my remark\nname = "Bats"\ncategories = ["q-bio.NC"]\npage_size = 12  # few\n'
        '\n[cutoffs]\nrelevance = 8\nnovelty = 5\n\n[[follow]]\nname = "Ada Lovelace"\n'
    )
    assert stored.criteria == CRITERIA.replace("Sonar", "Echolocation")
    assert accounts.open_profile("ada").settings.profile.page_size == 12


def test_what_somebody_else_changed_meanwhile_is_not_written_over(
    accounts: OpenedAccounts,
) -> None:
    profile = accounts.open_profile("ada")
    draft, was = (
        replace(profile.interests.draft(), page_size=12),
        profile.interests.file_fingerprint(),
    )
    accounts.change("ada", profile=PROFILE.replace("9", "10"))
    with pytest.raises(ProfileError, match="profile of ada: was changed meanwhile"):
        profile.interests.save_draft(draft, instead_of=CRITERIA, profile_was=was)
    accounts.change("ada", criteria="Whales.\n", profile=PROFILE)
    with pytest.raises(ProfileError, match="criteria of ada: was changed meanwhile"):
        profile.interests.save_draft(draft, instead_of=CRITERIA, profile_was=was)
    with pytest.raises(ProfileError, match="changed meanwhile"):
        profile.interests.save_criteria("Cats.", instead_of=CRITERIA)
    assert (accounts.find("ada").profile, accounts.find("ada").criteria) == (PROFILE, "Whales.\n")


@pytest.mark.parametrize("text", [" \n", "x" * 30_001])
def test_criteria_that_could_not_be_read_again_are_not_stored(
    accounts: OpenedAccounts, text: str
) -> None:
    with pytest.raises(ProfileError, match="criteria of ada: would"):
        accounts.open_profile("ada").interests.save_criteria(text, instead_of=CRITERIA)
    assert accounts.find("ada").criteria == CRITERIA


def test_an_author_is_followed_and_unfollowed_in_the_row(accounts: OpenedAccounts) -> None:
    accounts.open_profile("ada").interests.follow("Lovelace, Ada")
    assert '[[follow]]\nname = "Lovelace, Ada"' in accounts.find("ada").profile
    accounts.open_profile("ada").interests.unfollow("Ada Lovelace")
    assert accounts.find("ada").profile == PROFILE


def test_nothing_is_written_into_files_of_a_reader_whose_profile_is_a_row(
    accounts: OpenedAccounts, tmp_path: Path
) -> None:
    profile = accounts.open_profile("ada")
    profile.interests.save_criteria("Whales.", instead_of=CRITERIA)
    profile.reading.share(wanted=True, saved=False)
    assert {one.name.partition(".db")[0] for one in tmp_path.iterdir()} == {"group.toml", "lark"}
