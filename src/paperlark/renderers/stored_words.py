"""Words of stored values that pages show: marked for the catalogue, looked up when rendered."""

from __future__ import annotations

from paperlark.renderers.catalogue import marked

WORDS = (
    marked("new"),
    marked("cross"),
    marked("replace"),
    marked("replace-cross"),
    marked("RSS"),
    marked("listing page"),
    marked("catch-up page"),
    marked("OAI-PMH"),
    marked("search API"),
    marked("code"),
)
"""Announcement types, the endpoints of arXiv that announcements come from, a link."""
