"""What a text weighs in a mail."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from paperlark.domain.delivery import Message, MessageFormat
from paperlark.renderers.letters import mail_html, mail_text
from paperlark.renderers.letters.composing import subject
from paperlark.renderers.letters.letter import Letter
from paperlark.renderers.letters.neutralize import truncate

_AS_IT_IS = bytes(range(0x20, 0x7F)).replace(b"=", b"") + b"\n"
_LINE = 70
"""Characters that are on a line of quoted-printable at least, before it is broken by three."""


def mail_size(text: str) -> int:
    """Give the bytes it takes at most in quoted-printable, which are never fewer than in UTF-8.

    They are one for what is plain, three for what is not, and those where lines are broken.
    """
    data = text.encode()
    coded = len(data.translate(None, _AS_IT_IS))
    size = len(data) + 2 * coded + data.count(b"\n")
    return size + 3 * (size // _LINE + 1)


HEAVIEST = 99_000
"""Bytes of the HTML part on its way. Gmail hides what is behind 102 kB of it, with the links to
the page and out of the list; headers of the part are not counted in."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a letter fits: so many papers, the first of them with their abstracts."""

    papers: int
    abstracts: int


def write(letter: Letter, form: MessageFormat) -> Message:
    """Write the mail; abstracts are left out from the end, then papers."""
    share = _share(letter, min(form.longest, HEAVIEST))
    shown = letter.items[: share.papers]
    in_full = not any(item.abstract for item in shown[share.abstracts :])
    left = letter.left(share.papers, in_full=in_full)
    return Message(
        subject=truncate(subject(letter), form.subject_longest or len(subject(letter))),
        text=mail_text.whole(letter, shown, share.abstracts, left),
        html=mail_html.whole(letter, mail_html.papers(shown, share.abstracts), left),
    )


def _share(letter: Letter, heaviest: int) -> Share:
    """Find the most papers that fit, and then the most abstracts."""
    longest = max((letter.left(shown, in_full=False) for shown in (0, 1)), key=len)
    room = heaviest - mail_size(mail_html.whole(letter, (), longest))
    bare = [mail_size(mail_html.paper(item, abstract=False)) for item in letter.items]
    papers = sum(total <= room for total in accumulate(bare))
    room -= sum(bare[:papers])
    abstracts = [
        mail_size(mail_html.paper(item, abstract=True)) - size
        for item, size in zip(letter.items, bare[:papers], strict=False)
    ]
    return Share(papers, sum(total <= room for total in accumulate(abstracts)))
