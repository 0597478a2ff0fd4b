"""Time: whether this machine's clock goes right, and when the next announcement is here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from paperlark.compose.doctor.patient import Patient, note, ok, warning
from paperlark.domain.calendar import NEW_YORK, next_announcement_day, today
from paperlark.domain.checkup import Finding
from paperlark.renderers import english

_OFF = timedelta(minutes=5)


def check_clock(patient: Patient) -> Iterator[Finding]:
    """Compare with what servers said, and tell when arXiv's midnight is here."""
    yield _against_servers(patient)
    now = patient.world.now()
    day = next_announcement_day(today(now))
    here = datetime.combine(day, time(), NEW_YORK).astimezone(patient.world.zone())
    zone = here.tzname() or "here"
    yield ok(
        "time zone",
        f"the next announcement is due on {english.brief_date(here.date())} at {here:%H:%M}"
        f" {zone}, midnight in New York",
    )


def _against_servers(patient: Patient) -> Finding:
    if not patient.stamps:
        return note("clock", "compared with nobody's: no server was reached")
    # A server's answer may be late, and cannot be early: the nearest is the best.
    nearest = min(patient.stamps, key=lambda stamp: abs(stamp.here - stamp.there))
    off = nearest.here - nearest.there
    if abs(off) <= _OFF:
        return ok("clock", f"agrees with that of {nearest.server}")
    minutes = english.counted(round(abs(off) / timedelta(minutes=1)), "minute")
    word = "ahead of" if off > timedelta() else "behind"
    return warning("clock", f"is {minutes} {word} that of {nearest.server}", "set it; days turn by"
                   " it, and certificates fail")  # fmt: skip
