"""Blocks into messages, none of them broken: what does not fit is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

GAP = "\n\n"
"""What stands between two blocks."""

Fits: TypeAlias = Callable[[str], bool]


def pack(
    head: str, blocks: Sequence[str], tail: Callable[[int], str], fits: Fits, most: int
) -> tuple[str, ...]:
    """Fill at most so many messages, the first of which begins with the head.

    `tail` says what is left out after so many blocks, which may be nothing; it ends the last
    message. Each block must fit alone, and so must any tail, behind the head too.
    """
    *full, last = _filled(head, blocks, fits, most)
    # The head is always in the first message; the blocks behind it may give way to the tail.
    fixed = 0 if full else 1
    packed = sum(map(len, full)) + len(last) - 1
    ending = tail(packed)
    if _fits_with(last, ending, fits):
        return _texts([*full, [*last, *filter(None, [ending])]])
    if len(full) + 1 < most:
        return _texts([*full, last, [ending]])
    while len(last) > fixed and not _fits_with(last, ending, fits):
        last, packed = last[:-1], packed - 1
        ending = tail(packed)
    return _texts([*full, [*last, ending]])


def _fits_with(message: Sequence[str], ending: str, fits: Fits) -> bool:
    return not ending or fits(GAP.join((*message, ending)))


def _texts(messages: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(map(GAP.join, messages))


def _filled(head: str, blocks: Sequence[str], fits: Fits, most: int) -> list[list[str]]:
    """Put blocks into the last message while they fit, else into a new one while there may be."""
    messages = [[head]]
    for block in blocks:
        if fits(GAP.join((*messages[-1], block))):
            messages[-1].append(block)
        elif len(messages) < most:
            messages.append([block])
        else:
            break
    return messages
