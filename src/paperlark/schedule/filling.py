"""Templates, and how they are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files as resources


def fill(template: str, blanks: Mapping[str, object]) -> str:
    """Fill a template in; what goes in stands there as it is given."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  # only who writes one waits

    # GitHub has the usual brackets for itself. Nothing is escaped: these are no web pages.
    environment = Environment(
        block_start_string="@%",
        block_end_string="%@",
        trim_blocks=True,
        variable_start_string="@<",
        variable_end_string=">@",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    text = resources(__package__).joinpath("templates", template).read_text("utf-8")
    return environment.from_string(text).render(blanks)
