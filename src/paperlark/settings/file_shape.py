"""The shape of `paperlark.toml`: what each setting may be, in plain words.

A field's description finishes the sentence "expected ..." in an error, and is the reference.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, model_validator

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.delivery import ABSTRACTS, Frequency
from paperlark.domain.filters import MOST_RULES
from paperlark.domain.judgement import HIGHEST, LOWEST, OnFailure
from paperlark.domain.profile import ENGLISH, RECALL
from paperlark.settings.field_types import (
    Address,
    DatabaseName,
    KeyName,
    Mailbox,
    OpenAddress,
    PluginName,
    PluginTable,
    Price,
    Rule,
    Score,
    SecretName,
    Text,
    abstracts_length,
    collection_patterns,
    distinct,
    encrypted_address,
    host_name,
    known_category,
    known_keys,
    no_built_in,
    note_file_name,
    search_query,
)
from paperlark.settings.values import Security

SEMANTIC_SCHOLAR = "https://api.semanticscholar.org/graph/v1"


class _Shape(BaseModel):
    # Built once as parts of the profile, and not each by itself as well.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class FollowShape(_Shape):
    """An author whose papers are always on the page; one such table each."""

    name: Text = Field(description="a full name as printed on papers")
    aliases: list[Text] = Field(default=[], description="a list of other spellings of the name")
    id: Annotated[str, Field(pattern=r"^[0-9]+$")] | None = Field(
        default=None,
        description="Semantic Scholar's id of this person, which excludes namesakes: the number"
        ' at the end of the address of their page there, in quotes, such as "1741101"',
    )


class FiltersShape(_Shape):
    """Hard filters, before anything is ranked or paid; each rule is written `kind:pattern`."""

    require: list[Rule] = Field(
        default=[],
        max_length=MOST_RULES,
        description='a list of rules such as ["category:cs.LG", "word:protein*"]; a paper must meet'
        " one of each kind that is there",
    )
    exclude: list[Rule] = Field(
        default=[],
        max_length=MOST_RULES,
        description='a list of rules such as ["word:survey", "author:Jane Doe", "category:cs.CR",'
        ' "comments:*withdrawn*"]; a paper that meets any of them is left out, unless you follow'
        " one of its authors and the rule names no author; * stands for any text, ? for one letter",
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        both = sorted({*self.require} & {*self.exclude})
        if both:
            raise ValueError(f"{both[0]!r} is required and excluded: no paper could pass")
        return self


class CutoffsShape(_Shape):
    """The lowest scores that select a judged paper."""

    relevance: Score = Field(default=7, description=f"a whole number from {LOWEST} to {HIGHEST}")
    novelty: Score = Field(default=6, description=f"a whole number from {LOWEST} to {HIGHEST}")


class ExplorationShape(_Shape):
    """A small random sample from outside your usual topics, to find new interests."""

    share: float = Field(
        default=0.05,
        ge=0,
        le=1,
        strict=False,
        allow_inf_nan=False,
        description="0 to 1: the share of papers below the threshold that is judged all the same,"
        " 1 to 5 papers a day; 0 for none",
    )
    shown: int = Field(
        default=2,
        ge=0,
        le=10,
        description="0 to 10 papers from outside your usual topics at the end of a page made"
        " without"
        " a model",
    )


class PricesShape(_Shape):
    """Prices of your own server, in US dollars per million tokens; 0 for free."""

    prompt: Price = Field(description="dollars per million prompt tokens")
    completion: Price = Field(description="dollars per million completion tokens")
    cached: Price | None = Field(
        default=None,
        description="dollars per million cached prompt tokens; by default the price of other prompt"
        " tokens",
    )


class BudgetShape(_Shape):
    """What the model may cost, in US dollars; the best matches are judged first."""

    run: Price | None = Field(default=None, description="dollars that one run may cost")
    day: Price | None = Field(default=None, description="dollars that one day's page may cost")
    month: Price | None = Field(
        default=None,
        description="dollars that one calendar month (UTC) may cost, all pages of the database"
        " together",
    )


class JudgeShape(_Shape):
    """Any OpenAI-compatible model; without this table the embedded ranker makes the page."""

    model: Text = Field(description="a model's name as its server knows it")
    base_url: Address = Field(
        default="https://api.openai.com/v1",
        description='the address before /chat/completions, such as "http://localhost:11434/v1";'
        " a password or key in it is written as the name of a secret: ${NAME}",
    )
    key_variable: KeyName | None = Field(
        default=None,
        description="the name of the secret that is the key (OPENAI_API_KEY unless the"
        ' server is on this machine); "" for no key',
    )
    batch_size: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="1 to 64 papers per request; by default chosen for the model",
    )
    parallel: int = Field(
        default=8,
        ge=1,
        le=64,
        description="1 to 64 concurrent requests; fewer while the server is overloaded or limits"
        " the"
        " rate",
    )
    timeout: float = Field(
        default=120.0,
        gt=0,
        le=3600,
        strict=False,
        allow_inf_nan=False,
        description="up to 3600 seconds for a complete reply",
    )
    requests_per_minute: int | None = Field(
        default=None, ge=1, description="a whole number: the server's limit of requests per minute"
    )
    tokens_per_minute: int | None = Field(
        default=None, ge=1, description="a whole number: the server's limit of tokens per minute"
    )
    context: int | None = Field(
        default=None,
        ge=1024,
        description="the context window in tokens, 1024 or more; for a server of your own, whose"
        " limit is not published",
    )
    summary: bool = Field(
        default=False,
        description="true to have the model write one sentence on what is new in each paper that"
        " it selects, in the same answer as its scores",
    )
    readings: int = Field(
        default=1,
        ge=1,
        le=9,
        description="1 to 9: judge each paper this many times, grouped with other papers each time,"
        " and average the scores; the cost is multiplied as well",
    )
    batch: bool = Field(
        default=False,
        description="true to use the server's batch service: half the price, answered within a day,"
        " collected by a later run",
    )
    on_failure: Annotated[OnFailure, Field(strict=False)] = Field(
        default=OnFailure.RANK,
        description="rank or fail: what becomes of papers that the model cannot judge, as when it"
        " cannot be reached or has no credit left; rank has the embedded ranker choose from them,"
        " and the page says so; fail makes no page where no paper was judged",
    )
    prices: PricesShape | None = Field(
        default=None,
        description="a table [judge.prices], for a server without published prices, or to override"
        " them",
    )
    recall: float = Field(
        default=RECALL,
        gt=0,
        le=1,
        strict=False,
        allow_inf_nan=False,
        description="above 0 and up to 1: the share of the papers you would want that judging"
        " should"
        " find (recall); once enough is known about you, only the matches needed for that are"
        " judged; 1.0 judges all",
    )


class SourcesShape(_Shape):
    """Where feeds come from."""

    rss: OpenAddress = Field(
        default="https://rss.arxiv.org/rss", description="arXiv's RSS: the address before /CATEGORY"
    )
    pages: OpenAddress = Field(
        default="https://arxiv.org",
        description="arXiv's listing and catch-up pages: the address before /list and /catchup",
    )
    oai: OpenAddress = Field(
        default="https://oaipmh.arxiv.org/oai", description="the address of arXiv's OAI-PMH"
    )
    search: OpenAddress = Field(
        default="https://export.arxiv.org/api/query",
        description="the address of arXiv's search API",
    )
    patience: float = Field(
        default=900.0,
        gt=0,
        le=86400,
        strict=False,
        allow_inf_nan=False,
        description="seconds for requests to arXiv about one day; then a run goes on with what it"
        " has",
    )
    contact: Annotated[str, Field(pattern=r"^[!-~ ]+$")] | None = Field(
        default=None,
        description="an ASCII mail address that arXiv can write to about your requests",
    )
    semantic_scholar: OpenAddress = Field(
        default=SEMANTIC_SCHOLAR,
        description="the address before /paper/batch, asked where an author is followed by id or"
        " least_h_index is set",
    )
    semantic_scholar_key_variable: SecretName = Field(
        default="SEMANTIC_SCHOLAR_API_KEY",
        description="the name of the secret that is a key, if you have one",
    )


class RunShape(_Shape):
    """How long a run may take."""

    at_most: float = Field(
        default=7200.0,
        ge=1,
        le=604_800,
        strict=False,
        allow_inf_nan=False,
        description="seconds that a run may be at work, 1 to 604800; then the model is asked"
        " nothing more and the page is made of what there is, or the run ends and says where."
        " Waiting for a late announcement does not count",
    )


class SiteShape(_Shape):
    """The static site of all days, made by `paperlark site` and `paperlark morning`."""

    folder: Text | None = Field(
        default=None, description="the folder for the site; by default site beside the pages"
    )
    address: OpenAddress | None = Field(
        default=None,
        description="the web address of the site; messages then link to its pages, and `paperlark"
        " morning` builds it",
    )
    repository: OpenAddress | None = Field(
        default=None,
        description="the address of the site's repository on GitHub, such as"
        ' "https://github.com/ada/papers"; the vote pad of a page then sends its votes there, as an'
        " issue of yours that the scheduled workflow reads",
    )
    saved: bool = Field(
        default=False,
        description="true to publish feeds of the papers that you saved, without your notes",
    )
    searches: Annotated[
        list[Annotated[Text, Field(max_length=200), AfterValidator(search_query)]],
        Field(max_length=50),
        AfterValidator(distinct),
    ] = Field(
        default=[],
        description='searches whose latest papers have a feed each, such as ["kv cache", "cs.CR'
        ' watermark"]',
    )


class ReadShape(_Shape):
    """Reading in the browser, with `paperlark read`."""

    address: OpenAddress | None = Field(
        default=None,
        description="the web address at which your browser reaches `paperlark read`; papers in"
        " mails and chats then have a link to vote",
    )
    keys: Annotated[dict[str, str], AfterValidator(known_keys)] = Field(
        default={},
        description='a table of keys that are not the usual ones, such as {want = "+", not = "-"};'
        ' "" leaves a command without a key',
    )


class McpShape(_Shape):
    """Assistants, with `paperlark mcp` and the JSON API."""

    votes: bool = Field(
        default=False,
        description="true to let an assistant vote for you and save papers; each such vote is"
        " marked as its own, and undone like any other",
    )


class ZoteroShape(_Shape):
    """Zotero: where saved papers go, and which collections are read again every morning."""

    key_variable: SecretName = Field(
        default="ZOTERO_API_KEY",
        description="the name of the secret that is a key of yours, made at"
        " https://www.zotero.org/settings/keys",
    )
    library: Annotated[str, Field(pattern=r"^(users|groups)/[0-9]{1,12}$")] | None = Field(
        default=None,
        description='a library, such as "groups/678"; by default the one of the key\'s owner',
    )
    save_to: Text | None = Field(
        default=None,
        description='the collection that saved papers are written to, such as "Thesis/To read";'
        ' "/" for none; by default they are not written to Zotero',
    )
    tags: Annotated[list[Text], AfterValidator(distinct)] = Field(
        default=[], max_length=20, description="a list of tags for the papers written there"
    )
    read: Annotated[list[Text], Field(max_length=100), AfterValidator(collection_patterns)] = Field(
        default=[],
        description='a list of the collections whose papers you like, such as ["Thesis/**",'
        ' "!*old*", "groups/678:*"]: * is any name or part of one, ** any number of names, ! leaves'
        " collections out with all in them",
    )
    url: Address = Field(
        default="https://api.zotero.org", description="the address of Zotero's web API"
    )


class MailShape(_Shape):
    """The mail server for outgoing messages: any that you may send through."""

    server: Annotated[Text, AfterValidator(host_name)] = Field(
        description='the name of the mail server, such as "smtp.example.org"'
    )
    security: Annotated[Security, Field(strict=False)] = Field(
        default=Security.TLS,
        description="tls (encrypted from the start), starttls (encrypted before login), or none"
        " (only"
        " for a server on this machine)",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="the server's port; by default 465 with tls, 587 with starttls, 25 with none",
    )
    user: Text | None = Field(
        default=None, description="the user name for the server; none where it needs no login"
    )
    password_variable: SecretName = Field(
        default="PAPERLARK_MAIL_PASSWORD",
        description="the name of the secret that is the password of `user`",
    )
    sender: Mailbox = Field(description='the address that messages come from: "ada@example.org"')
    unsubscribe: Text | None = Field(
        default=None,
        description="where to unsubscribe: a web address or mailto: address; by default a mail to"
        " the"
        " sender",
    )
    abstracts: Annotated[int | Literal["all"], PlainValidator(abstracts_length)] = Field(
        default=ABSTRACTS,
        description="a whole number of characters that a mail has of each abstract, 0 for none, or"
        ' "all"; a mail that would be too large has less, and says so',
    )


class DeliverShape(_Shape):
    """A channel that pages are delivered to; one such table each."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = Field(
        description="a name of your own for the channel, in lower-case letters and digits; receipts"
        " are stored under it"
    )
    mail: Mailbox | None = Field(
        default=None, description="an e-mail address; needs the table [mail]"
    )
    url_variable: SecretName | None = Field(
        default=None,
        description="the name of the secret that is the channel's Apprise address, such as"
        " slack://..., discord://..., tgram://... or ntfy://...",
    )
    plugin: PluginName | None = Field(
        default=None,
        description="the name of a channel plug-in that is installed",
    )
    rhythm: Annotated[Frequency, Field(strict=False)] = Field(
        default=Frequency.DAILY,
        description="daily, or weekly for the papers of Monday to Friday together",
    )
    papers: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="the maximum number of papers, best first; by default the whole page",
    )
    quiet: bool = Field(
        default=False,
        description="true to be notified also when there is nothing to read: no announcement, or no"
        " selected paper",
    )


