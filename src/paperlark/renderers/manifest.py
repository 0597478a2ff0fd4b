"""The manifest of a page: its inputs, failures, judgements and cost.

Together with the JSON page it is enough to restore a lost database.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import PurePosixPath
from typing import Any

from paperlark import __version__
from paperlark.domain import plain_text
from paperlark.domain.digest import Digest, Page
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.judgement import UnjudgedReason
from paperlark.domain.profile import Profile
from paperlark.renderers.json import source_record
from paperlark.renderers.wording import judged_on, requests, tokens_per

SCHEMA = "paperlark/manifest/1"
_JSON = "application/json"


class ManifestRenderer:
    """Renders `day.manifest.json`, without timestamps: the same digest gives the same bytes."""

    def render(self, digest: Digest) -> Page:
        """Render the manifest."""
        document = {
            "schema": SCHEMA,
            "day": digest.day.isoformat(),
            "profile": digest.profile,
            "id": digest.reader or None,
            "state": digest.status,
            "inputs": [asdict(batch) for batch in digest.batches],
            "counts": asdict(digest.funnel),
            "usage": _usage(digest),
            "failures": [*digest.notes, *_unjudged(digest)],
            "versions": versions(),
            "plugins": digest.plugins,
            "criteria": digest.criteria,
            "judge": digest.judge,
            "judgements": [asdict(judgement) for judgement in digest.judgements],
            "scanned": digest.scanned,
            "explored": [asdict(one) for one in digest.explored],
            "readings": [asdict(one) for one in digest.readings],
            "agreement": digest.agreement and asdict(digest.agreement),
        }
        return _page(manifest_path(digest.day), document)


def manifest_path(day: date) -> PurePosixPath:
    """Return the path of the manifest of a day."""
    return PurePosixPath(f"{day}.manifest.json")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose page a manifest is of; `id` is None in manifests older than ids."""

    title: str
    id: str | None

    def is_profile(self, profile: Profile) -> bool:
        """Return whether it is this one, whatever its title is by now."""
        if self.id is not None:
            return self.id == profile.id
        return self.title in {profile.id, profile.title}


def owner(manifest: bytes) -> Owner | None:
    """Return the profile that a manifest belongs to; None if unreadable."""
    try:
        document = json.loads(manifest)
        title, reader = document["profile"], document.get("id")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(title, str):
        return None
    return Owner(title, reader if isinstance(reader, str) else None)


def failure_path(day: date) -> PurePosixPath:
    """Return the path of the record of a failed run."""
    return PurePosixPath(f"{day}.failed.json")


def failure_record(day: date, profile: Profile, error: PaperlarkError) -> Page:
    """Return the record of a run that made no page, to be stored beside the pages."""
    document = {
        "schema": SCHEMA,
        "day": day.isoformat(),
        "profile": profile.title,
        "id": profile.id,
        "state": "failed",
        "failures": str(error).splitlines(),
        "versions": versions(),
    }
    # It tells what servers said, and is for nobody but who repairs it.
    return replace(_page(failure_path(day), document), private=True)


def versions() -> dict[str, str]:
    """Return the versions of the programs involved."""
    return {
        "paperlark": __version__,
        "python": platform.python_version(),
        "genai-prices": version("genai-prices"),
    }


def _usage(digest: Digest) -> dict[str, Any] | None:
    spend = digest.spend
    if digest.model is None or spend is None:
        return None
    return {
        "model": digest.model,
        "requests": requests(digest),
        "tokens": asdict(spend.tokens) if spend.tokens else None,
        "cost_usd": {"prompt": str(spend.cost.prompt), "completion": str(spend.cost.completion)}
        if spend.cost
        else None,
        "at_most_usd": None if spend.most is None else str(spend.most),
        "tokens_per_judged": spend.tokens and tokens_per(spend.tokens, digest.funnel.judged),
        "tokens_per_selected": spend.tokens and tokens_per(spend.tokens, judged_on(digest)),
        "prices": source_record(digest.prices),
    }


def _unjudged(digest: Digest) -> list[str]:
    return [
        f"{missing.paper.id} was not judged: {missing.reason}"
        for missing in digest.unjudged
        if missing.cause is UnjudgedReason.FAILED
    ]


def _page(path: PurePosixPath, document: dict[str, Any]) -> Page:
    text = json.dumps(document, indent=1, ensure_ascii=False, default=str)
    return Page(path, _JSON, f"{plain_text.clean(text)}\n".encode())
