"""Redaction: every known secret is cut out of what leaves the program, in whatever form it stands.

`redact` is the one function that does it, and is pure. The secrets of this process are registered
once, where they are read: `remember` and its siblings. What goes to a terminal, a file, the
database or a channel, and every answer that comes from a server, passes through `redacted`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote, quote_plus, unquote, urlsplit

MARK = "[secret]"
"""What stands in a secret's place."""
_SHORTEST = 6
"""Characters: what is shorter would be found in ordinary words."""
_WORD = re.compile(r"[A-Z]?[a-z]{1,15}|[A-Z]{1,15}|\d{1,7}")
"""An ordinary word or number: as a secret it protects nothing, and texts are full of it."""
_HALF = 12
"""Characters from which half of a secret is cut out too: what truncation has left of it."""
_SHORTEST_HALF = 8
_LONGEST_QUOTE = 80
_GAP = (
    r"(?:\\\\*(?:r?\\*n)?[ \t]{0,40}|\n[ \t>|#*]{0,40}|\r\n[ \t>|#*]{0,40}"
    r"|=\n|=\r\n|\u00ad|\u200b|&shy;|<wbr>|<br ?/?>)"
)
"""What wrapping and escaping put between two characters.

Each alternative begins with a literal: only then does `re` pass over a long text quickly.
"""
_GAPS = re.compile(_GAP)

_VARIABLE = re.compile(
    r"(?:KEY|TOKEN|PASSWORD|PASSWD|PASSPHRASE|_PASS|_PWD|_PAT|SECRET|CREDENTIALS?|WEBHOOK(?:_URL)?"
    r"|APPRISE_URLS?)$"
)
"""How the names of environment variables end that hold secrets."""
_PARAMETER = re.compile(
    r"(?:^|[^a-z]|api|access|subscription|functions|private|shared)key$|token$|secret|passw|passphrase"
    r"|^auth|credential|signature|^(?:sig|code|access|pass|pwd?|jwt|sid)$",
    re.IGNORECASE,
)
"""How parameters of addresses are called that hold secrets."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s\"'<>`]{1,4000}")
_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
"""The name of a secret, where the secret itself would stand in an address."""

_Text = TypeVar("_Text", str, bytes)


def redact(text: str, secrets: Collection[str]) -> str:
    """Return the text with `[secret]` for each of these secrets, plain, encoded, wrapped or cut.

    Secrets that are too short or ordinary words are left where they are: see `is_redactable`.
    """
    return _redact(text, frozenset(filter(is_redactable, secrets)))


def is_redactable(secret: str) -> bool:
    """Return whether a text that holds this holds the secret, and not just a word."""
    return len(secret) >= _SHORTEST and _WORD.fullmatch(secret) is None


def secrets_in(address: str) -> Iterator[str]:
    """Yield the secrets of an address: its user and password, and what its query has of them."""
    parts = _split(address)
    if parts is None:
        return
    _, userinfo, query = parts
    user, _, password = userinfo.partition(":")
    wanted = [password, userinfo] if password else []
    # A user name alone is a token; beside a password it may be one.
    if not password or _is_random(user):
        wanted.append(user)
    for name, value in query:
        runs = re.findall(r"\w{12,}", value)
        if _PARAMETER.search(name) or any(map(_is_random, runs)):
            wanted.append(value)
    for one in wanted:
        if one and not _PLACEHOLDER.search(one):
            yield from dict.fromkeys((one, unquote(one)))


def literal_secret(address: str) -> str | None:
    """Return what of an address is a secret, in words and without it; None where nothing is.

    A placeholder `${NAME}` is none.
    """
    parts = _split(address)
    if parts is None:
        return None
    _, userinfo, query = parts
    user, colon, password = userinfo.partition(":")
    held = password if colon else user
    if held and not _PLACEHOLDER.fullmatch(held):
        return "a password" if colon else "a user name"
    for name, value in query:
        if value and _PARAMETER.search(name) and not _PLACEHOLDER.fullmatch(value):
            return f"a secret, the value of {name!r},"
    return None


def quoted(value: object) -> str:
    """Return a wrong value as an error may quote it: not where it may hold a secret."""
    shown = repr(value)
    words = re.findall(r"[\w+=-]{12,}", shown)
    parts = re.split(r"[/?&=:@#,'\"]+", shown) if "://" in shown else []
    password = 0 <= shown.find(":") < shown.rfind("@")
    held = password or any(map(_is_token, words)) or any(map(_is_random, parts))
    if held or (parts and "@" in shown):
        return "a text that may hold a secret"
    return shown if len(shown) <= _LONGEST_QUOTE else f"{shown[:_LONGEST_QUOTE]}…"


def is_name(text: str) -> bool:
    """Return whether this can be the name of a secret, and is not the secret itself."""
    named = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None
    return named and not any(len(part) >= _HALF and _is_token(part) for part in text.split("_"))


def _is_token(word: str) -> bool:
    return re.search(r"\d", word) is not None and re.search(r"[a-z]", word) is not None


def public_address(address: str) -> str:
    """Return an address as it may be shown and stored: with `[secret]` for its secrets."""
    return redact(re.sub(r"(?<=://)[^/?#\s]*@", "", address), tuple(secrets_in(address)))


def placeholders(address: str) -> tuple[str, ...]:
    """Return the names of the secrets that an address has placeholders for."""
    return tuple(found[2:-1] for found in _PLACEHOLDER.findall(address))


def fill(address: str, secrets: Mapping[str, str]) -> str:
    """Return the address with its placeholders replaced by secrets, percent-encoded."""
    return _PLACEHOLDER.sub(lambda found: quote(secrets[found[0][2:-1]], safe=""), address)


KNOWN: set[str] = set()
"""The secrets of this process; where there are none, nothing needs to be looked at."""


def remember(secret: str) -> None:
    """Redact a secret from now on."""
    KNOWN.update(one for one in (secret.strip(), *_lines(secret)) if is_redactable(one))


def remember_address(address: str, *, whole: bool = False) -> None:
    """Redact the secrets of an address; `whole` also itself, and all in it that looks like a token.

    That is for addresses of channels, which are secrets as a whole.
    """
    for secret in secrets_in(address):
        remember(secret)
    if whole:
        remember(address)
        for part in re.split(r"[/?&=:@#,]+", address):
            if _is_random(part):
                remember(part)
                remember(unquote(part))


def remember_token(text: str) -> None:
    """Redact a text if it looks like a token, and not like a name or a mail address."""
    if len(text) >= _HALF and _is_random(text) and "@" not in text:
        remember(text)


def remember_addresses(text: str) -> None:
    """Redact the secrets of every address in a text, such as a profile or a command's argument."""
    for found in _ADDRESS.finditer(text):
        remember_address(found[0])


