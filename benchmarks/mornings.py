"""Deliver pages to two readers on 500 seeded mornings of random failures, and hold what must hold.

    python benchmarks/mornings.py [--mornings 500] [--seed 0]

A mailbox, Slack, Discord and Telegram, stood in for on loopback, are busy, unreachable, gone for
days, or lose their answers; runs are killed at any moment. Pages are drawn by lot: whole, within
their budget, ranked because the model failed, half judged, without a feed, in a batch, or none;
what is incomplete is made again by `paperlark morning`, and whole pages by hand. Profiles cannot
be read, a run has a bug, an earlier run hangs; two of three archives share a database among the
readers.

No paper comes twice, no page and no completion is missing where the channel recovered within a
week, and a completion has what is new and nothing else. What nobody can know is told, so is every
lasting failure, a day without a page and a run that hangs, once (a day) on each channel. One
profile's failure is its own. No service is asked before the pause it wanted is over, and none gets
more than it takes. Any breach ends it with exit code 1 and names the seed.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins import mail_server, webhooks
from standins.looking_back import Tally
from standins.mail_server import MailServer
from standins.mornings import Mornings, unthrottled
from standins.trust import Trust
from standins.webhooks import Webhooks

AT_ONCE = 50
"""Mornings of one archive."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # folders of our own in it


def main() -> int:
    """Live through the mornings, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mornings", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    # The stand-ins' own remarks are no news.
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    started, seen, breaches = time.monotonic(), Counter[str](), list[str]()
    for number in range(-(-options.mornings // AT_ONCE)):
        tally = _live(min(AT_ONCE, options.mornings - number * AT_ONCE), options.seed + number)
        seen += tally.seen
        breaches += tally.breaches
    for what, times in sorted(seen.items()):
        print(f"{times:>7,}  {what}")
    print(f"\n{options.mornings} mornings in {time.monotonic() - started:.0f} s")
    print("\n".join(breaches) or "nothing that must not happen did")
    return 1 if breaches else 0


def _live(mornings: int, seed: int) -> Tally:
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        trust = Trust(folder)
        os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = str(trust.file)
        hooks, mail = Webhooks(), MailServer()
        with (
            webhooks.serving(hooks, trust.server) as proxy,
            mail_server.serving(mail, trust.server),
            unthrottled(),
        ):
            os.environ["HTTPS_PROXY"] = proxy
            return Mornings(folder, hooks, mail, seed).live(mornings)


if __name__ == "__main__":
    raise SystemExit(main())
