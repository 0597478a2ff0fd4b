"""Canaries: secrets in every place for them, servers that repeat all they are sent, and a search.

    with Echo() as echo:
        found = leaks(SCENARIOS[0], echo, folder)

A scenario runs real commands in a process each, as a reader would, in a home of its own. Then all
that left the program is searched for the canaries, plain and encoded, whole and cut in half: what
was printed, every file and row of a database below the home, and every message that arrived. The
search shares nothing with the redaction that it checks.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import socketserver
import sqlite3
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import quote, unquote

import stamina

import paperlark.cli as commands
from paperlark.http.client import BoundedClient
from paperlark.settings.environment import Environment
from standins.engines import FILE, named
from standins.feeds import item, rss
from standins.forked import CONTEXT as _CONTEXT
from standins.openai import papers_of
from standins.watches import FakeWatch

DAY = "2025-02-26"


def _canary(number: int) -> str:
    return f"Zq{number:02d}x{zlib.crc32(b'canary %d' % number):08x}Wk{number * 7919 % 9973:04d}Jv"


CANARIES: Mapping[str, str] = {
    name: _canary(number)
    for number, name in enumerate(
        (
            "the model's key",
            "the model's key in a file",
            "the model's key in the private file",
            "the password of the model's address",
            "the key in the query of the model's address",
            "Azure's key",
            "a password written into the profile's address",
            "a key written into the query of the profile's address",
            "the user name of the mail server",
            "the password of the mail server",
            "a password written into the mail server's name",
            "the token in the chat's address",
            "the password in the chat's address",
            "a bot's token",
            "the proxy's password",
            "a SOCKS proxy's password",
            "Semantic Scholar's key",
            "Zotero's key",
            "the password of an imported address",
            "the token of an imported address",
            "a key written as the name of a key",
            "the password of the git address that a schedule installs from",
        )
    )
}


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield from (secret, secret[: len(secret) // 2 + 1], secret[-len(secret) // 2 :])
    yield from (raw.hex(), "".join(f"%{byte:02x}" for byte in raw), "".join(f"&#{b};" for b in raw))
    for before in range(3):
        # Two characters at either end depend on what stands beside it.
        yield base64.b64encode(b"\0" * before + raw).decode()[4:-4]


_FORMS = {name: tuple(form.lower() for form in _forms(one)) for name, one in CANARIES.items()}


def found_in(text: str) -> tuple[str, ...]:
    """Return the canaries in a text, whatever case, line breaks and escapes it has."""
    every = {text, unquote(text), html.unescape(text), re.sub(r"[\\\s=>|]+", "", text)}
    seen = [one.lower() for one in every]
    return tuple(
        name for name, forms in _FORMS.items() if any(form in one for form in forms for one in seen)
    )


Answer = tuple[int, dict[str, str], bytes]
Disguise = Callable[[str], str]


def _truncated(text: str) -> str:
    """Cut every canary a few characters before its end, as servers shorten what they quote."""
    return re.sub("|".join(CANARIES.values()), lambda found: f"{found[0][:-4]}…", text)


def _wrapped(text: str) -> str:
    return re.sub(
        "|".join(CANARIES.values()), lambda found: f"{found[0][:11]}\n   {found[0][11:]}", text
    )


DISGUISES: Mapping[str, Disguise] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"sent": text})),
    "HTML": html.escape,
    "base64": lambda text: " ".join(
        base64.b64encode(one.encode()).decode() for one in text.split()
    ),
    "cut": _truncated,
    "wrapped": _wrapped,
    "hex": lambda text: text.encode().hex(),
}


def _error(status: int) -> Callable[[str, str], Answer]:
    def answer(said: str, _asked: str) -> Answer:
        body = {
            "error": {"message": f"Refused: {said}", "code": said, "type": said},
            "message": said,
        }
        return status, {"X-Echo": quote(said), "Retry-After": "0"}, json.dumps(body).encode()

    return answer


def _text(said: str, _asked: str) -> Answer:
    return 500, {"Content-Type": "text/html"}, f"<html><h1>Oops</h1><pre>{said}</pre>".encode()


def _redirect(said: str, _asked: str) -> Answer:
    return 307, {"Location": f"https://elsewhere.invalid/?sent={quote(said)}"}, said.encode()


def _no_json(said: str, _asked: str) -> Answer:
    return 200, {}, f'{{"choices": [{{"message": {{"content": "{said}'.encode()


def _library(said: str, _asked: str) -> Answer:
    entry = f"@article{{a, title = {{Bats at {said}}}, eprint = {{2502.00007}}, author = {{A. B}}}}"
    return 200, {}, entry.encode()


def _reply(content: Callable[[str, str], str]) -> Callable[[str, str], Answer]:
    def answer(said: str, asked: str) -> Answer:
        choice = {"index": 0, "finish_reason": "stop", "message": {"content": content(said, asked)}}
        usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
        return 200, {}, json.dumps({"choices": [choice], "usage": usage}).encode()

    return answer


def _comments(said: str, asked: str) -> str:
    """Judge every paper well, with a comment that repeats what was sent."""
    try:
        papers = papers_of(json.loads(asked))
    except (ValueError, LookupError, TypeError):
        return said
    rows = [
        {"paper": one["paper"], "relevance": 9, "novelty": 9, "comment": f"{said} is good"}
        for one in papers
    ]
    return json.dumps({"rows": rows})


ERRORS: Mapping[str, Callable[[str, str], Answer]] = {
    **{f"status {one}": _error(one) for one in (400, 401, 402, 404, 429, 500)},
    "HTML": _text,
    "redirect": _redirect,
    "no JSON": _no_json,
    "no answer": _reply(lambda said, _: f"I was sent {said}"),
    "comments": _reply(_comments),
    "BibTeX": _library,
}
"""What a server answers, of what it was sent and the body of the request."""


class Echo:
    """A web server, a proxy, a chat and a mail server that repeat everything they are sent."""

    def __init__(self) -> None:
        self.error = ERRORS["status 400"]
        self.disguise: Disguise = str
        self.takes_messages = True
        self.received: list[str] = []
        """The texts of messages that arrived."""
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _web(self))
        self._mail = _MailServer(("127.0.0.1", 0), _mail(self))
        self.port, self.mail_port = self._web.server_port, self._mail.server_address[1]

    def __enter__(self) -> Self:
        for server in (self._web, self._mail):
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for server in (self._web, self._mail):
            server.shutdown()
            server.server_close()


class _MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def _web(echo: Echo) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("latin-1")
            if self.path.startswith("/chat/") and echo.takes_messages:
                echo.received.append(body)
                headers: dict[str, str]
                status, headers, content = 200, {}, b"{}"
            else:
                said = echo.disguise(" ".join((self.path, *_opened(self.headers.values()))))
                status, headers, content = echo.error(said, body)
            self.send_response(status, content[:80].decode("latin-1").partition("\n")[0])
            for name, value in headers.items():
                self.send_header(name, value.replace("\n", " "))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_CONNECT = _answer  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Door


def _opened(headers: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Yield headers, and what is encoded in them."""
    for one in headers:
        yield one
        if one.startswith("Basic "):
            yield base64.b64decode(one[6:]).decode("latin-1")


