"""The savers of a profile, and its saved papers opened for bringing them to their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial

from paperlark.compose.saver_parts import bibtex_saver, notes_saver, webhook_saver
from paperlark.domain.saving import SavedPaper
from paperlark.ports import Saver
from paperlark.saving.bring import OpenSaver, Saving
from paperlark.saving.papers import pages_of, saved_papers, saves_of
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim
from paperlark.settings.values import ZoteroSettings
from paperlark.store.announcements import PaperTextStore
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.lock import run_lock
from paperlark.store.paper_history import PaperHistoryStore
from paperlark.store.readers import ReaderStore
from paperlark.store.saved_copies import SavedCopyStore
from paperlark.store.triage import TriageStore


def savers_of(settings: Settings, environment: Environment) -> Mapping[str, OpenSaver]:
    """Return what opens each saver that the profile names, by its name, in this order."""
    savers: dict[str, OpenSaver] = {}
    if settings.zotero and settings.zotero.save_to:
        savers["zotero"] = partial(_open_zotero, settings, settings.zotero, environment)
    if wanted := settings.notes:
        savers["notes"] = lambda: nullcontext(notes_saver(wanted, environment))
    if file := settings.bibtex:
        reader = settings.profile.id
        savers["bibtex"] = lambda: nullcontext(bibtex_saver(file, reader, environment))
    if hook := settings.webhook:
        agent = settings.arxiv.user_agent
        savers["webhook"] = lambda: nullcontext(webhook_saver(hook, environment, agent))
    for name in settings.plugins.savers:
        savers[name] = partial(_open_plugin, settings, name, environment)
    return savers


@contextmanager
def _open_plugin(settings: Settings, name: str, environment: Environment) -> Iterator[Saver]:
    from paperlark.compose.plugins import open_plugin_saver  # noqa: PLC0415  # where there is one

    yield open_plugin_saver(settings, name, environment)


@contextmanager
def _open_zotero(
    settings: Settings, zotero: ZoteroSettings, environment: Environment
) -> Iterator[Saver]:
    from paperlark.compose.zotero import open_zotero_api  # noqa: PLC0415  # where it is used
    from paperlark.savers.zotero import ZoteroSaver, ZoteroTarget  # noqa: PLC0415  # likewise

    with open_zotero_api(settings, zotero, environment) as api:
        target = ZoteroTarget(zotero.library, zotero.save_to or "", zotero.tags)
        yield ZoteroSaver(api, target, environment.now)


@contextmanager
def open_saving(
    settings: Settings,
    environment: Environment,
    *,
    patience: float = 0.0,
    tell: Callable[[str], object] = lambda _: None,
) -> Iterator[Saving]:
    """Open a reader's saved papers; no other run of theirs is at work meanwhile.

    Raises StoreError.
    """
    path = settings.database
    alone = run_lock(path, reader=settings.profile.id, patience=patience, tell=tell)
    with alone as held, open_database(path, pages=settings.output) as connection:
        settings = claim(settings, ReaderStore(connection, path), tell)
        reader = settings.profile.id
        digests = DigestStore(connection, path)
        history = PaperHistoryStore(connection, path, reader)

        def papers() -> tuple[SavedPaper, ...]:
            saves = saves_of(TriageStore(connection, path, reader).all())
            # One that was not saved on a page was perhaps on one all the same.
            scanned = {paper: history.scanned_days(paper) for paper in saves.lacking_page}
            saves = saves.on_pages({paper: days[-1] for paper, days in scanned.items() if days})
            texts = PaperTextStore(connection, path, reader).find(saves.since)
            pages = (digests.digest(reader, day) for day in pages_of(saves))
            return saved_papers(saves, texts, [one for one in pages if one])

        def copies(saver: Saver) -> SavedCopyStore:
            owner = (reader, saver.name, saver.place)
            return SavedCopyStore(connection, path, owner, held.check)

        yield Saving(savers_of(settings, environment), papers, copies)
