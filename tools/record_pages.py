"""Record every page of the recorded input, so that a change of the code can be held against it.

    python tools/record_pages.py FOLDER             # write pages, sites and mails into FOLDER
    python tools/record_pages.py BEFORE AFTER       # list the sentences in which two folders differ

Records the bundled sample, the recorded month without a model and three days with recorded
judgements, each with its site, and the mail of the three days. Two runs on one commit write the
same bytes. The month and the three days need the recorded input (see CONTRIBUTING.md).
"""

from __future__ import annotations

import difflib
import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
DAYS = ("2025-02-19", "2025-02-26", "2025-03-25")
FOLLOWED = ("Geoffrey E. Hinton", "Yoshua Bengio", "Samy Bengio", "Yann LeCun", "Kaiming He")
MONTH_PROFILE = """\
name = "Month"
categories = ["cs.LG", "cs.AI"]
page_size = 10
[[follow]]
name = "Yoshua Bengio"
"""
MONTH_CRITERIA = "## Sparsity\nRelevant: pruning, quantization.\nNot relevant: medical images."
MAIL_SETTINGS = """\
[mail]
server = "127.0.0.1"
port = {port}
security = "none"
sender = "paperlark@example.org"
[[deliver]]
name = "inbox"
mail = "reader@example.org"
"""


class Mailbox:
    """Keeps the mails that were sent to it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Keep one mail."""
        del server, session
        mail = message_from_bytes(envelope.original_content or b"", policy=default)
        assert isinstance(mail, EmailMessage)  # noqa: S101  # what the policy makes
        self.mails.append(mail)
        return "250 taken"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _paperlark(*arguments: str) -> None:
    """Run the command of this checkout; a page that says what is missing is a page."""
    command = [str(Path(sys.executable).with_name("paperlark")), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode not in {0, 3}:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")


def _sample(folder: Path) -> None:
    _paperlark("demo", "--out", str(folder))


def _month(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "criteria.md").write_text(MONTH_CRITERIA)
    profile = folder / "paperlark.toml"
    profile.write_text(MONTH_PROFILE)
    feeds = ("--feeds", str(SHARED / "feeds" / "month"))
    days = ("--from", "2025-02-17", "--to", "2025-03-31")
    _paperlark("run", "--profile", str(profile), *days, *feeds)
    _paperlark("site", "--profile", str(profile))


def _judged_days(folder: Path) -> None:
    """Make the three days, their site and their mails."""
    mailbox = Mailbox()
    port = _free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        for day in DAYS:
            where = folder / day
            where.mkdir(parents=True)
            profile = _judged_profile(where, day, port)
            reader = SHARED / "readers" / "ml-foundations"
            given = ("--feeds", str(SHARED / "feeds" / "month"))
            judged = ("--judgements", str(reader / "days.jsonl.gz"))
            _paperlark("run", "--profile", str(profile), "--date", day, *given, *judged)
            _paperlark("site", "--profile", str(profile))
            _paperlark("deliver", "--profile", str(profile), "--date", day)
            _write_mail(where, mailbox.mails.pop())
            profile.unlink()
    finally:
        controller.stop()


def _judged_profile(folder: Path, day: str, port: int) -> Path:
    reader = SHARED / "readers" / "ml-foundations"
    with gzip.open(reader / "days.jsonl.gz", "rt") as lines:
        recorded = next(line for line in map(json.loads, lines) if line["day"] == day)
    criteria = reader / "criteria" / f"{recorded['criteria']}.md"
    profile = folder / "paperlark.toml"
    profile.write_text(
        'name = "Foundations"\ncategories = ["cs.LG", "cs.AI"]\n'
        f"criteria = {json.dumps(str(criteria))}\n"
        f"[cutoffs]\nrelevance = {recorded['relevance_cutoff']}\n"
        f"novelty = {recorded['novelty_cutoff']}\n"
        + "".join(f'[[follow]]\nname = "{name}"\n' for name in FOLLOWED)
        + MAIL_SETTINGS.format(port=port)
    )
    return profile


def _write_mail(folder: Path, mail: EmailMessage) -> None:
    """Write what a reader sees of a mail: not its date, its id or its boundaries."""
    (folder / "mail.subject.txt").write_text(str(mail["Subject"]))
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        if part is not None:
            (folder / f"mail.{kind}").write_text(part.get_content())


def record(folder: Path) -> None:
    """Write all that is recorded into a new folder."""
    with tempfile.TemporaryDirectory() as made:
        _sample(Path(made) / "sample")
        if SHARED.is_dir():
            _month(Path(made) / "month")
            _judged_days(Path(made) / "judged")
        for database in Path(made).rglob("paperlark.db*"):
            database.unlink() if database.is_file() else shutil.rmtree(database)
        shutil.copytree(made, folder, symlinks=False)


def _sentences(text: str) -> list[str]:
    return [part for part in re.split(r"\n|(?<=>)|(?=<)|(?<=\. )|(?<=\",)", text) if part.strip()]


def _changes(before: str, after: str) -> Iterable[tuple[str, str]]:
    old, new = _sentences(before), _sentences(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind != "equal":
            yield " ".join(old[first:last]).strip(), " ".join(new[begin:end]).strip()


def compare(before: Path, after: Path) -> int:
    """Print each differing sentence once, with the number of files that it differs in."""
    names = {
        str(path.relative_to(folder)): None
        for folder in (before, after)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    found: dict[tuple[str, str], list[str]] = {}
    same = 0
    for name in names:
        old, new = (
            folder.joinpath(name).read_bytes() if (folder / name).is_file() else None
            for folder in (before, after)
        )
        if old == new:
            same += 1
        elif old is None or new is None:
            found.setdefault(("no file", name) if old is None else (name, "no file"), []).append(
                name
            )
        else:
            changes = _changes(old.decode("utf-8", "replace"), new.decode("utf-8", "replace"))
            for change in changes:
                found.setdefault(change, []).append(name)
    for (old_text, new_text), files in found.items():
        print(f"{len(files)} x, first in {files[0]}\n  - {old_text}\n  + {new_text}")
    print(f"{same} of {len(names)} files are the same bytes, {len(found)} differing sentences")
    return 1 if found else 0


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[1:]]
    if len(folders) == 1:
        record(folders[0])
    elif len(folders) == 2:  # noqa: PLR2004  # before and after
        sys.exit(compare(*folders))
    else:
        sys.exit(__doc__)
