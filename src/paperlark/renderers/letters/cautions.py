"""What a reader must know besides the papers: of channels, of other days, of the sources."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.domain.delivery import Bulletin, Occasion
from paperlark.domain.digest import Batch, Digest
from paperlark.renderers import english, wording
from paperlark.renderers.letters.sentence import problem, sentence

_MOST = 12


def cautions(bulletin: Bulletin) -> tuple[str, ...]:
    """Give them, notices first; of very many the last ones are only counted."""
    several = len(bulletin.digests) > 1
    said = [sentence(notice) for notice in bulletin.notices]
    if bulletin.occasion is Occasion.DAY:
        said += [
            f"No page for {english.long_date(failure.day)}: {problem(failure)}"
            for failure in bulletin.failures
        ]
    for digest in bulletin.digests:
        when = f"{english.brief_date(digest.day)}: " if several else ""
        said += [f"{when}{sentence(warning)}" for warning in _of_a_day(digest)]
    if len(said) <= _MOST:
        return tuple(said)
    more = english.counted(len(said) - _MOST + 1, "more note")
    return (*said[: _MOST - 1], f"And {more}.")


def _of_a_day(digest: Digest) -> Iterator[str]:
    yield from digest.notes
    for batch, (category, how) in zip(digest.batches, wording.batches(digest), strict=True):
        if not _whole(batch):
            yield f"{category}: {how}"
    yield from (why for why, _ in wording.put_off(digest))


def _whole(batch: Batch) -> bool:
    short = batch.expected is not None and batch.entries < batch.expected
    return batch.via is not None and not batch.reconstructed and not short
