"""Types of single settings: what a value may be, and what is wrong where it is not.

Each function returns the value that it was given, or raises ValueError with what is wrong.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from paperlark.domain.collection_patterns import parse_pattern
from paperlark.domain.database_place import has_password, is_server
from paperlark.domain.errors import InvalidQuery
from paperlark.domain.filters import FilterRule
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.reading_keys import with_changes
from paperlark.domain.redaction import is_name, literal_secret, placeholders, quoted
from paperlark.domain.search import read_terms, split_category
from paperlark.domain.taxonomy import CATEGORIES, nearest_category
from paperlark.http.network_settings import is_on_this_machine

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
"""A secret is named like an environment variable."""


def known_category(category: str) -> str:
    """Return a category that arXiv has."""
    if category not in CATEGORIES:
        near = nearest_category(category)
        hint = f"did you mean {near!r}?" if near else "see https://arxiv.org/category_taxonomy"
        raise ValueError(f"arXiv has no category {category!r}; {hint}")
    return category


def _web_address(text: str) -> str:
    held = literal_secret(text)
    if held is not None:
        raise ValueError(
            f"{held} stands in it; write the name of a secret there, such as ${{GATEWAY_SECRET}},"
            " and keep it: paperlark secret set GATEWAY_SECRET"
        )
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError(f"{quoted(text)} is no web address")
    return text.rstrip("/")


def _open_address(text: str) -> str:
    """Return an address that everybody may read, in pages and messages."""
    held = literal_secret(text) or ("a secret" if placeholders(text) else None)
    if held is not None:
        raise ValueError(f"{held} stands in it; write the address without it: it is shown")
    return _web_address(text)


def check_database(text: str) -> str:
    """Return the name of a database; raises ValueError where it is none, or has a password."""
    if is_server(text) and has_password(text):
        raise ValueError(
            "write the address without its password, which belongs in PGPASSWORD or in ~/.pgpass"
        )
    if "://" in text and not is_server(text):
        raise ValueError(f"{quoted(text)} is neither a file nor a postgresql:// address")
    return text


def host_name(text: str) -> str:
    """Return the name of a host, without anything of an address."""
    if re.search(r"[/@\s]", text):
        raise ValueError("expected the name of the mail server alone, such as smtp.example.org")
    return text


def _secret_name(text: str) -> str:
    if text and not is_name(text):
        raise ValueError("it is the secret itself, perhaps")
    return text


def distinct(values: list[str]) -> list[str]:
    """Return values of which none is there twice."""
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} is there twice")
    return values


def _rule(text: str) -> str:
    return str(FilterRule.parse(text))


def known_keys(changes: dict[str, str]) -> dict[str, str]:
    """Return changed keys of the reading app that do not clash."""
    with_changes(changes)
    return changes


_LONGEST_ABSTRACTS = 20_000


def abstracts_length(value: object) -> int | Literal["all"]:
    """Return a number of characters, or `all`."""
    if value == "all":
        return "all"
    # True is a number to Python.
    if type(value) is int and 0 <= value <= _LONGEST_ABSTRACTS:
        return value
    raise ValueError(
        f"{quoted(value)} is no length; expected a whole number of characters, at most"
        f' {_LONGEST_ABSTRACTS}, or "all"'
    )


def _mailbox(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", text):
        raise ValueError(f"{quoted(text)} is no mail address; write it like ada@example.org")
    return text


def collection_patterns(patterns: list[str]) -> list[str]:
    """Return patterns of collections, some of which take something in."""
    for one in patterns:
        parse_pattern(one)
    if patterns and all(one.startswith("!") for one in patterns):
        raise ValueError('all of it leaves something out; name a collection, or "**" for all')
    return patterns


def _plugin_table(table: dict[str, Any]) -> dict[str, Any]:
    for name, value in table.items():
        if name.endswith("_variable") and not (isinstance(value, str) and is_name(value)):
            raise ValueError(f"{name} is no name of a secret: it is the secret itself, perhaps")
        for one in value if isinstance(value, list) else [value]:
            held = literal_secret(one) if isinstance(one, str) else None
            if held is not None:
                raise ValueError(
                    f"{held} stands in {name}; keep it (paperlark secret set NAME) and write its"
                    " name into a setting whose name ends in _variable"
                )
    return table


def no_built_in(names: list[str]) -> list[str]:
    """Return names of plug-ins, none of which is a table of the profile."""
    for one in names:
        if one in {"zotero", "notes", "bibtex", "webhook"}:
            raise ValueError(f"{one} is a table of the profile, and no plug-in")
    return names


def search_query(text: str) -> str:
    """Return a search that can be asked."""
    words, category = split_category(text)
    try:
        read_terms(words)
    except InvalidQuery as error:
        raise ValueError(error.problem) from error
    if not words and category is None:
        raise ValueError("expected words, a category, or both")
    return text


def note_file_name(pattern: str) -> str:
    """Return a pattern that names a file."""
    plain = re.sub(r"\{(?:title|id|author|year|key|day)\}", "name", pattern)
    if "{" in plain or "}" in plain or {"", ".", ".."} & set(plain.split("/")):
        raise ValueError(f'{quoted(pattern)} names no file; write it like "{{year}}/{{title}}"')
    return pattern


def encrypted_address(text: str) -> str:
    """Return an address whose connection is encrypted, or of this machine."""
    address = _web_address(text)
    if urlsplit(address).scheme != "https" and not is_on_this_machine(address):
        raise ValueError(f"{quoted(text)} is not encrypted; expected an https:// address")
    return address


Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]
Rule = Annotated[str, AfterValidator(_rule)]
Address = Annotated[str, AfterValidator(_web_address)]
OpenAddress = Annotated[str, AfterValidator(_open_address)]
SecretName = Annotated[str, Field(pattern=rf"^{_NAME}$"), AfterValidator(_secret_name)]
KeyName = Annotated[str, Field(pattern=rf"^({_NAME})?$"), AfterValidator(_secret_name)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Score = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
DatabaseName = Annotated[Text, AfterValidator(check_database)]
Price = Annotated[Decimal, Field(ge=0, le=1_000_000, strict=False, allow_inf_nan=False)]


PluginName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
PluginTable = Annotated[
    dict[
        Annotated[str, Field(pattern=rf"^{_NAME}$")],
        Annotated[str, Field(max_length=2000)] | bool | int | float | list[str],
    ],
    AfterValidator(_plugin_table),
]