def _mail(echo: Echo) -> type[socketserver.StreamRequestHandler]:
    class Door(socketserver.StreamRequestHandler):
        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def _line(self) -> str:
            return self.rfile.readline().decode("latin-1").strip()

        def handle(self) -> None:
            self._say("220 here")
            heard: list[str] = []
            while line := self._line():
                word = line[:4].upper()
                if word == "EHLO":
                    self._say("250-here\r\n250 AUTH PLAIN LOGIN")
                elif word == "AUTH":
                    heard.append(line)
                    heard += _words(line)
                    ok = echo.takes_messages
                    self._say(
                        "235 fine"
                        if ok
                        else f"535 5.7.8 no: {' '.join(map(echo.disguise, heard))}"[:900]
                    )
                elif word == "DATA":
                    self._say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    mail = message_from_bytes(b"".join(lines), policy=default)
                    echo.received += [
                        str(part.get_content())
                        for part in mail.walk()
                        if part.get_content_maintype() == "text"
                    ]
                    echo.received.append(str(mail.items()))
                    self._say("250 taken")
                elif word == "QUIT":
                    return
                else:
                    self._say("250 fine")

    return Door


def _words(line: str) -> Iterator[str]:
    for word in line.split()[2:]:
        try:
            yield base64.b64decode(word).decode("latin-1").replace("\0", " ")
        except ValueError:
            continue


