"""Zotero for all readers of a fleet: their collections are read, their saved papers brought there.

Readers whose profiles have a table [zotero] are taken one after another, some at a time; what goes
wrong with one is theirs. Files of readers are not written: a server has no folder of theirs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from paperlark.compose.savers import open_saving, savers_of
from paperlark.compose.zotero import read_liked_collections
from paperlark.domain.errors import PaperlarkError
from paperlark.renderers.saving import saving_lines
from paperlark.runs.progress import NO_PROGRESS
from paperlark.saving.bring import bring_saved
from paperlark.settings import Settings
from paperlark.settings.environment import Environment

_log = logging.getLogger(__name__)

_SAVER = "zotero"

ReaderLines = tuple[tuple[bool, str], ...]
"""What became of one reader's papers, a line each, and whether it says that all is well."""


def bring_all(
    readers: Mapping[str, Settings | PaperlarkError],
    environment: Environment,
    stop: threading.Event,
    at_once: int,
) -> Mapping[str, ReaderLines]:
    """Read and bring for these readers, `at_once` at a time; return what is to be told of each."""

    def one(reader: str) -> tuple[str, ReaderLines]:
        settings = readers[reader]
        if stop.is_set():
            return reader, ()
        if not isinstance(settings, Settings):
            return reader, ((False, str(settings)),)
        return reader, tuple(dict.fromkeys(_lines(settings, environment)))

    with ThreadPoolExecutor(at_once, "saving") as threads:
        return {reader: lines for reader, lines in threads.map(one, sorted(readers)) if lines}


def _lines(settings: Settings, environment: Environment) -> Iterable[tuple[bool, str]]:
    try:
        found = read_liked_collections(settings, environment, NO_PROGRESS)
        lines = [(True, found.line)] if found.line else []
        lines += [(False, problem) for problem in found.problems]
        if _SAVER in savers_of(settings, environment):
            report = bring_saved(partial(open_saving, settings, environment), only=_SAVER)
            lines += saving_lines(report)
    except PaperlarkError as error:
        return [(False, str(error))]
    except Exception as error:  # noqa: BLE001  # a boundary that reports it
        # Its message may hold anything; the log is not read by readers.
        _log.error("saving for %s broke down", settings.profile.id, exc_info=error)
        return [(False, f"internal error ({type(error).__name__})")]
    return lines
