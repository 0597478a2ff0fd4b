"""Numbers of a profile are changed where they stand, and nothing else is."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import ProfileError
from paperlark.domain.profile import Cutoffs, FollowedAuthor, Profile
from paperlark.settings.profile_edit import fingerprint, with_value
from paperlark.settings.tuning_file import write_tuning

ADA, EMMY = FollowedAuthor("Ada Lovelace"), FollowedAuthor("Emmy Noether")
OWN = Profile("Bats", ("cs.SD",), parse_criteria("Bats"), followed=(ADA,))
TEXT = """\
# Mine: do not touch
name = "Bats"   # the title
page_size = 20                   # papers on a page

[[follow]]
name = "Ada Lovelace"  # first

# scores
[cutoffs]
relevance = 7   # at least
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Return a profile of a reader with comments."""
    path = tmp_path / "paperlark.toml"
    path.write_text(TEXT, "utf-8")
    return path


def test_all_is_written_at_once_and_comments_stay(profile: Path) -> None:
    tuned = replace(OWN, page_size=5, cutoffs=Cutoffs(8, 3), followed=(EMMY,))
    write_tuning(profile, OWN, tuned, instead_of=fingerprint(profile))
    assert (
        profile.read_text("utf-8")
        == """\
# Mine: do not touch
name = "Bats"   # the title
page_size = 5                   # papers on a page

# scores
[cutoffs]
relevance = 8   # at least
novelty = 3

[[follow]]
name = "Emmy Noether"
"""
    )


def test_what_is_not_there_is_added_where_it_belongs() -> None:
    assert with_value("", "", "page_size", 5) == "page_size = 5\n"
    text = 'name = "Bats"\n\n# posts\n[site]\nfolder = "web"'
    changed = with_value(with_value(text, "", "page_size", 5), "cutoffs", "novelty", 4)
    assert tomllib.loads(changed) == {
        "name": "Bats", "page_size": 5, "site": {"folder": "web"}, "cutoffs": {"novelty": 4},
    }  # fmt: skip
    assert "# posts\n[site]" in changed


def test_a_file_that_somebody_else_changed_stays_theirs(profile: Path) -> None:
    before = fingerprint(profile)
    profile.write_text(theirs := TEXT.replace("Bats", "Owls"), "utf-8")
    with pytest.raises(ProfileError, match="changed meanwhile"):
        write_tuning(profile, OWN, replace(OWN, page_size=5), instead_of=before)
    assert profile.read_text("utf-8") == theirs


@pytest.mark.parametrize(
    "form",
    [
        "cutoffs = { relevance = 7 }\n",
        "cutoffs.relevance = 7\n",
        'about = """\n[cutoffs]\nrelevance = 7\n"""\n',
        "cutoffs = 3\n",
    ],
)
def test_values_in_another_form_are_left_alone(profile: Path, form: str) -> None:
    profile.write_text(form, "utf-8")
    tuned = replace(OWN, cutoffs=Cutoffs(9, 6))
    with pytest.raises(ProfileError, match="cannot be changed from here"):
        write_tuning(profile, OWN, tuned, instead_of=fingerprint(profile))
    assert profile.read_text("utf-8") == form


def test_what_is_as_it_was_is_not_written(tmp_path: Path) -> None:
    write_tuning(tmp_path / "nothing.toml", OWN, OWN, instead_of="")
    assert not list(tmp_path.iterdir())
