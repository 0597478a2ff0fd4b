"""Settings of one or more profiles in, their site out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.errors import PublishError
from paperlark.domain.feedback import Vote
from paperlark.domain.site_addresses import slug
from paperlark.ports import Progress
from paperlark.settings import Settings
from paperlark.site.archive import SiteArchive, Sources, fill_archive
from paperlark.site.plan import SiteReader, plan
from paperlark.site.publish import Built, build
from paperlark.site.rendering import code
from paperlark.store.cache import CacheStore
from paperlark.store.database import open_existing
from paperlark.store.digests import DigestStore
from paperlark.store.paper_texts import PaperTextStore
from paperlark.store.scanned import ScannedStore
from paperlark.store.votes import FeedbackStore


@dataclass(frozen=True, slots=True)
class Site:
    """What was built: where, of how many days, and how many files were made or taken over."""

    folder: Path
    days: int
    built: Built


def build_site(
    everybody: Sequence[Settings], folder: Path, root: str | None, progress: Progress
) -> Site:
    """Build the site of these profiles.

    Raises PublishError or StoreError, and then the site of before is still there.
    """
    _check_names([settings.profile.name for settings in everybody])
    with ExitStack() as opened:
        readers = [_open(settings, progress, opened) for settings in everybody]
        files = tuple(plan(readers, root))
        with progress.step("building", len(files)) as advance:
            built = build(files, folder, advance)
    return Site(folder, sum(len(reader.volume.days) for reader in readers), built)


def _check_names(names: Sequence[str]) -> None:
    """Refuse two profiles that would write over each other's pages."""
    parts = [slug(name) for name in names]
    twice = next(
        (name for name, part in zip(names, parts, strict=True) if parts.count(part) > 1), None
    )
    if twice is not None:
        raise PublishError(
            f"two of the profiles are called {twice!r}", hint="give each profile its own name"
        )


def _open(settings: Settings, progress: Progress, opened: ExitStack) -> SiteReader:
    """Read one profile's days; nothing is made here, not even an empty database."""
    path, name = settings.database, settings.profile.name
    connection = opened.enter_context(open_existing(path, name))
    archive = DigestStore(connection, path)
    with progress.step("reading days", len(archive.days(name))) as advance:
        days = fill_archive(name, archive, CacheStore(connection, path), code(), advance)
    last = {one.paper_id: one.vote for one in FeedbackStore(connection, path, name).all()}
    return SiteReader(
        SiteArchive(
            name,
            days,
            liked=frozenset(paper for paper, vote in last.items() if vote is Vote.UP),
            disliked=frozenset(paper for paper, vote in last.items() if vote is Vote.DOWN),
        ),
        Sources(archive, PaperTextStore(connection, path, name)),
        ScannedStore(connection, path),
    )
