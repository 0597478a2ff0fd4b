"""Find by its earlier pages whose a profile without an id is, though it was renamed since."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from paperlark.renderers.manifest import Owner, owner
from paperlark.settings import Settings

_MANIFESTS = "????-??-??.manifest.json"


def propose_id(settings: Settings, folder: Path | None = None) -> Settings:
    """Return the settings with the id, or the title, of the latest page in the folder of pages.

    It is a proposal: the database decides. A profile with an id needs none.
    """
    if settings.id is not None:
        return settings
    found = _latest_owner(folder or settings.output)
    if found is None:
        return settings
    return replace(settings, profile=replace(settings.profile, id=found.id or found.title))


def _latest_owner(folder: Path) -> Owner | None:
    try:
        latest = max(folder.glob(_MANIFESTS), default=None)
        return owner(latest.read_bytes()) if latest else None
    except OSError:
        return None
