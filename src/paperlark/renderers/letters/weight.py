"""What a text weighs in a mail."""

from __future__ import annotations

_AS_IT_IS = bytes(range(0x20, 0x7F)).replace(b"=", b"") + b"\n"
_LINE = 70
"""Characters that are on a line of quoted-printable at least, before it is broken by three."""


def weight(text: str) -> int:
    """Give the bytes it takes at most in quoted-printable, which are never fewer than in UTF-8.

    They are one for what is plain, three for what is not, and those where lines are broken.
    """
    data = text.encode()
    coded = len(data.translate(None, _AS_IT_IS))
    size = len(data) + 2 * coded + data.count(b"\n")
    return size + 3 * (size // _LINE + 1)
