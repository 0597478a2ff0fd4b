"""The savers of a profile, and its saved papers opened for bringing them to their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

from paperlark.domain.errors import SecretMissing
from paperlark.domain.saving import SavedPaper
from paperlark.ports import Saver
from paperlark.renderers.citations.formats import bibtex_entry
from paperlark.renderers.citations.work import work
from paperlark.renderers.saved_note import file_name, note
from paperlark.renderers.saved_payload import payload
from paperlark.savers.bibtex import BibtexSaver
from paperlark.savers.notes import NotesSaver
from paperlark.savers.webhook import WebhookClock, WebhookSaver
from paperlark.saving.bring import OpenSaver, Saving
from paperlark.saving.papers import pages_of, saved_papers, saves_of
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim
from paperlark.store.announcements import PaperTextStore
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore
from paperlark.store.saved_copies import SavedCopyStore
from paperlark.store.triage import TriageStore


def savers_of(settings: Settings, environment: Environment) -> Mapping[str, OpenSaver]:
    """Return what opens each saver that the profile names, by its name, in this order."""
    savers: dict[str, OpenSaver] = {}
    if settings.notes:
        savers["notes"] = lambda: nullcontext(notes_saver(settings, environment))
    if settings.bibtex:
        savers["bibtex"] = lambda: nullcontext(bibtex_saver(settings, environment))
    if settings.webhook:
        savers["webhook"] = lambda: nullcontext(webhook_saver(settings, environment))
    return savers


def notes_saver(settings: Settings, environment: Environment) -> NotesSaver:
    """Return what writes notes, into the folder that the profile has to have."""
    assert settings.notes is not None  # noqa: S101  # the caller has looked
    pattern = settings.notes.file_name
    return NotesSaver(
        settings.notes.folder, lambda saved: file_name(saved, pattern), note, environment.now
    )


def bibtex_saver(settings: Settings, environment: Environment) -> BibtexSaver:
    """Return what writes the BibTeX file that the profile has to have."""
    assert settings.bibtex is not None  # noqa: S101  # the caller has looked
    return BibtexSaver(
        settings.bibtex,
        settings.profile.id,
        lambda saved, key: bibtex_entry(saved.paper, key),
        lambda saved: work(saved.paper).key,
        environment.now,
    )


def webhook_saver(settings: Settings, environment: Environment) -> WebhookSaver:
    """Return what sends to the webhook that the profile has to have.

    Raises SecretMissing, SecretUnusable, and SavingError where the secret is none.
    """
    hook = settings.webhook
    assert hook is not None  # noqa: S101  # the caller has looked
    secret = environment.secret(hook.secret_variable)
    if secret is None:
        raise SecretMissing(
            f"webhook: there is no secret {hook.secret_variable}",
            hint=f"keep it: paperlark secret set {hook.secret_variable}",
        )
    return WebhookSaver(
        environment.address(hook.url),
        secret,
        payload,
        WebhookClock(environment.now, environment.sleep),
        place=hook.url,
        private=hook.private,
        user_agent=settings.arxiv.user_agent,
    )


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

        def papers() -> tuple[SavedPaper, ...]:
            saves = saves_of(TriageStore(connection, path, reader).all())
            texts = PaperTextStore(connection, path, reader).find(saves.since)
            pages = (digests.digest(reader, day) for day in pages_of(saves))
            return saved_papers(saves, texts, [one for one in pages if one])

        def copies(saver: Saver) -> SavedCopyStore:
            owner = (reader, saver.name, saver.place)
            return SavedCopyStore(connection, path, owner, held.check)

        yield Saving(savers_of(settings, environment), papers, copies)