@dataclass(frozen=True, slots=True)
class Scenario:
    """Commands with a profile and an environment, as texts with `{port}` and the like to fill in.

    `broken` has a bug of ours raise with everything in its words.
    """

    name: str
    profile: str
    variables: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = (
        "today --feeds feeds -vv --log-file log.txt",
        "doctor --yes",
    )
    files: Mapping[str, str] = field(default_factory=dict)
    error: str = "status 400"
    disguise: str = "plain"
    takes_messages: bool = True
    broken: bool = False


def leaks(scenario: Scenario, echo: Echo, home: Path, database: str = FILE) -> tuple[str, ...]:
    """Run a scenario in an empty folder; return which canaries were found, and where.

    What is in a `database` on a server is left to the caller.
    """
    echo.error, echo.disguise = ERRORS[scenario.error], DISGUISES[scenario.disguise]
    echo.takes_messages = scenario.takes_messages
    echo.received.clear()
    fill = {"port": str(echo.port), "mail": str(echo.mail_port)}
    fill |= {re.sub(r"\W+", "_", name): canary for name, canary in CANARIES.items()}
    _prepare(scenario, home, fill, database)
    out = [_run(scenario, one, home, fill) for one in scenario.commands]
    parts = {"terminal": "\n".join(out), "messages": "\n".join(echo.received)}
    parts |= dict(_files(home, _own(scenario, home)))
    found = tuple(
        f"{scenario.name}: {name} in {place}"
        for place, text in parts.items()
        for name in found_in(f"{place}\n{text}")
    )
    return (*found, *(f"{scenario.name}: {one}" for one in _open_to_others(home)))


def _own(scenario: Scenario, home: Path) -> frozenset[Path]:
    """Return the files that the reader wrote."""
    return frozenset(home / name for name in ("paperlark.toml", "criteria.md", *scenario.files))


def _prepare(scenario: Scenario, home: Path, fill: Mapping[str, str], database: str) -> None:
    """Write what the reader has."""
    papers = [
        item(f"oai:arXiv.org:2502.0000{n}v1", title=f"Bats {n}", abstract="Sonar of bats.")
        for n in (7, 8, 9)
    ]
    texts = {
        "paperlark.toml": _filled(named(database) + _PROFILE + scenario.profile, fill).encode(),
        "criteria.md": b"## Bats\nRelevant: bats and sonar.",
        f"feeds/{DAY}.cs.LG.rss.xml": rss(*papers),
        **{name: _filled(text, fill).encode() for name, text in scenario.files.items()},
    }
    for name, content in texts.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


_PROFILE = """\
name = "Bats"
categories = ["cs.LG"]
least_h_index = 3

[sources]
rss = "http://127.0.0.1:{port}/rss"
pages = "http://127.0.0.1:{port}"
oai = "http://127.0.0.1:{port}/oai"
search = "http://127.0.0.1:{port}/api"
semantic_scholar = "http://127.0.0.1:{port}/graph"
patience = 5
"""


def _filled(text: str, fill: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: fill.get(found[1], found[0]), text)


def _run(scenario: Scenario, command: str, home: Path, fill: Mapping[str, str]) -> str:
    """Run a command in a process of its own; return all that it printed."""
    named = {name: _filled(value, fill) for name, value in scenario.variables.items()}
    xdg = {
        f"XDG_{one}_HOME": str(home / one.lower()) for one in ("CACHE", "CONFIG", "DATA", "STATE")
    }
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(home), **xdg, **named}
    arguments = _filled(command, fill).split()
    said = home.with_name(f"{home.name}.said")
    process = _CONTEXT.Process(target=_become, args=(scenario, arguments, environment, home, said))
    process.start()
    process.join(120)
    assert process.exitcode is not None, f"{scenario.name}: {command} does not end"
    text = said.read_text("utf-8", "replace")
    said.unlink()
    return text


