"""A lost database, made again from the pages and their manifests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError, StoreError
from paperlark.domain.judgement import Asking, Exchange
from paperlark.ports import Archive, Memory
from paperlark.settings import Settings
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.lock import run_lock


def restore_store(settings: Settings, folder: Path) -> Iterator[tuple[str, PaperlarkError | None]]:
    """Make the profile's database again from its pages; gives each day, and what went wrong.

    Raises StoreError when there is a database already.
    """
    from paperlark.renderers.restore import restore  # noqa: PLC0415  # nobody else needs it

    path = settings.database
    if path.exists():
        raise StoreError(
            f"there is a database at {path}", mend="move it away if it is to be made again"
        )
    with run_lock(path, patience=0.0), open_database(path, anew=True) as connection:
        archive = DigestStore(connection, path)
        memory = JudgementStore(connection, path)
        for manifest in sorted(folder.glob("????-??-??.manifest.json")):
            name = manifest.name.removesuffix(".manifest.json")
            try:
                page = manifest.with_name(f"{name}.json").read_bytes()
                digest = restore(page, manifest.read_bytes(), name)
            except OSError as error:
                yield name, StoreError(f"{error.filename} cannot be read ({error.strerror})")
            except PaperlarkError as error:
                yield name, error
            else:
                _remember(digest, archive, memory)
                yield name, None


def _remember(digest: Digest, archive: Archive, memory: Memory) -> None:
    """Put back a day; what it cost stands as one exchange."""
    if digest.judge is not None and digest.spend is not None:
        asking = Asking(digest.day, digest.profile, digest.criteria, digest.judge)
        memory.keep(Exchange(digest.judgements, digest.spend, "restored"), asking)
    archive.file(digest)
