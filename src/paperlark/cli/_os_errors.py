"""What the operating system refused, in one line: what it concerns, why, and what to do."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from paperlark.domain.errors import PaperlarkError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HINTS = {
    errno.EACCES: "change who may read, write and enter it, or name another place",
    errno.EPERM: "change who may read, write and enter it, or name another place",
    errno.EROFS: "name a place that can be written",
    errno.ENAMETOOLONG: "choose a shorter path",
    errno.ENOTDIR: "a part of this path is a file: name another",
    errno.EISDIR: "that is a folder: name a file",
    errno.ELOOP: "a link in this path leads back to itself: name another",
    errno.EMFILE: "raise the limit of open files: ulimit -n",
    errno.ENFILE: "raise the limit of open files: ulimit -n",
    errno.EIO: "check the disk",
    errno.ESTALE: "the folder was mounted again: enter it once more",
    **dict.fromkeys(_FULL, "free some space"),
}


@contextmanager
def explained() -> Iterator[None]:
    """Raise PaperlarkError for an error of the operating system that no use case expected.

    A reader that closed the pipe, as `head` does, is no error to tell: it is passed on.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        import logging  # noqa: PLC0415  # not for --help

        logging.getLogger(__name__).debug("an error of the operating system", exc_info=True)
        raise explain(error) from error


def explain(error: OSError) -> PaperlarkError:
    """Return the error that tells what failed; without a file name it was standard output."""
    why = error.strerror or type(error).__name__
    hint = _HINTS.get(error.errno or 0)
    if error.filename is not None:
        return PaperlarkError(f"{os.fsdecode(error.filename)} cannot be used ({why})", hint=hint)
    if error.errno in _FULL:
        return PaperlarkError(f"the output cannot be written ({why})", hint=hint)
    return PaperlarkError(f"the operating system refused ({why})", hint=hint)


def drop_output() -> None:
    """Drop what cannot be written: at exit Python would try again, and complain."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
        except ValueError:  # closed
            continue
