"""The questions of `paperlark init` about servers: a model, and where pages are delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from paperlark.cli.init.dialogue import Dialogue
from paperlark.cli.init.plan import SetupPlan
from paperlark.cli.init.questions import heading
from paperlark.llm.local_models import local_models
from paperlark.settings.answers import (
    CHAT,
    OPENAI_MODEL,
    AnswerKind,
    Chat,
    Mail,
    Model,
    complaint,
    security_of,
    usual_key,
    usual_security,
)
from paperlark.settings.values import Security


def read_as(kind: AnswerKind) -> Callable[[str], str]:
    """Return a function that accepts answers of a kind, and raises ValueError for any other."""

    def read(answer: str) -> str:
        if problem := complaint(kind, answer):
            raise ValueError(problem)
        return answer

    return read


_OLLAMA, _VLLM = "http://localhost:11434/v1", "http://localhost:8000/v1"
_FEW = 5
"""Up to so many models are named."""


def ask_model(dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
    """Ask for a model, and where it is served."""
    dialogue.title(heading(4, "A model"), "Without one, an embedded ranker makes the page: no key,"
                   " no cost. A model reads the best matches and explains why they matter."
                   )  # fmt: skip
    choice = dialogue.choose("model", (
        "none for now",
        "OpenAI",
        "a server on this machine: Ollama, vLLM, llama.cpp",
        "another server with an OpenAI-compatible API",
    ), explained="Type the number of a line. A model scores papers from 1 to 10 and says why; it"
        " can be added later, in the table [judge] of the profile.")  # fmt: skip
    asked = (lambda _: None, _openai_model, _local_model, _model_at)[choice]
    return replace(plan, answers=replace(plan.answers, model=asked(dialogue)))


def _openai_model(dialogue: Dialogue) -> Model:
    return Model(dialogue.ask(
        "its name", read_as(AnswerKind.TEXT), default=OPENAI_MODEL,
        explained="The name of one of OpenAI's models. What a page costs with it is shown by"
        " `paperlark today --estimate`, before anything is paid.",
    ))  # fmt: skip


def _local_model(dialogue: Dialogue) -> Model:
    dialogue.show(f"looking for a model server at {_OLLAMA} and {_VLLM}")
    address, names = dialogue.once(_local_server)
    if names:
        dialogue.show(f"{address} answers, and offers {', '.join(names[:_FEW])}")
        return _model_at(dialogue, address, names[0])
    dialogue.show("no server answers there now")
    return _model_at(dialogue, _OLLAMA)


def _local_server() -> tuple[str, tuple[str, ...]]:
    for address in (_OLLAMA, _VLLM):
        if names := local_models(address):
            return address, names
    return _OLLAMA, ()


def _model_at(dialogue: Dialogue, address: str = "", name: str = "") -> Model:
    url = dialogue.ask(
        "its address, before /chat/completions", read_as(AnswerKind.ADDRESS), default=address,
        explained=f"Where the server is, up to and with /v1, such as {_OLLAMA}.",
    )  # fmt: skip
    model = dialogue.ask(
        "the model's name on the server", read_as(AnswerKind.TEXT), default=name,
        explained="As the server lists it at /models, such as llama3.2.",
    )  # fmt: skip
    usual = usual_key(url)
    if not usual:
        return Model(model, url.rstrip("/"), "", None)
    key = dialogue.ask(
        "the name to keep its key under (not the key itself)",
        read_as(AnswerKind.NAME_OF_SECRET),
        default=usual,
        explained="The profile has only this name. You store the key itself afterwards, with the"
        " command that is shown at the end.",
    )
    return Model(model, url.rstrip("/"), key)


def ask_delivery(dialogue: Dialogue, plan: SetupPlan) -> SetupPlan:
    """Ask where pages are to be delivered."""
    dialogue.title(heading(5, "Delivery"), "Pages are files on this machine. They can be delivered"
                   " to you as well.")  # fmt: skip
    choice = dialogue.choose("delivery", (
        "nowhere for now",
        "by e-mail",
        "to a chat: Slack, Discord, Telegram, ntfy and others that Apprise supports",
    ), explained="Type the number of a line. More channels, and weekly messages, can be added to"
        " the profile later.")  # fmt: skip
    asked = (lambda _: None, _ask_mail, _ask_chat)[choice]
    return replace(plan, answers=replace(plan.answers, delivery=asked(dialogue)))


def _ask_chat(dialogue: Dialogue) -> Chat:
    return Chat(dialogue.ask(
        "the name to keep the chat's address under (not the address itself)",
        read_as(AnswerKind.NAME_OF_SECRET), default=CHAT,
        explained="The address lets anybody write to that chat, so the profile has only this name."
        " You store the address afterwards, with the command that is shown at the end.",
    ))  # fmt: skip


def _ask_mail(dialogue: Dialogue) -> Mail:
    address = dialogue.ask(
        "your address", read_as(AnswerKind.MAILBOX),
        explained="Pages are mailed to this address, and from it.",
    )  # fmt: skip
    server = dialogue.ask(
        "the mail server to send by", read_as(AnswerKind.SERVER),
        default=f"smtp.{address.rpartition('@')[2]}",
        explained="The server for outgoing mail, as in the settings of your mail program: SMTP.",
    )  # fmt: skip
    port = dialogue.ask(
        "its port", _read_port, default=str(usual_security(server).port),
        explained="465 is encrypted from the start (tls), 587 before you log in (starttls); 25 is"
        " usual on this machine.",
    )  # fmt: skip
    security = security_of(server, port)
    user = None
    if security is not Security.NONE:
        user = dialogue.ask(
            "your user name there", read_as(AnswerKind.TEXT), default=address,
            explained="What you log in to the mail server with; its password is stored afterwards,"
            " with the command that is shown at the end.",
        )  # fmt: skip
    return Mail(address, server, sender=address, user=user, security=security, port=port)


_MOST_PORTS = 65_535


def _read_port(answer: str) -> int:
    if not (answer.isascii() and answer.isdecimal() and 1 <= int(answer[:9]) <= _MOST_PORTS):
        raise ValueError(f"a port is a number from 1 to {_MOST_PORTS}, such as 465 or 587")
    return int(answer)
