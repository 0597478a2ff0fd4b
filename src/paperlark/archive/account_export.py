"""Hand a reader everything that is stored of them: one zip with a README."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from paperlark.domain.accounts import Account
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import PublishError
from paperlark.store.connection import DatabaseConnection
from paperlark.store.reader_rows import ReaderRows
from paperlark.store.triage import TriageStore
from paperlark.store.vote_log import log_text
from paperlark.store.votes import FeedbackStore

_README = """\
What paperlark stores of {name}, as of {at:%Y-%m-%d %H:%M} UTC.

paperlark.toml      the profile; with criteria.md it is a profile of paperlark's as it stands
criteria.md         the interests
account.json        the account: name, mail address, sign-in, group, role, budget
votes.jsonl         votes and triage, one a line; `paperlark import votes.jsonl` reads them again
digests/DAY.json    what each page was made of, and DAY.ranking.json how all papers matched
rows/TABLE.json     all rows of each table of the database:
                      library    imported papers
                      feedback   votes            triage     want, not, save, notes, undo
                      exchanges  calls to a model that were paid for, with tokens and dollars
                      shown_or_judged, explored  papers that were on pages, judged, or sampled
                      parcels    what was sent    sharing    what the group may see

What a table's columns mean stands in schema.sql of paperlark. Papers themselves are arXiv's.
"""


def export_account(
    connection: DatabaseConnection,
    database: DatabasePlace,
    account: Account,
    file: Path,
    now: datetime,
) -> Path:
    """Write everything of a reader into a new zip file that only its owner can read.

    Returns its path. Raises PublishError where it cannot be written, or is there already.
    """
    try:
        # Made before anything is in it, so that nobody else can ever read it.
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise PublishError(f"{file} is there already", hint="name another file") from None
    except OSError as error:
        raise PublishError(f"{file} cannot be written ({error.strerror})") from error
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, text in _texts(connection, database, account, now):
                packed.writestr(name, text)
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PublishError(f"{file} cannot be written ({error.strerror})") from error
        raise
    return file


def _texts(
    connection: DatabaseConnection, database: DatabasePlace, account: Account, now: datetime
) -> Iterator[tuple[str, str]]:
    yield "README.txt", _README.format(name=account.name, at=now)
    yield "paperlark.toml", account.profile
    yield "criteria.md", account.criteria
    yield "account.json", _json(_account_record(account))
    yield "votes.jsonl", _votes(connection, database, account.id)
    for table, rows in ReaderRows(connection, database).tables(account.id):
        if table == "digests":
            for row in rows:
                yield f"digests/{row['day']}.json", str(row["digest"])
                yield f"digests/{row['day']}.ranking.json", _json(row["ranking"])
        else:
            yield f"rows/{table}.json", _json(rows)


def _votes(connection: DatabaseConnection, database: DatabasePlace, reader: str) -> str:
    votes = FeedbackStore(connection, database, reader).all()
    cast = {one.event: one for one in votes if one.event}
    stored = TriageStore(connection, database, reader).stored()
    return log_text(
        reader,
        ((one, cast.get(one.id)) for one in stored),
        (one for one in votes if not one.event),
    )


def _account_record(account: Account) -> Mapping[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "email": account.email,
        "user": account.user,
        "subject": account.subject,
        "group": account.group,
        "role": account.role,
        "disabled": account.disabled,
        "budget_usd_month": None if account.budget is None else f"{account.budget:f}",
        "categories": account.categories,
        "changed": account.changed and account.changed.isoformat(),
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
