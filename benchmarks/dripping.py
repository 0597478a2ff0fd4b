"""Peers that drip a byte a second: every conversation ends within its deadline and 5 seconds.

    python benchmarks/dripping.py [--deadline 3] [--every 1]

arXiv, Semantic Scholar, model, webhook, mail (with and without TLS) and imports from the web, each
against peers that say nothing, or drip in the greeting, the header or the body. All of them at
once. Exit code 1 where one takes longer, or ends in anything but an error of ours.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from paperlark.domain.errors import PaperlarkError
from standins.conversations import CONVERSATIONS, Conversation
from standins.dripping import Dripping

ALLOWED = 5.0
"""Seconds after the deadline."""


def main() -> int:
    """Print a row per conversation and part, and say whether any took too long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--deadline", type=float, default=3.0, help="seconds of a conversation")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between two bytes")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    tries = [(kind, part) for kind in CONVERSATIONS for part in kind.parts]
    with ThreadPoolExecutor(len(tries)) as threads:
        talk = partial(_talk, deadline=options.deadline, every=options.every)
        took = list(threads.map(talk, *zip(*tries, strict=True)))
    print(f"{'':<22}{'drips in':<20}{'seconds':>8}  (deadline {options.deadline:g} s)")
    for (kind, part), (seconds, ended) in zip(tries, took, strict=True):
        print(f"{kind.name:<22}{part:<20}{seconds:>8.1f}  {ended}")
    late = sum(seconds > options.deadline + ALLOWED for seconds, _ in took)
    odd = sum(ended.startswith("!") for _, ended in took)
    print(f"{len(took)} conversations, {late} too long, {odd} with another error")
    return int(late + odd > 0)


def _talk(kind: Conversation, part: str, *, deadline: float, every: float) -> tuple[float, str]:
    with Dripping(part, every=every) as peer, tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        try:
            kind.talk(peer.port, deadline, Path(folder))
            ended = "! it returned"
        except PaperlarkError as error:
            ended = type(error).__name__
        except Exception as error:  # noqa: BLE001  # the very thing that must not be
            ended = f"! {type(error).__name__}: {error}"
        return time.monotonic() - began, ended


if __name__ == "__main__":
    sys.exit(main())
