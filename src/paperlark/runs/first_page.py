"""Decide what a new reader's first page is of, and whether the model can be used for it."""

from __future__ import annotations

from datetime import date

from paperlark.domain.calendar import expects_announcement, previous_announcement_day
from paperlark.http.network_settings import is_on_this_machine
from paperlark.llm.local_models import local_models
from paperlark.settings import Settings
from paperlark.settings.environment import Environment


def latest_announcement(today: date) -> date:
    """Return today if an announcement is expected, else the last day before that had one."""
    return today if expects_announcement(today) else previous_announcement_day(today)


def model_problem(settings: Settings, environment: Environment) -> str | None:
    """Return why the profile's model cannot be asked now; None where it can be tried, or is none.

    A server on this machine is asked for its models. Raises SecretUnusable.
    """
    model = settings.model
    if model is None:
        return None
    if model.key_variable and environment.secret(model.key_variable) is None:
        return f"there is no secret {model.key_variable} yet"
    if is_on_this_machine(model.base_url) and local_models(model.base_url) is None:
        return f"no model server answers at {model.base_url} now"
    return None
