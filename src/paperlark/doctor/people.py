"""Check of the followed authors: whom each name matched in the archive, which is only read."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.archive.following import look_for_authors
from paperlark.doctor.findings import CheckContext, Finding, note, ok, warning
from paperlark.domain.errors import StoreError
from paperlark.domain.followed import AuthorReport, FollowingReport
from paperlark.domain.name_matching import person_fault
from paperlark.domain.plain_text import one_line
from paperlark.renderers import following, typeset
from paperlark.renderers.english import counted, number
from paperlark.store.database import exists
from paperlark.store.reading import is_current, open_read_only

_TITLE = 60


def check_followed(context: CheckContext) -> Iterator[Finding]:
    """Show the last papers of each followed author; warn of names that match nobody."""
    followed = context.settings.profile.followed
    if not followed:
        yield ok("followed", "nobody")
        return
    report = _report(context)
    for one in report.authors:
        yield _finding(report, one)


def _report(context: CheckContext) -> FollowingReport:
    """Look into the archive; its own faults are reported elsewhere."""
    settings = context.settings
    path, followed = settings.database, settings.profile.followed
    unread = FollowingReport(
        tuple(AuthorReport(one, person_fault(one.name, one.aliases)) for one in followed)
    )
    try:
        if not exists(path) or not is_current(path):
            return unread
        with open_read_only(path) as connection:
            return look_for_authors(connection, settings, followed)
    except StoreError:
        return unread


def _finding(report: FollowingReport, one: AuthorReport) -> Finding:
    name = one_line(one.author.name)
    if one.advice:
        return warning(name, one_line(one.advice), "write the name in full in your profile")
    if one.in_month:
        return ok(name, _last(one))
    if not report.holds_month:
        return note(name, _last(one) if one.papers else _nothing(report))
    found = f"no paper of the last month's {number(report.in_month)} has this name"
    if one.papers:
        found = f"{found}; {_last(one)}"
    hint = following.meant(one) if one.near else "compare the name with one of their papers"
    return warning(name, found, hint)


def _nothing(report: FollowingReport) -> str:
    if report.last is None:
        return "no page was made yet, so the name is not compared with any"
    return f"no paper has this name yet, of {counted(report.looked, 'paper')}"


def _last(one: AuthorReport) -> str:
    last = one.papers[0]
    title = one_line(typeset.plain(last.paper.title))
    short = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
    turned = ", perhaps: name order reversed" if last.order_reversed else ""
    month = f", {counted(one.in_month, 'paper')} in the last month" if one.in_month else ""
    return f"last {last.paper.id} on {last.day}{turned}: {short}{month}"
