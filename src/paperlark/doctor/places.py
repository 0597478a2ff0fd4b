"""Checks of the places for saved papers. Nothing is written or sent."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.compose.saver_parts import bibtex_saver, notes_saver, webhook_saver
from paperlark.doctor.findings import CheckContext, Finding, error, note, ok
from paperlark.domain.errors import PaperlarkError, SecretMissing
from paperlark.settings.values import WebhookSettings


def check_places(context: CheckContext) -> Iterator[Finding]:
    """Check the folder of notes, the BibTeX file, and the webhook's secret and address."""
    settings, environment = context.settings, context.environment
    if settings.notes:
        try:
            notes_saver(settings.notes, environment).check()
        except PaperlarkError as failed:
            yield error("notes", failed.problem, failed.hint)
        else:
            yield ok("notes", f"{settings.notes.folder} can be written to")
    if settings.bibtex:
        try:
            bibtex_saver(settings.bibtex, settings.profile.id, environment).check()
        except PaperlarkError as failed:
            yield error("bibtex", failed.problem, failed.hint)
        else:
            yield ok("bibtex", f"{settings.bibtex} can be written")
    if settings.webhook:
        yield _webhook(settings.webhook, context)


def _webhook(wanted: WebhookSettings, context: CheckContext) -> Finding:
    try:
        agent = context.settings.arxiv.user_agent
        saver = webhook_saver(wanted, context.environment, agent)
        if context.offline:
            return note("webhook", "its secret is sound; its address was not looked up: --offline")
        saver.check()
    except SecretMissing:
        # What should be a secret's name may be the secret itself: it is not repeated.
        return error("webhook", "its secret is missing", "see the secrets above")
    except PaperlarkError as failed:
        return error("webhook", failed.problem, failed.hint)
    return ok("webhook", "its secret is sound and its address is known; nothing was sent")
