"""The stored capabilities of the profile's model server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreError
from paperlark.settings import ModelSettings, Settings
from paperlark.store.model_servers import ModelServerStore

if TYPE_CHECKING:
    from paperlark.llm.capabilities import Capabilities

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelServer:
    """The model at its address, and its capabilities in words, found `at` that time."""

    base_url: str
    model: str
    found: tuple[str, ...]
    at: datetime


def known_server(settings: Settings) -> ModelServer | None:
    """Return what earlier runs found out about the profile's model, None where they did not.

    Raises StoreError.
    """
    if settings.model is None:
        return None
    from paperlark.llm.capabilities import describe_capabilities, read_capabilities  # noqa: PLC0415  # where there is a model

    model = settings.model
    known = ModelServerStore(settings.database).find(model.base_url, model.model)
    capabilities = read_capabilities(known.dialect) if known else None
    if known is None or capabilities is None:
        return None
    return ModelServer(known.base_url, known.model, describe_capabilities(capabilities), known.at)


def stored_capabilities(model: ModelSettings, database: DatabasePlace) -> Capabilities | None:
    """Return the capabilities to begin with, None where none are stored."""
    from paperlark.llm.capabilities import read_capabilities  # noqa: PLC0415  # where there is a model

    # The run itself opens the database, and reports what is wrong with it.
    with suppress(StoreError):
        known = ModelServerStore(database).find(model.base_url, model.model)
        return read_capabilities(known.dialect) if known else None
    return None


def capability_keeper(
    model: ModelSettings, database: DatabasePlace, now: Callable[[], datetime]
) -> Callable[[Capabilities], None]:
    """Return a function that stores capabilities for the next run."""
    from paperlark.llm.capabilities import write_capabilities  # noqa: PLC0415  # where there is a model

    store = ModelServerStore(database, now=now)

    def keep(capabilities: Capabilities) -> None:
        try:
            store.keep(model.base_url, model.model, write_capabilities(capabilities))
        except StoreError as error:
            # They are found out again at no cost; the answer that showed them is worth more.
            _log.info("the capabilities of the model server could not be stored: %s", error)

    return keep
