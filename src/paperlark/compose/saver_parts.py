"""Put together what writes notes and BibTeX files, and what tells a webhook."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from paperlark.domain.errors import SecretMissing
from paperlark.domain.saving import SavedPaper
from paperlark.renderers.citations.formats import bibtex_entry
from paperlark.renderers.citations.work import work
from paperlark.renderers.saved_note import file_name, note
from paperlark.renderers.saved_payload import payload
from paperlark.savers.bibtex import BibtexSaver
from paperlark.savers.notes import NotesSaver
from paperlark.savers.webhook import WebhookClock, WebhookSaver
from paperlark.settings.environment import Environment
from paperlark.settings.secrets import how_to_keep
from paperlark.settings.values import NotesSettings, WebhookSettings


def notes_saver(wanted: NotesSettings, environment: Environment) -> NotesSaver:
    """Return what writes notes into a folder."""
    name_of = partial(file_name, pattern=wanted.file_name)
    return NotesSaver(wanted.folder, name_of, note, environment.now)


def bibtex_saver(file: Path, reader: str, environment: Environment) -> BibtexSaver:
    """Return what writes a reader's BibTeX file."""

    def entry(saved: SavedPaper, key: str) -> str:
        return bibtex_entry(saved.paper, key)

    def key_of(saved: SavedPaper) -> str:
        return work(saved.paper).key

    return BibtexSaver(file, reader, entry, key_of, environment.now)


def webhook_saver(
    wanted: WebhookSettings, environment: Environment, user_agent: str
) -> WebhookSaver:
    """Return what sends to a webhook.

    Raises SecretMissing, SecretUnusable, and SavingError where the secret is none.
    """
    name = wanted.secret_variable
    secret = environment.secret(name)
    if secret is None:
        raise SecretMissing(
            f"webhook: there is no secret {name}", hint=f"keep it: {how_to_keep(name)}"
        )
    return WebhookSaver(
        environment.address(wanted.url),
        secret,
        payload,
        WebhookClock(environment.now, environment.sleep),
        place=wanted.url,
        private=wanted.private,
        user_agent=user_agent,
    )
