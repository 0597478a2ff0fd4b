from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperlark.domain.errors import ProfileError
from paperlark.domain.profile import FollowedAuthor
from paperlark.settings.follow_file import add_follow, remove_follow

PROFILE = """\
# Mine: do not touch
name = "Bats"   # the title
categories = ["cs.SD"]

# colleagues
[[follow]]
name = "Ada Lovelace"  # first
aliases = [
  "A. Byron",
]

[[follow]]
name = "Emmy Noether"

# the site
[site]
folder = "web"
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "paperlark.toml"
    path.write_text(PROFILE, "utf-8")
    return path


def _names(path: Path) -> list[str]:
    text = path.read_text("utf-8-sig")
    return [one["name"] for one in tomllib.loads(text)["follow"]]


def test_an_author_is_appended_and_nothing_else_changes(profile: Path) -> None:
    add_follow(profile, FollowedAuthor('Grace "Amazing" Hopper', ("G. Hopper",), "42"))
    added = (
        '\n[[follow]]\nname = "Grace \\"Amazing\\" Hopper"\naliases = ["G. Hopper"]\nid = "42"\n'
    )
    assert profile.read_text("utf-8") == PROFILE + added


@pytest.mark.parametrize("ending", ["", "\n", "\n\n# end"])
def test_a_profile_may_end_in_any_way(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "paperlark.toml"
    path.write_text(f'name = "Bats"{ending}', "utf-8")
    add_follow(path, FollowedAuthor("Ada Lovelace"))
    assert _names(path) == ["Ada Lovelace"]
    assert path.read_text("utf-8").startswith(f'name = "Bats"{ending}')


def test_the_first_author_is_removed_with_its_comment_and_no_other(profile: Path) -> None:
    remove_follow(profile, 0)
    gone = '[[follow]]\nname = "Ada Lovelace"  # first\naliases = [\n  "A. Byron",\n]\n\n'
    assert profile.read_text("utf-8") == PROFILE.replace(gone, "")


def test_the_comment_of_the_next_table_stays(profile: Path) -> None:
    remove_follow(profile, 1)
    assert profile.read_text("utf-8") == PROFILE.replace(
        '[[follow]]\nname = "Emmy Noether"\n\n', ""
    )


def test_what_was_added_and_removed_leaves_the_file_as_it_was(profile: Path) -> None:
    add_follow(profile, FollowedAuthor("Grace Hopper"))
    remove_follow(profile, 2)
    assert profile.read_text("utf-8") == PROFILE


def test_line_ends_marks_links_and_permissions_stay(profile: Path, tmp_path: Path) -> None:
    windows = b"\xef\xbb\xbf" + PROFILE.replace("\n", "\r\n").encode()
    profile.write_bytes(windows)
    profile.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(profile)
    add_follow(link, FollowedAuthor("Grace Hopper"))
    assert link.is_symlink()
    assert profile.stat().st_mode & 0o777 == 0o640
    assert profile.read_bytes() == windows + b'\r\n[[follow]]\r\nname = "Grace Hopper"\r\n'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.toml", "paperlark.toml"]


@pytest.mark.parametrize(
    "text",
    [
        'follow = [{name = "Ada Lovelace"}]\nname = "Bats"\n',
        'name = "Bats\n',
        'name = """\n[[follow]]\n"""\n[[follow]]\nname = "Ada Lovelace"\n',
    ],
)
def test_a_profile_in_another_form_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "paperlark.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ProfileError, match="by hand"):
        remove_follow(path, 0)
    assert path.read_text("utf-8") == text


def test_an_author_that_could_not_be_read_again_is_refused(profile: Path) -> None:
    with pytest.raises(ProfileError, match="would be 'abc'; expected Semantic Scholar's id"):
        add_follow(profile, FollowedAuthor("Ada Byron", id="abc"))
    with pytest.raises(ProfileError, match=r"follow\.name would be ' '; expected a full name"):
        add_follow(profile, FollowedAuthor(" "))
    assert profile.read_text("utf-8") == PROFILE


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"no\.toml: cannot be changed"):
        add_follow(tmp_path / "no.toml", FollowedAuthor("Ada Lovelace"))
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "B\xe4ts"\n')
    with pytest.raises(ProfileError, match="it is not UTF-8 text"):
        add_follow(latin, FollowedAuthor("Ada Lovelace"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1).filter(str.strip))
def test_any_name_is_read_as_it_was_written(profile: Path, name: str) -> None:
    profile.write_text(PROFILE, "utf-8")
    add_follow(profile, FollowedAuthor(name))
    assert _names(profile)[-1] == name
    remove_follow(profile, 2)
    assert profile.read_text("utf-8") == PROFILE
