"""Bulletin in, the messages of one channel out: a letter, or what a chat can take of it.

`composing` says what a reader is told, whatever the channel; `mail` and `chat` give it a form.
"""

from __future__ import annotations

from paperlark.domain.delivery import Bulletin, Message, MessageFormat, Style
from paperlark.renderers.letters import chat, mail
from paperlark.renderers.letters.composing import compose


def write(bulletin: Bulletin, form: MessageFormat) -> tuple[Message, ...]:
    """Write a bulletin as a channel wants it: at least one message, and mail is always one.

    The same bulletin always gives the same messages. No paper is broken, and what is left out is
    named. A message keeps within its form where that leaves room for 300 characters.
    """
    letter = compose(bulletin)
    return (mail.write(letter, form),) if form.style is Style.MAIL else chat.write(letter, form)