class NotesShape(_Shape):
    """A folder of notes, one Markdown file for each saved paper, as Obsidian and Logseq read."""

    folder: Text = Field(
        description='the folder for notes, such as "~/vault/papers"; relative to the profile'
    )
    file_name: Annotated[Text, AfterValidator(note_file_name)] = Field(
        default="{title}",
        description="the pattern of file names, without .md, of {title}, {id}, {author}, {year},"
        ' {key} (of BibTeX) and {day}; "{year}/{title}" makes a folder for each year',
    )


class BibtexShape(_Shape):
    """A BibTeX file of all saved papers, kept up to date."""

    file: Annotated[Text, Field(pattern=r"\.bib$")] = Field(
        description='the file, such as "~/papers/paperlark.bib"; one that paperlark did not write'
        " is left as it is"
    )


class WebhookShape(_Shape):
    """A web address that is told of each saved paper, by a signed request."""

    url: Annotated[Text, AfterValidator(encrypted_address)] = Field(
        description="the https:// address to send to; a secret in it is written as its name, such"
        ' as "https://example.org/${HOOK}"'
    )
    secret_variable: SecretName = Field(
        default="PAPERLARK_WEBHOOK_SECRET",
        description="the name of the secret that requests are signed with: whsec_ and base64",
    )
    private_addresses: bool = Field(
        default=False,
        description="true to send also to addresses of this machine and of local networks",
    )


