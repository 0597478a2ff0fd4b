"""What is known of the profile's model server: read before it is asked, kept when it is learned."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.domain.errors import StoreError
from paperlark.settings import ModelSettings, Settings
from paperlark.store.model_servers import ModelServerStore

if TYPE_CHECKING:
    from paperlark.llm.capabilities import Capabilities

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelServer:
    """The model at its address, and what it was found to do, learned `at` then, in plain words."""

    base_url: str
    model: str
    found: tuple[str, ...]
    at: datetime


def known_server(settings: Settings) -> ModelServer | None:
    """Give what earlier runs found out about the profile's model; None where they did not.

    Raises StoreError.
    """
    if settings.model is None:
        return None
    from paperlark.llm.capabilities import describe_capabilities, read_capabilities  # noqa: PLC0415  # where there is a model

    model = settings.model
    known = ModelServerStore(settings.database).find(model.base_url, model.model)
    dialect = read_capabilities(known.dialect) if known else None
    if known is None or dialect is None:
        return None
    return ModelServer(known.base_url, known.model, describe_capabilities(dialect), known.at)


def remembered(model: ModelSettings, database: Path) -> Capabilities | None:
    """Give the dialect to begin with."""
    from paperlark.llm.capabilities import read_capabilities  # noqa: PLC0415  # where there is a model

    # Whoever opens the database for good says what is wrong with it.
    with suppress(StoreError):
        known = ModelServerStore(database).find(model.base_url, model.model)
        return read_capabilities(known.dialect) if known else None
    return None


def keeper(
    model: ModelSettings, database: Path, now: Callable[[], datetime]
) -> Callable[[Capabilities], None]:
    """Give what keeps a dialect for the next run."""
    from paperlark.llm.capabilities import write_capabilities  # noqa: PLC0415  # where there is a model

    store = ModelServerStore(database, now=now)

    def keep(dialect: Capabilities) -> None:
        try:
            store.keep(model.base_url, model.model, write_capabilities(dialect))
        except StoreError as error:
            # The answer that taught it is worth more than the lesson, which costs nothing again.
            _log.debug("what a server accepts could not be kept: %s", error)

    return keep
