"""Writes a bulletin as the messages of one channel.

`composing` decides the content, whatever the channel; `mail` and `chat` format it.
"""

from __future__ import annotations

from paperlark.domain.delivery import Bulletin, Message, MessageFormat, Occasion, Style
from paperlark.renderers.letters import chat, mail
from paperlark.renderers.letters.completion import compose_completion
from paperlark.renderers.letters.composing import compose


def write(bulletin: Bulletin, form: MessageFormat) -> tuple[Message, ...]:
    """Write a bulletin in the format of a channel: at least one message, exactly one for mail.

    The same bulletin always gives the same messages. Papers are never split, and omitted papers
    are counted. A message keeps the limits of its format if they allow at least 300 characters.
    """
    completes = bulletin.occasion is Occasion.COMPLETION
    letter = compose_completion(bulletin) if completes else compose(bulletin)
    return (mail.write(letter, form),) if form.style is Style.MAIL else chat.write(letter, form)
