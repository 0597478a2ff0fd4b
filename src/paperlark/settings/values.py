"""What a run needs to know, read once and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark import __version__
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.delivery import ABSTRACTS, Subscription
from paperlark.domain.errors import KeyMissing, PriceUnknown
from paperlark.domain.judgement import OnFailure
from paperlark.domain.profile import Profile
from paperlark.domain.reading_keys import KEYS
from paperlark.domain.spending import NO_BOUND, Budget, Prices, PriceSource

if TYPE_CHECKING:
    from paperlark.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model judges, and where it is served.

    `key_variable` names the secret that is the key; None where the server
    wants none. `batch_size` None has the model's limits decide, and `context` is how many tokens
    of question and answer it holds, None where its name tells. `batch` leaves questions with the
    server's batch service. `prices` None has the public price list decide. `on_failure` is what
    becomes of papers that could not be judged.
    """

    model: str
    base_url: str
    key_variable: str | None
    batch_size: int | None
    parallel: int
    timeout: float
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    context: int | None = None
    batch: bool = False
    prices: Prices | None = None
    budget: Budget = NO_BOUND
    on_failure: OnFailure = OnFailure.RANK

    def price_source(self, now: datetime) -> PriceSource | None:
        """Return who states what the model costs; None where no price is known."""
        from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices

        return prices.source(self.model, self.base_url, now, own=self.prices)

    def check_price(self, now: datetime, *, bounded: bool = False) -> None:
        """Raise PriceUnknown where there is a budget but no known price.

        `bounded` where there is one beside that of the profile.
        """
        if (bounded or self.budget.bounded) and self.price_source(now) is None:
            raise PriceUnknown(
                f"no price known for {self.model} at {self.base_url}, so [budget] cannot be kept",
                hint="state its price in [judge.prices] (0 for a server of your own), or leave"
                " [budget] out",
            )

    def address(self, environment: Environment) -> str:
        """Return `base_url` with the secrets it names in their places; raises SecretUnusable."""
        return environment.address(self.base_url)

    def key(self, environment: Environment) -> str | None:
        """Return the key, None where the server wants none; raises KeyMissing."""
        name = self.key_variable
        if name is None:
            return None
        key = environment.secret(name)
        if not key:
            from paperlark.settings.secrets import how_to_keep  # noqa: PLC0415  # imports this module

            raise KeyMissing(
                f"{self.model} needs a key and there is no secret {name}",
                hint=f"export {name}=..., or keep it: {how_to_keep(name)}; or make a page"
                " without a model: --no-llm",
            )
        return key


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """Where to ask who an author is; `key_variable` names what may hold a key."""

    base_url: str
    key_variable: str


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """Where arXiv is asked, for how many seconds in all, and whom it may write to about that."""

    rss: str
    pages: str
    oai: str
    search: str
    patience: float
    contact: str | None

    @property
    def user_agent(self) -> str:
        """The User-Agent header of every request: who asks, and whom to write to about it."""
        contact = f" ({self.contact})" if self.contact else ""
        return f"paperlark/{__version__}{contact}"


class Security(StrEnum):
    """How a mail server is spoken to."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def port(self) -> int:
        """The port that such servers listen on."""
        return {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}[self]


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A mail server, and who the mail is from; `password_variable` names the secret.

    `user` None: the server asks nobody who they are. `unsubscribe` None: by a mail to the sender.
    `abstracts` is how many characters of each abstract a mail has, None for all.
    """

    server: str
    port: int
    security: Security
    user: str | None
    password_variable: str
    sender: str
    unsubscribe: str | None = None
    abstracts: int | None = ABSTRACTS


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """The plug-ins of a profile by name, and the table of settings that each has.

    `at_most` is how many seconds one call to a plug-in may take.
    """

    judge: str | None = None
    ranker: str | None = None
    sources: tuple[str, ...] = ()
    savers: tuple[str, ...] = ()
    at_most: float = 300.0
    tables: Mapping[str, Mapping[str, str | bool | int | float | list[str]]] = field(
        default_factory=dict
    )


NO_PLUGINS = PluginSettings()


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One channel: a mail address, the name of the secret that is its address, or a plug-in."""

    subscription: Subscription
    mail: str | None = None
    url_variable: str | None = None
    plugin: str | None = None

    @property
    def name(self) -> str:
        """The reader's name for it."""
        return self.subscription.name


@dataclass(frozen=True, slots=True)
class NotesSettings:
    """The folder of notes, and the pattern of the names of its files, without their ending."""

    folder: Path
    file_name: str


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """The address of a webhook, with names in the places of secrets.

    `secret_variable` names the secret that signs. `private` allows addresses of this machine and
    of local networks.
    """

    url: str
    secret_variable: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Where the site is made, and its address in the web, None where it has none.

    `repository` is the address of the GitHub repository whose issues take votes, None for none.
    `saved` is whether saved papers have feeds, and `searches` are those that do.
    """

    folder: Path
    address: str | None = None
    repository: str | None = None
    saved: bool = False
    searches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoteroSettings:
    """A library of Zotero, and what is saved to it and read from it.

    `library` None is that of the key's owner; `save_to` None: nothing is saved there. `read` are
    patterns of collections. `key_variable` names the secret.
    """

    key_variable: str
    library: str | None = None
    save_to: str | None = None
    tags: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    url: str = "https://api.zotero.org"


@dataclass(frozen=True, slots=True)
class Settings:
    """A profile and where its things are; every path is absolute.

    `model` None: no judge. `people` None: nobody needs to know who an author is. `file` is the
    profile's, and `id` what stands there, None where nothing does: `profile.id` is then to be
    found in the database. `at_most` is how many seconds a run may be at work. `keys` has the key
    of each command of the reading app, and `read_address` is where a browser reaches it, None where
    nobody said so. `notes`, `bibtex` and `webhook` are places for saved papers. `assistant_votes`
    is whether assistants may vote and save. `month_of_all` are the US dollars that all reader
    accounts of the database together may cost a month.
    """

    profile: Profile
    model: ModelSettings | None
    people: PeopleSettings | None
    output: Path
    database: DatabasePlace
    arxiv: ArxivSettings
    site: SiteSettings
    notes: NotesSettings | None = None
    bibtex: Path | None = None
    webhook: WebhookSettings | None = None
    mail: MailSettings | None = None
    channels: tuple[ChannelSettings, ...] = ()
    file: Path | None = None
    criteria_file: Path | None = None
    id: str | None = None
    at_most: float = 7200.0
    keys: Mapping[str, str] = field(default_factory=lambda: KEYS)
    read_address: str | None = None
    assistant_votes: bool = False
    month_of_all: Decimal | None = None
    zotero: ZoteroSettings | None = None
    plugins: PluginSettings = NO_PLUGINS

    @property
    def is_stored(self) -> bool:
        """Whether the profile is a row of its database, so that no file has anything of it."""
        return self.file is None