def _become(
    scenario: Scenario,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    home: Path,
    said: Path,
) -> None:
    """Be that command, from here on to the exit, on Wednesday morning and without waiting."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(home)
    output = os.open(said, os.O_CREAT | os.O_WRONLY)
    for old, new in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "w" if n else "r") for n in range(3))
    stamina.set_testing(True, attempts=2, cap=True)
    watch = FakeWatch(clock=datetime(2025, 2, 26, 12, tzinfo=UTC).timestamp())
    outside = Environment(
        now=lambda: datetime.fromtimestamp(watch.clock, UTC),
        sleep=watch.sleep,
        rate_limit_clock=watch.rate_limit_clock,
    )
    if scenario.broken:
        setattr(BoundedClient, "request", _bug)  # noqa: B010  # mypy knows methods
    commands.cli.main = partial(commands.cli.main, obj=outside)  # type: ignore[method-assign]
    sys.argv = ["paperlark", *arguments]
    commands.main()


def _bug(_client: BoundedClient, _method: str, url: object, **given: object) -> NoReturn:
    """Raise what has everything in it, as a bug of ours would."""
    raise RuntimeError(f"a bug at {url} with {given} and {dict(os.environ)}")


def _files(home: Path, own: frozenset[Path]) -> Iterator[tuple[str, str]]:
    """Yield every file that the reader did not write, with its text; rows of databases besides."""
    for path in sorted(home.rglob("*")):
        if not path.is_file() or path in own:
            continue
        content = path.read_bytes()
        name = str(path.relative_to(home))
        yield name, content.decode("latin-1")
        if content.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(path)) as database:
                yield f"rows of {name}", "\n".join(database.iterdump())


def _open_to_others(home: Path) -> Iterator[str]:
    """Yield files with what only their reader should see that others can read."""
    for path in home.rglob("*"):
        private = path.name.endswith((".failed.json", "log.txt", ".db", ".db-wal", ".db-shm"))
        if private and path.is_file() and path.stat().st_mode & 0o077:
            yield f"{path.relative_to(home)} can be read by others"


_KEYED = """
[judge]
model = "gpt-4o"
base_url = "http://127.0.0.1:{port}/v1"
key_variable = "MODEL_KEY"
timeout = 5
"""
_GATEWAY = """
[judge]
model = "gpt-4o"
base_url = "http://ada:${GATEWAY_PASSWORD}@127.0.0.1:{port}/v1?key=${GATEWAY_KEY}"
key_variable = ""
timeout = 5
"""
_AZURE = """
[judge]
model = "gpt-4o"
base_url = "http://127.0.0.1:{port}/openai/deployments/mine?api-version=2024-10-21"
key_variable = "AZURE_KEY"
timeout = 5
"""
_DELIVERY = """
[mail]
server = "127.0.0.1"
port = {mail}
security = "none"
user = "{the_user_name_of_the_mail_server}"
sender = "ada@example.org"

[[deliver]]
name = "inbox"
mail = "reader@example.org"