class PluginsShape(_Shape):
    """Plug-ins that are installed beside paperlark, each by its name."""

    judge: PluginName | None = Field(
        default=None, description="the name of a judge, in place of a table [judge]"
    )
    ranker: PluginName | None = Field(
        default=None, description="the name of a ranker, in place of the embedded one"
    )
    sources: Annotated[list[PluginName], Field(max_length=5), AfterValidator(distinct)] = Field(
        default=[],
        description="a list of names of sources, which are asked after arXiv, where that has no"
        " complete announcement",
    )
    savers: Annotated[
        list[PluginName],
        Field(max_length=10),
        AfterValidator(distinct),
        AfterValidator(no_built_in),
    ] = Field(
        default=[], description="a list of names of savers, which saved papers are brought to"
    )
    at_most: float = Field(
        default=300.0,
        gt=0,
        le=3600,
        strict=False,
        allow_inf_nan=False,
        description="seconds, up to 3600, that one call to a plug-in may take",
    )
    settings: Annotated[dict[PluginName, PluginTable], Field(max_length=20)] = Field(
        default={},
        description="a table [plugins.settings.NAME] for each plug-in that has settings; one whose"
        " name ends in _variable is the name of a secret",
    )


def _reachable(channels: list[DeliverShape]) -> list[DeliverShape]:
    distinct([channel.name for channel in channels])
    for channel in channels:
        ways = (channel.mail, channel.url_variable, channel.plugin)
        if sum(one is not None for one in ways) != 1:
            raise ValueError(f"channel {channel.name!r} needs one of mail, url_variable and plugin")
    return channels


