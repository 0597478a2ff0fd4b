"""The files of a day's page: HTML, Markdown, JSON and the manifest."""

from __future__ import annotations

from paperlark.ports import Renderer
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.manifest import ManifestRenderer
from paperlark.renderers.markdown import MarkdownRenderer

RENDERERS: tuple[Renderer, ...] = (
    HtmlRenderer(),
    MarkdownRenderer(),
    JsonRenderer(),
    ManifestRenderer(),
)
"""Renderers of the files of a day."""
