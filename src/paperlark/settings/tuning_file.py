"""Write what a reader tuned into the profile: followed authors, cut-offs and the page's size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from paperlark.domain.profile import Cutoffs, FollowedAuthor, Profile
from paperlark.settings.follow_file import check_author, follow_values, with_follow, without_follow
from paperlark.settings.profile_edit import ProfileEdit, Values, edit_profile, with_value


def write_tuning(path: Path, own: Profile, tuned: Profile, *, instead_of: str) -> None:
    """Write what differs between two profiles; nothing is written where nothing does.

    Raises ProfileError, and then nothing changed, where the file is no longer the one with the
    fingerprint `instead_of`, or the values stand there in another form.
    """
    tuning = tuning_edit(path, own, tuned)
    if tuning is not None:
        edit_profile(path, tuning, instead_of=instead_of)


def tuning_edit(name: Path | str, own: Profile, tuned: Profile) -> ProfileEdit | None:
    """Return the edit that makes one profile of the other; None where nothing differs.

    Raises ProfileError, naming the profile, where an author could not be read again.
    """
    removed = [n for n, one in enumerate(own.followed) if one not in tuned.followed]
    added = [one for one in tuned.followed if one not in own.followed]
    for one in added:
        check_author(name, one)
    numbers = [*_page_size(own, tuned), *_cutoffs(own.cutoffs, tuned.cutoffs)]
    if not (removed or added or numbers):
        return None

    def edit(text: str) -> str:
        for table, key, value in numbers:
            text = with_value(text, table, key, value)
        for position in reversed(removed):
            text = without_follow(text, position)
        for author in added:
            text = with_follow(text, author)
        return text

    def change(values: Values) -> Values:
        changed = dict(values)
        for table, key, value in numbers:
            if table:
                changed[table] = {**changed.get(table, {}), key: value}
            else:
                changed[key] = value
        return {**changed, "follow": _follow(values.get("follow", []), removed, added)}

    return ProfileEdit(edit, change, "its page_size, [cutoffs] or [[follow]] tables")


def _page_size(own: Profile, tuned: Profile) -> list[tuple[str, str, int]]:
    return [("", "page_size", tuned.page_size)] if tuned.page_size != own.page_size else []


def _cutoffs(own: Cutoffs, tuned: Cutoffs) -> list[tuple[str, str, int]]:
    pairs = {
        "relevance": (own.relevance, tuned.relevance),
        "novelty": (own.novelty, tuned.novelty),
    }
    return [("cutoffs", key, after) for key, (before, after) in pairs.items() if before != after]


def _follow(
    follow: list[object], removed: Sequence[int], added: Sequence[FollowedAuthor]
) -> list[object]:
    kept = [one for number, one in enumerate(follow) if number not in removed]
    return [*kept, *map(follow_values, added)]