class ProfileShape(_Shape):
    """The whole file."""

    name: Text = Field(description="the page's title")
    id: Text | None = Field(
        default=None,
        description="the name that votes, pages and the site are stored under, whatever the title;"
        " written by `paperlark init` or the first page, and kept: two profiles of one database"
        " have two",
    )
    categories: Annotated[
        list[Annotated[str, AfterValidator(known_category)]],
        Field(min_length=1),
        AfterValidator(distinct),
    ] = Field(description='a list of arXiv categories such as ["cs.LG", "stat.ML"]')
    criteria: Text = Field(default="criteria.md", description="the file with your interests")
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] = Field(
        default=ENGLISH,
        description='the tag of a language, such as "de" or "zh": that of pages, messages and the'
        " site, and of what a model writes; a page in a language other than English, German and"
        " Chinese has English words of its own",
    )
    announce_types: Annotated[
        list[Annotated[AnnounceType, Field(strict=False)]],
        Field(min_length=1),
        AfterValidator(distinct),
    ] = Field(
        default=[AnnounceType.NEW, AnnounceType.CROSS],
        description=f"a list of some of {', '.join(AnnounceType)}",
    )
    primary_only: bool = Field(
        default=False, description="true to leave out papers cross-listed from other categories"
    )
    page_size: int = Field(
        default=20, ge=1, le=1000, description="1 to 1000 papers on a page made without a model"
    )
    judge_updates: bool = Field(
        default=False,
        description="true to judge, and pay for, new versions of papers that were on a page before",
    )
    judge_followed: bool = Field(
        default=False,
        description="true to judge papers of followed authors as well; they are on the page"
        " whatever"
        " their scores",
    )
    show_criteria: bool = Field(
        default=True,
        description="false to leave the selection prompt and the names of your topics out of"
        " everything that is published; comments are not changed",
    )
    least_h_index: int | None = Field(
        default=None,
        ge=1,
        description="the h-index that at least one author of a paper must have; papers with unknown"
        " authors pass",
    )
    output: Text = Field(default="pages", description="the folder for pages")
    database: DatabaseName = Field(
        default="paperlark.db",
        description="the database file; or a PostgreSQL database, such as"
        ' "postgresql://paperlark@db.example.org/papers", whose password is in PGPASSWORD or in'
        " ~/.pgpass",
    )
    cutoffs: CutoffsShape = Field(default=CutoffsShape(), description="a table [cutoffs]")
    exploration: ExplorationShape = Field(
        default=ExplorationShape(), description="a table [exploration]"
    )
    filters: FiltersShape = Field(default=FiltersShape(), description="a table [filters]")
    follow: list[FollowShape] = Field(default=[], description="tables [[follow]]")
    judge: JudgeShape | None = Field(default=None, description="a table [judge]")
    budget: BudgetShape = Field(default=BudgetShape(), description="a table [budget]")
    sources: SourcesShape = Field(default=SourcesShape(), description="a table [sources]")
    run: RunShape = Field(default=RunShape(), description="a table [run]")
    site: SiteShape = Field(default=SiteShape(), description="a table [site]")
    read: ReadShape = Field(default=ReadShape(), description="a table [read]")
    mcp: McpShape = Field(default=McpShape(), description="a table [mcp]")
    zotero: ZoteroShape | None = Field(default=None, description="a table [zotero]")
    notes: NotesShape | None = Field(default=None, description="a table [notes]")
    bibtex: BibtexShape | None = Field(default=None, description="a table [bibtex]")
    webhook: WebhookShape | None = Field(default=None, description="a table [webhook]")
    plugins: PluginsShape = Field(default=PluginsShape(), description="a table [plugins]")
    mail: MailShape | None = Field(default=None, description="a table [mail]")
    deliver: Annotated[list[DeliverShape], AfterValidator(_reachable)] = Field(
        default=[], description="tables [[deliver]]"
    )
