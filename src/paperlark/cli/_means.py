"""What a new reader is asked about the means: a model, delivery, a timer."""

from __future__ import annotations

from paperlark.cli._asking import ask, choose, read_as, tell, title
from paperlark.compose.local_models import local_models
from paperlark.settings.answers import (
    CHAT,
    OPENAI_MODEL,
    Chat,
    Mail,
    Model,
    Timer,
    usual_key,
    usual_security,
)
from paperlark.settings.checking import Kind
from paperlark.settings.values import Security

_OLLAMA, _VLLM = "http://localhost:11434/v1", "http://localhost:8000/v1"
_FEW = 5
"""So many models are named."""


def ask_model() -> Model | None:
    """Ask for a model, and where it is served."""
    title(4, "A model", "Without one, an embedded ranker makes the page: no key, no cost. A model"
           " reads the best matches and says why they matter.")  # fmt: skip
    choice = choose("model", (
        "none for now",
        "OpenAI",
        "a server on this machine: Ollama, vLLM, llama.cpp",
        "another address that speaks OpenAI's protocol",
    ))  # fmt: skip
    if choice == 0:
        return None
    if choice == 1:
        return Model(ask("its name", read_as(Kind.TEXT), default=OPENAI_MODEL))
    return _local_model() if choice == 2 else _model_at("")  # noqa: PLR2004  # the third


def _local_model() -> Model:
    tell(f"looking for one at {_OLLAMA} and {_VLLM}")
    for address in (_OLLAMA, _VLLM):
        names = local_models(address)
        if names:
            tell(f"{address} answers, and offers {', '.join(names[:_FEW])}")
            return _model_at(address, names[0])
    tell("none answers there now")
    return _model_at(_OLLAMA)


def _model_at(address: str, name: str = "") -> Model:
    url = ask("its address, before /chat/completions", read_as(Kind.ADDRESS), default=address)
    model = ask("the model's name, as the server knows it", read_as(Kind.TEXT), default=name)
    usual = usual_key(url)
    if not usual:
        return Model(model, url.rstrip("/"), "")
    key = ask("the name to keep its key under (never the key itself)", read_as(Kind.NAME_OF_SECRET),
              default=usual)  # fmt: skip
    return Model(model, url.rstrip("/"), key)


def ask_delivery() -> Mail | Chat | None:
    """Ask where pages are to be brought."""
    title(5, "Delivery", "Pages are files on this machine. They can be brought to you as well.")
    choice = choose("delivery", (
        "nowhere for now",
        "by e-mail",
        "to a chat: Slack, Discord, Telegram, ntfy and what else Apprise knows",
    ))  # fmt: skip
    if choice == 0:
        return None
    if choice == 1:
        return _ask_mail()
    return Chat(ask("the name to keep the chat's address under (never the address itself)",
                    read_as(Kind.NAME_OF_SECRET), default=CHAT))  # fmt: skip


def _ask_mail() -> Mail:
    address = ask("your address", read_as(Kind.MAILBOX))
    guess = f"smtp.{address.rpartition('@')[2]}"
    server = ask("the mail server to send by", read_as(Kind.SERVER), default=guess)
    security = usual_security(server)
    user = None
    if security is not Security.NONE:
        user = ask("the name it knows you by", read_as(Kind.TEXT), default=address)
    return Mail(address, server, sender=address, user=user, security=security)


def ask_timer() -> Timer | None:
    """Ask what is to start it."""
    title(6, "When", "You can make pages by hand, or have them made every morning.")
    choice = choose("when", (
        "by hand for now",
        "every morning by systemd, on this machine",
        "every morning by cron, on this machine",
        "every morning by GitHub Actions",
        "every morning in a container",
    ))  # fmt: skip
    timers: tuple[Timer | None, ...] = (None, *Timer)
    return timers[choice]
