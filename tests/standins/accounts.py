"""Reader accounts for tests: a profile and criteria as texts, and the account that has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from paperlark.domain.accounts import Account

PROFILE = 'name = "Efficient models"\ncategories = ["cs.LG", "cs.CL"]\n'
CRITERIA = "Pruning of language models.\n"


def account(reader: str, **changes: Any) -> Account:
    """Return an account that is not stored yet."""
    plain = Account(
        id=reader,
        name=reader.title(),
        profile=PROFILE,
        criteria=CRITERIA,
        categories=("cs.LG", "cs.CL"),
        email=f"{reader}@example.org",
        user=reader,
        subject=f"subject-{reader}",
        group="astro",
    )
    return replace(plain, **changes)