def remember_variables(variables: Mapping[str, str]) -> None:
    """Redact environment variables that are named like secrets, and passwords in addresses."""
    for name, value in variables.items():
        if _VARIABLE.search(name.upper()):
            remember(value)
            remember_address(value, whole="://" in value)
        elif name.upper().endswith("_PROXY") and "://" not in value:
            remember_addresses(f"http://{value}")
        else:
            remember_addresses(value)


def redacted(text: _Text) -> _Text:
    """Return a text, or the bytes of one, without the secrets of this process."""
    known = frozenset(KNOWN)
    if not known:
        return text
    if isinstance(text, str):
        return _redact(text, known)
    plain = text.decode("utf-8", "surrogateescape")
    found = _redact(plain, known)
    return text if found == plain else found.encode("utf-8", "surrogateescape")


def _redact(text: str, secrets: frozenset[str]) -> str:
    forms, probes = _all_forms(secrets)
    there = any(probe in text for probe in probes)
    found = [form for form in forms if form in text] if there else []
    if found:
        # Longest first and all at once: one may be part of another, or of what replaces it.
        text = re.sub("|".join(map(re.escape, found)), MARK, text)
    squeezed = _GAPS.sub("", text)
    if len(squeezed) < len(text):
        for form in dict.fromkeys(_GAPS.sub("", one) for one in forms):
            if len(form) >= _SHORTEST and form in squeezed:
                text = re.sub(f"{_GAP}*".join(map(re.escape, form)), MARK, text)
    for form in forms if there else ():
        text = _without_halves(text, form)
    return text


