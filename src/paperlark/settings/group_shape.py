"""The shape of `group.toml`: what each setting of a group may be, in plain words.

A field's description finishes the sentence "expected ..." in an error, and is the reference.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from paperlark.domain.redaction import quoted
from paperlark.settings.field_types import (
    DatabaseName,
    Mailbox,
    OpenAddress,
    Price,
    SecretName,
    Text,
)
from paperlark.settings.file_shape import MailShape, SourcesShape
from paperlark.settings.group import SignInMethod

_HEADER = r"^[A-Za-z][A-Za-z0-9-]{0,79}$"
_KEY = r"^[a-z0-9][a-z0-9-]{0,39}$"


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(
            f'{quoted(text)} is no address; write it like "127.0.0.1" or "10.0.0.0/8"'
        ) from None
    return text


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SignInShape(_Shape):
    """How members sign in: one way for all."""

    method: Annotated[SignInMethod, Field(strict=False)] = Field(
        description="mail (a link by mail), proxy (a header of a reverse proxy that signs people"
        " in) or oidc (OpenID Connect)"
    )
    proxies: list[Annotated[str, AfterValidator(_network)]] = Field(
        default=[],
        description="a list of the addresses that your reverse proxy connects from, such as"
        ' ["127.0.0.1"]; only these are believed about who signed in, and whose request it is',
    )
    header: Annotated[str, Field(pattern=_HEADER)] = Field(
        default="Remote-User",
        description="the name of the header in which the proxy sends the user's name",
    )
    proxy_secret_variable: SecretName | None = Field(
        default=None,
        description="the name of a secret that the proxy sends in the header Paperlark-Proxy, so"
        " that nobody else on its machine can pass for it",
    )
    issuer: OpenAddress | None = Field(
        default=None,
        description="the address of the OpenID provider, such as"
        ' "https://login.example.org/realms/lab"',
    )
    client_id: Text | None = Field(
        default=None, description="the id under which this app is registered with the provider"
    )
    client_secret_variable: SecretName = Field(
        default="PAPERLARK_CLIENT_SECRET",
        description="the name of the secret that the provider gave for this client id",
    )


class MemberShape(_Shape):
    """A member of the group; one such table each, whose name is in the member's addresses."""

    name: Text = Field(description="the member's name, as the others know them")
    profile: Text = Field(description="the member's profile: a file, or the folder that has it")
    email: Mailbox | None = Field(
        default=None, description="a mail address: sign-in links and agendas are sent there"
    )
    user: Text | None = Field(
        default=None, description="the user name that the reverse proxy sends for this member"
    )
    subject: Text | None = Field(
        default=None, description="the id (sub) of this member at the OpenID provider"
    )


class GroupBudgetShape(_Shape):
    """What models may cost for all readers of the group's database, in US dollars."""

    month: Price | None = Field(
        default=None,
        description="dollars that one calendar month (UTC) may cost, all readers together",
    )


class GroupShape(_Shape):
    """The whole file."""

    name: Text = Field(description="the group's name")
    address: OpenAddress = Field(
        description="the web address at which members reach the group, without a path; https"
        " unless it is on this machine"
    )
    sign_in: SignInShape = Field(description="a table [sign_in]")
    metrics_from: list[Annotated[str, AfterValidator(_network)]] = Field(
        default=[],
        description="a list of the addresses that may ask for /healthz, /readyz and /metrics beside"
        ' this machine, such as ["10.0.0.7"]; never asked for through the proxy',
    )
    members: dict[Annotated[str, Field(pattern=_KEY)], MemberShape] = Field(
        default={},
        max_length=50,
        description="tables [members.NAME], one to 50; NAME in lower-case letters, digits and -;"
        " not with a database",
    )
    database: DatabaseName | None = Field(
        default=None,
        description="the database whose readers are the members, such as"
        ' "postgresql://paperlark@db.example.org/papers", whose password is in PGPASSWORD or in'
        " ~/.pgpass; or a file, for a small group",
    )
    budget: GroupBudgetShape = Field(
        default=GroupBudgetShape(), description="a table [budget], with a database"
    )
    sources: SourcesShape = Field(
        default=SourcesShape(),
        description="a table [sources], as in a profile: where `paperlark fleet` asks arXiv",
    )
    mail: MailShape | None = Field(
        default=None, description="a table [mail], as in a profile: for sign-in links and agendas"
    )
