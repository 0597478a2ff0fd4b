"""The service that tells authors from their namesakes, where the profile needs it."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.compose.doctor.patient import Patient, note, ok, warning
from paperlark.compose.parts import user_agent
from paperlark.domain.checkup import Finding
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.people import NotLookedUp

_KNOWN = Paper(
    id=PaperId("1706.03762"), version=1, title="", authors=(Author(""),), abstract="",
    categories=("cs.CL",),
)  # fmt: skip
"""A paper that every such service knows."""
_SECONDS = 20.0


def check_people(patient: Patient) -> Iterator[Finding]:
    """Ask it about one paper, once."""
    people = patient.settings.people
    if people is None:
        yield ok("Semantic Scholar", "not needed: nobody is followed by id")
        return
    if patient.offline:
        yield note("Semantic Scholar", "not asked: --offline")
        return
    from paperlark.people.semantic_scholar import SemanticScholar  # noqa: PLC0415  # HTTP client

    with SemanticScholar(
        base_url=people.base_url,
        key=patient.world.secret(people.key_variable),
        user_agent=user_agent(patient.settings),
        attempts=1,
        timeout=_SECONDS,
    ) as service:
        answer = service.look_up([_KNOWN])[_KNOWN.id]
    if isinstance(answer, NotLookedUp):
        yield warning("Semantic Scholar", answer.reason, "pages are made without it, and say so")
    else:
        yield ok("Semantic Scholar", f"{people.base_url} answers")
