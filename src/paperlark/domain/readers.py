"""Find whose rows a profile reads and writes in a database, or begin a new reader. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from paperlark.domain.errors import IdentityShared
from paperlark.domain.plain_text import fold
from paperlark.domain.site_addresses import slug

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
"""RFC 4648's base 32 in lower case: no letter looks like a digit."""
RANDOM = 8
"""Random characters at the end of an id: 40 bits."""
_LONGEST = 40
_COPY = (
    "delete the line `id` in the copy, and it becomes a reader of its own; or delete the profile"
    " that you no longer use"
)


@dataclass(frozen=True, slots=True)
class KnownReader:
    """A reader of a database; title and path of the profile are those last seen.

    `id` is what the rows of the reader hold. `profile` is "" where no profile has claimed them
    yet: they are older than ids.
    """

    id: str
    title: str
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a profile says of itself; `id` is None where the file has none.

    `proposed` is what it would be known by as a new reader, unless that is taken: the title, as
    all once were, or what its earlier pages say.
    """

    id: str | None
    proposed: str
    title: str
    profile: str
    database: str


@dataclass(frozen=True, slots=True)
class Holding:
    """How a known reader's profile, where it was last seen, relates to the profile that asks.

    `here`: it is the same file. `elsewhere`: it is another file that is still there, uses the same
    database, and is still this reader's.
    """

    here: bool = False
    elsewhere: bool = False


def find_reader(
    claim: Claim, readers: Sequence[KnownReader], holding: Callable[[KnownReader], Holding]
) -> KnownReader | None:
    """Return the reader that a profile belongs to, None for a new one.

    With an id, that one. Without, the reader last seen at this path, else the only one of the
    proposed id or of this title that no other profile has. Raises IdentityShared where two
    profiles have one id.
    """
    if claim.id is not None:
        named = next((one for one in readers if one.id == claim.id), None)
        if named is not None and holding(named).elsewhere:
            raise _shared(claim, named)
        return named
    held = [(one, holding(one)) for one in readers]
    here = next((one for one, how in held if how.here), None)
    free = [one for one, how in held if not how.here and not how.elsewhere]
    titled = [one for one in free if claim.title in {one.id, one.title}]
    # A proposal that is the title is none: two readers may have had it.
    proposed = [one for one in free if one.id == claim.proposed != claim.title]
    return here or next(iter(proposed), titled[0] if len(titled) == 1 else None)


def new_reader(
    claim: Claim, readers: Sequence[KnownReader], random: Callable[[], str]
) -> KnownReader:
    """Return a reader that no other one of the database can be taken for.

    Raises IdentityShared where the id in the file would have the address of another reader's.
    """
    addresses = {slug(one.id): one for one in readers}
    wanted = claim.id or claim.proposed
    twin = addresses.get(slug(wanted))
    if claim.id is not None and twin is not None:
        raise _shared(claim, twin)
    while slug(wanted) in addresses:
        wanted = generate_id(claim.title, random)
    return KnownReader(wanted, claim.title, claim.profile)


def generate_id(title: str, random: Callable[[], str]) -> str:
    """Return an id that can be read and does not repeat: words of the title, then random."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(title))[:_LONGEST].strip("-")
    return f"{words or 'reader'}_{random()}"


def reader_model_key(reader: str) -> str:
    """Return the key under which what was learned of a reader is cached."""
    return f"reader model {reader}"


def names_of(readers: Sequence[KnownReader]) -> Mapping[str, str]:
    """Return what each reader, by id, is called: the title, with the id where two have the same."""
    titles = Counter(one.title for one in readers)
    return {
        one.id: one.title if titles[one.title] == 1 else f"{one.title} ({one.id})"
        for one in readers
    }


def unclaimed(
    readers: Sequence[KnownReader], holding: Callable[[KnownReader], Holding]
) -> tuple[KnownReader, ...]:
    """Return the readers without a profile: none had them yet, or theirs is gone."""
    return tuple(one for one in readers if holding(one) == Holding())


def _shared(claim: Claim, other: KnownReader) -> IdentityShared:
    both = f"{claim.profile} and {other.profile or 'an earlier profile'}"
    if claim.id == other.id:
        problem = f"{both} have the same id {other.id!r} in the database {claim.database}"
        return IdentityShared(problem, hint=_COPY)
    problem = f"the ids of {both} differ too little: {claim.id!r} and {other.id!r}"
    return IdentityShared(problem, hint="change the one that is new")
