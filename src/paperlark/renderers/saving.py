"""Write what became of saved papers, a line for each place, as a terminal and a log have it."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.domain.saving import SaverOutcome, SavingReport


def saving_lines(report: SavingReport) -> Iterator[tuple[bool, str]]:
    """Yield each line, and whether it says that all is well."""
    if report.problem is not None:
        yield False, report.problem
    for one in report.outcomes:
        if not one.ok:
            done = f"{_done(one)}; " if _done(one) else ""
            more = f" ({one.failed} papers refused)" if one.failed > 1 else ""
            yield False, f"{one.saver}: {done}{one.problem}{more}"
        elif _done(one):
            yield True, f"{one.saver}: {_done(one)}"


def _done(one: SaverOutcome) -> str:
    parts = (
        _papers(one.new, "saved"),
        _papers(one.updated, "updated"),
        _papers(one.deleted, "found deleted there, and not saved again"),
    )
    return ", ".join(filter(None, parts))


def _papers(count: int, what: str) -> str:
    return f"{count} {'paper' if count == 1 else 'papers'} {what}" if count else ""