[[deliver]]
name = "chat"
url_variable = "CHAT"
"""
_SECRETS: Mapping[str, str] = {
    "MODEL_KEY": "{the_model_s_key}",
    "GATEWAY_PASSWORD": "{the_password_of_the_model_s_address}",
    "GATEWAY_KEY": "{the_key_in_the_query_of_the_model_s_address}",
    "AZURE_KEY": "{Azure_s_key}",
    "PAPERLARK_MAIL_PASSWORD": "{the_password_of_the_mail_server}",
    "CHAT": "json://bob:{the_password_in_the_chat_s_address}@127.0.0.1:{port}"
    "/chat/{the_token_in_the_chat_s_address}",
    "SEMANTIC_SCHOLAR_API_KEY": "{Semantic_Scholar_s_key}",
    "ZOTERO_API_KEY": "{Zotero_s_key}",
}
_SERVERS = (_KEYED, _GATEWAY, _AZURE)
_MORNING = "morning --feeds feeds --no-wait -vv --log-file log.txt"
_EVERYTHING = (
    _MORNING,
    "doctor --yes",
    "site",
    f"show {DAY} --json",
    "search bats",
    "why 2502.00007",
    "cost",
    "deliver --try",
)


def echoed() -> Iterator[Scenario]:
    """Yield every error in every disguise, at each kind of model server in turn."""
    for number, error in enumerate(ERRORS):
        for more, disguise in enumerate(DISGUISES):
            yield Scenario(
                f"{error}, {disguise}",
                _SERVERS[(number + more) % len(_SERVERS)] + _DELIVERY,
                _SECRETS,
                _EVERYTHING if error in {"comments", "no answer"} else (_MORNING, "doctor --yes"),
                error=error,
                disguise=disguise,
                takes_messages=(number + more) % 2 == 0,
            )


_PASSWORD = "{a_password_written_into_the_profile_s_address}"  # noqa: S105  # where a canary goes
_QUERY = "{a_key_written_into_the_query_of_the_profile_s_address}"
_LITERALS = {
    "judge address": f'[judge]\nmodel = "m"\nbase_url = "https://ada:{_PASSWORD}@gw.invalid/v1"\n',
    "judge token": f'[judge]\nmodel = "m"\nbase_url = "https://{_PASSWORD}@gw.invalid/v1"\n',
    "judge query": f'[judge]\nmodel = "m"\nbase_url = "https://gw.invalid/v1?key={_QUERY}"\n',
    "no scheme": f'[judge]\nmodel = "m"\nbase_url = "ada:{_PASSWORD}@gw.invalid/v1"\n',
    "a list": f'[judge]\nmodel = "m"\nbase_url = ["https://ada:{_PASSWORD}@gw.invalid/v1"]\n',
    "a text for a table": f'judge = "https://ada:{_PASSWORD}@gw.invalid/v1"\n',
    "unknown setting": f'[judge]\nmodel = "m"\napi_key = "{_QUERY}"\n',
    "key for its name": '[judge]\nmodel = "m"\n'
    'key_variable = "sk_{a_key_written_as_the_name_of_a_key}"\n',
    "key for its name, plain": '[judge]\nmodel = "m"\n'
    'key_variable = "{a_key_written_as_the_name_of_a_key}"\n',
    "address for its name": f'[[deliver]]\nname = "chat"\nurl_variable = "discord://{_QUERY}/x"\n',
    "address of a site": f'[site]\naddress = "https://ada:{_PASSWORD}@pages.invalid"\n',
    "mail server": '[mail]\nsender = "a@example.org"\n'
    'server = "smtp://u:{a_password_written_into_the_mail_server_s_name}@smtp.invalid"\n'
    '[[deliver]]\nname = "inbox"\nmail = "a@example.org"\n',
    "mail address": f'[[deliver]]\nname = "inbox"\nmail = "mailto://u:{_PASSWORD}@gmail.com"\n',
    "no TOML": f'[judge]\nbase_url = "https://ada:{_PASSWORD}@gw.invalid/v1\n',
    "model": f'[judge]\nmodel = "https://ada:{_PASSWORD}@gw.invalid/v1"\n'
    'base_url = "http://127.0.0.1:{port}/v1"\n',
}


def mistaken() -> Iterator[Scenario]:
    """Yield profiles with a secret where none belongs."""
    commands = (
        "today --feeds feeds",
        "morning --no-wait",
        "doctor",
        "secret list",
        "schedule cron --show",
    )
    for name, profile in _LITERALS.items():
        yield Scenario(f"profile with a secret as {name}", profile, {}, commands)


def _at(base_url: str) -> str:
    return _KEYED.replace("http://127.0.0.1:{port}/v1", base_url)


def elsewhere() -> Iterator[Scenario]:
    """Yield all other places: proxies, files, imports, schedules, names without a server, bugs."""
    proxy = "http://ada:{the_proxy_s_password}@127.0.0.1:{port}"
    socks = "socks5://ada:{a_SOCKS_proxy_s_password}@127.0.0.1:{port}"
    bot = '[[deliver]]\nname = "chat"\nurl_variable = "CHAT"\n'
    token = {"CHAT": "tgram://123456789:{a_bot_s_token}/987654321"}
    whole = (_MORNING, "doctor --yes", "deliver --try")
    for name, base_url, variables in (
        ("HTTP proxy", "http://gw.invalid/v1", {"http_proxy": proxy}),
        ("HTTPS proxy", "https://gw.invalid/v1", {"https_proxy": proxy, "HTTPS_PROXY": proxy}),
        ("SOCKS proxy", "https://gw.invalid/v1", {"ALL_PROXY": socks}),
        ("bad proxy", "http://gw.invalid/v1", {"http_proxy": f"{proxy}x"}),
    ):
        yield Scenario(name, _at(base_url) + bot, {**_SECRETS, **variables, **token}, whole)
    gateway = _GATEWAY.partition("127.0.0.1:{port}")
    for name, start, host in (
        ("no such host", "http", "nowhere.invalid"),
        ("refused TLS", "https", "127.0.0.1:{port}"),
        ("nobody there", "http", "127.0.0.1:9"),
    ):
        profile = f"{gateway[0]}{host}{gateway[2]}".replace("http://", f"{start}://", 1)
        yield Scenario(name, profile + _DELIVERY, _SECRETS, whole)
    yield Scenario("no secret", _GATEWAY + _DELIVERY, {}, whole)
    yield Scenario("a bug", _KEYED + _DELIVERY, _SECRETS, whole, broken=True)
    yield Scenario("a bug at a gateway", _GATEWAY + _DELIVERY, _SECRETS, whole, broken=True)
    yield Scenario(
        "a key in a file",
        _KEYED,
        {"MODEL_KEY_FILE": "key.txt"},
        (_MORNING, "doctor --yes", "secret list"),
        {"key.txt": "{the_model_s_key_in_a_file}\n"},
    )
    yield Scenario(
        "a key in the private file",
        _KEYED,
        {},
        (_MORNING, "doctor --yes", "secret list"),
        {"config/paperlark/secrets.toml": 'MODEL_KEY = "{the_model_s_key_in_the_private_file}"\n'},
    )
    source = (
        "http://bob:{the_password_of_an_imported_address}@127.0.0.1:{port}/lib.bib"
        "?token={the_token_of_an_imported_address}"
    )
    for error in ("status 400", "status 500", "redirect", "HTML", "BibTeX"):
        yield Scenario(
            f"import, {error}",
            "",
            _SECRETS,
            (
                f"import {source}",
                "import --list --titles",
                "import --zotero-library 12345 --zotero-url http://127.0.0.1:{port}",
                f"import --remove {source}",
            ),
            error=error,
        )
    requirement = (
        "git+https://x:{the_password_of_the_git_address_that_a_schedule_installs_from}"
        "@github.com/ada/paperlark"
    )
    yield Scenario(
        "schedule",
        _KEYED + _DELIVERY,
        _SECRETS,
        (
            f"schedule github --yes --install {requirement}",
            f"schedule docker --yes --install {requirement}",
            "schedule cron --show",
            "schedule systemd --yes",
            "schedule systemd --show",
        ),
        {".git/config": "[core]\n"},
    )
    yield Scenario(
        "init",
        "",
        {},
        (
            f"init new --yes --model m --base-url https://ada:{_PASSWORD}@gw.invalid/v1",
            f"init new --yes --model m --key-variable sk-{_QUERY}",
            f"init new --yes --import {source}",
        ),
    )


def scenarios() -> tuple[Scenario, ...]:
    """Return every scenario."""
    return (*elsewhere(), *mistaken(), *echoed())