def _half(form: str) -> int:
    """Return how many characters at either end of a form are cut out without the others."""
    return len(form) if len(form) < _HALF else max(_SHORTEST_HALF, -(-len(form) // 2))


def _without_halves(text: str, form: str) -> str:
    """Cut out what truncation has left of a form: its first or its last half, or more."""
    half = _half(form)
    if half == len(form):
        return text
    text = _without_start(text, form, half)
    return _without_start(text[::-1], form[::-1], half, MARK[::-1])[::-1]


def _without_start(text: str, form: str, half: int, mark: str = MARK) -> str:
    pieces, done = [], 0
    while (at := text.find(form[:half], done)) >= 0:
        end = at + half
        while end < len(text) and end - at < len(form) and text[end] == form[end - at]:
            end += 1
        pieces += [text[done:at], mark]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


@lru_cache(maxsize=64)
def _all_forms(secrets: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return every form of these secrets, the longest first, and what a text with one has of it."""
    forms = sorted({form for one in secrets for form in _forms(one)}, key=len, reverse=True)
    probes = (end for form in forms for end in (form[: _half(form)], form[-_half(form) :]))
    return tuple(forms), tuple(dict.fromkeys(probes))


def _forms(secret: str) -> Iterator[str]:
    import html  # noqa: PLC0415  # every command starts without a secret, and this takes a while
    import json  # noqa: PLC0415  # likewise

    escaped = json.dumps(secret)[1:-1]
    yield from (secret, escaped, json.dumps(secret, ensure_ascii=False)[1:-1])
    yield from (json.dumps(escaped)[1:-1], repr(secret)[1:-1])
    percent = quote(secret, safe="")
    yield from (percent, quote(secret), quote_plus(secret), quote(percent, safe=""))
    yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), percent)
    entities = html.escape(secret)
    yield from (entities, entities.replace("&#x27;", "&#39;").replace("&quot;", "&#34;"))
    raw = secret.encode("utf-8", "surrogateescape")
    yield from (raw.hex(), raw.hex().upper(), repr(raw)[2:-1])
    for encoded in _base64(raw):
        yield from (encoded, quote(encoded, safe=""), encoded.translate(_URL_SAFE))


_URL_SAFE = str.maketrans("+/", "-_")


def _base64(raw: bytes) -> Iterator[str]:
    """Yield what is the same in the base64 of any text that holds this, as in that of user:key."""
    import base64  # noqa: PLC0415  # as above

    for before, start in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + raw).decode()
        form = encoded[start : 8 * (before + len(raw)) // 6]
        if len(form) >= _SHORTEST:
            yield form


def _lines(secret: str) -> Iterable[str]:
    """Return the lines of a secret of several, such as a private key: they are wrapped anew."""
    return secret.split() if "\n" in secret.strip() else ()


def _is_random(text: str) -> bool:
    """Return whether a part of an address looks like a token, and not like a host or a word."""
    if len(text) < _SHORTEST or _PLACEHOLDER.fullmatch(text) or re.fullmatch(r"[\d.]+", text):
        return len(text) >= _SHORTEST and text.isdecimal() and len(text) > len("1234567")
    if re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", text):
        return False
    mixed = re.search(r"[a-z][A-Z]", text) is not None
    return len(text) >= 2 * _HALF or mixed or re.search(r"\d", text) is not None


def _split(address: str) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    """Return host, userinfo, and the pairs of query and fragment; None for what is no address."""
    if "://" not in address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:  # half a bracket
        rest = address.partition("://")[2]
        return "", rest.rpartition("@")[0], ()
    userinfo, _, host = parts.netloc.rpartition("@")
    if not userinfo and "@" in parts.path + parts.query + parts.fragment:
        # A password with / or # or ? in it ends the part that it should stand in.
        before = address.partition("://")[2].rpartition("@")[0]
        if ":" in before:
            userinfo = before
    pairs = (pair.partition("=") for pair in re.split(r"[&;]", f"{parts.query}&{parts.fragment}"))
    return host, userinfo, tuple((name, value) for name, _, value in pairs if value)
