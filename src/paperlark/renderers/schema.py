"""The shape of the JSON page, described well enough to write a reader for it.

`python -m paperlark.renderers.schema` prints it as JSON Schema.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.digest import Status
from paperlark.domain.judgement import HIGHEST, LOWEST, UnjudgedReason
from paperlark.domain.plain_text import clean

Text = Annotated[str, BeforeValidator(clean)]
Count = Annotated[int, Field(ge=0)]
Score = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
Dollars = Annotated[
    str, Field(pattern=r"^\d+(\.\d+)?$", description="US dollars, unrounded, in decimal notation")
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JsonAuthor(_Part):
    """An author as printed on the paper."""

    name: Text
    affiliation: Text | None


class JsonPaper(_Part):
    """One version of a paper; title and abstract keep the TeX in which arXiv sends them."""

    id: Annotated[str, Field(description="arXiv identifier without version; text, not a number")]
    version: Annotated[int, Field(ge=1)]
    url: str
    pdf_url: str
    title: Text
    authors: tuple[JsonAuthor, ...]
    abstract: Annotated[Text, Field(description="paragraphs are separated by a blank line")]
    categories: Annotated[tuple[Text, ...], Field(description="the primary one first")]


class JsonJudgement(_Part):
    """What the judge said."""

    relevance: Score
    novelty: Score
    comment: Text


class JsonNearest(_Part):
    """The earlier paper, wanted by the reader, that a paper resembles most."""

    id: Annotated[Text, Field(description="arXiv identifier; `library:...`: arXiv has it not")]
    url: Annotated[str | None, Field(description="its page at arXiv; null: it has none there")]
    title: Text
    day: Annotated[dt.date, Field(description="when it was announced, voted for or imported")]


class JsonMatch(_Part):
    """What the ranker says without a language model."""

    rank: Annotated[int, Field(ge=1, description="1 is the best match of the day")]
    of: Annotated[int, Field(ge=1, description="papers ranked that day")]
    probability: Annotated[
        float | None, Field(description="of being selected; null while not calibrated")
    ]
    topic: Annotated[Text | None, Field(description="the nearest of the reader's topics")]
    words_for: tuple[Text, ...]
    words_against: tuple[Text, ...]
    nearest: Annotated[
        JsonNearest | None, Field(description="the nearest paper of before; null: none is near")
    ] = None


class JsonPrecedent(_Part):
    """An earlier paper that a paper resembles, wanted or not."""

    id: str
    url: str
    title: Text
    day: Annotated[dt.date, Field(description="when it was announced")]
    similarity: Annotated[float, Field(ge=-1, le=1, description="1 is the same")]


class JsonFollowed(_Part):
    """A followed author, under the reader's name for them."""

    name: Annotated[Text | None, Field(description="null: an imported page does not say who")]
    by: Annotated[Literal["id", "name"], Field(description="by name only, it may be a namesake")]


class JsonEntry(JsonPaper):
    """A paper on the page."""

    place: Annotated[int, Field(ge=1, description="position on the page")]
    anchor: Annotated[str, Field(description="its permanent name inside the page")]
    announce_type: Annotated[
        AnnounceType | None, Field(description="null: an imported page does not say it")
    ]
    followed: Annotated[
        tuple[JsonFollowed, ...], Field(description="its authors whom the reader follows")
    ]
    comment: Annotated[Text | None, Field(description="why it is here; null: the match says")]
    judgement: Annotated[JsonJudgement | None, Field(description="null where no judge spoke")]
    outside: Annotated[
        bool, Field(description="from outside the reader's usual: drawn by lot from low matches")
    ] = False
    match: Annotated[JsonMatch | None, Field(description="null: the page was made elsewhere")]
    precedents: Annotated[
        tuple[JsonPrecedent, ...], Field(description="the nearest earlier papers, nearest first")
    ] = ()


class JsonMissing(_Part):
    """A paper that was to be judged and was not."""

    id: str
    version: Annotated[int, Field(ge=1)]
    url: str
    title: Text
    lack: UnjudgedReason
    reason: Text


class JsonUnread(_Part):
    """A paper that the judge was not asked about, because its match was low."""

    id: str
    url: str
    title: Text
    probability: Annotated[float, Field(description="of being selected")]


class JsonMissed(_Part):
    """An estimate of the papers among the unread ones that the reader would have wanted."""

    expected: Annotated[float, Field(ge=0)]
    low: Annotated[Count, Field(description="where the 95 % interval begins")]
    high: Annotated[Count, Field(description="where the 95 % interval ends")]
    unread: Count


class JsonAgreement(_Part):
    """How alike several readings of the same papers are."""

    readings: Annotated[int, Field(ge=2, description="times that each paper was to be judged")]
    papers: Annotated[int, Field(ge=1, description="papers that were judged more than once")]
    agreed: Annotated[Count, Field(description="of these, all readings select them or none does")]
    distance: Annotated[
        float, Field(ge=0, description="points between two readings of a paper, mean of a score")
    ]
    share: Annotated[float, Field(ge=0, le=1, description="`agreed` of `papers`")]


class JsonTokens(_Part):
    """Tokens of all requests; `cached` are part of `prompt`."""

    prompt: Count
    cached: Count
    completion: Count
    total: Count


class JsonCost(_Part):
    """The parts add up to the total."""

    prompt: Dollars
    completion: Dollars
    total: Dollars


class JsonPrices(_Part):
    """Where the model's price is from."""

    source: Annotated[Text, Field(description="a public list with its version, or the reader")]
    url: Annotated[Text | None, Field(description="where the list has it from")]
    checked: Annotated[dt.date | None, Field(description="when the list last checked that")]


class JsonUsage(_Part):
    """What judging took; null is unknown, never nothing."""

    model: Text
    requests: Count | None
    tokens: JsonTokens | None
    cost_usd: JsonCost | None
    at_most_usd: Annotated[
        Dollars | None, Field(description="what it cost at most, where the cost is not known")
    ] = None
    tokens_per_judged: Annotated[
        float | None, Field(description="tokens that went into one judged paper")
    ] = None
    tokens_per_selected: Annotated[
        float | None, Field(description="tokens that went into one judged paper of the page")
    ] = None
    prices: Annotated[JsonPrices | None, Field(description="null: nobody knows the price")] = None


class JsonCutoffs(_Part):
    """The lowest scores that select a judged paper."""

    relevance: int
    novelty: int


class JsonFunnel(_Part):
    """Papers at every step, each once; `*_listings` count a paper in two feeds twice.

    null is unknown: an imported page does not say it.
    """

    feeds: Count | None
    announced: Count | None
    announced_listings: Count | None
    scanned: Count | None
    scanned_listings: Count | None
    followed: Count
    shortlisted: Count | None
    judged: Count | None
    unjudged: Count | None
    not_recorded: Count | None
    selected: Count
    gated: Annotated[Count | None, Field(description="left out for the h-index of their authors")]
    seen: Annotated[Count | None, Field(description="announced to this reader on an earlier day")]
    explored: Annotated[
        Count | None, Field(description="judged by lot though their match is low")
    ] = 0
    unread: Annotated[Count | None, Field(description="not judged because their match is low")] = 0
    followed_asked: Annotated[
        Count | None, Field(description="papers of followed authors that were to be judged as well")
    ] = 0
    over_budget: Annotated[
        Count | None, Field(description="not asked about, because of what it would have cost")
    ] = 0
    waiting: Annotated[
        Count | None,
        Field(description="in a batch that was not answered yet; a later run collects it"),
    ] = 0


class JsonBatch(_Part):
    """Where one category's announcement came from, and how many of its entries are here."""

    category: Text
    via: Annotated[Text | None, Field(description="the source; null: it could not be had")]
    confirmed_by: Annotated[Text | None, Field(description="the source that vouched for it")]
    entries: Count
    expected: Annotated[Count | None, Field(description="entries there should be, if known")]
    reconstructed: Annotated[bool, Field(description="put together from submissions")]
    tried: Annotated[tuple[Text, ...], Field(description="what would not do, and why")]


class JsonUpdated(JsonPaper):
    """A new version of a paper that was on an earlier page."""

    first_announced: dt.date


class JsonDigest(_Part):
    """One reader's page of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="paperlark digest")

    # The number changes when a program made for the old shape would misread the new one.
    schema_: Annotated[Literal["paperlark/digest/1"], Field(alias="schema")]
    day: dt.date
    profile: Text
    categories: tuple[Text, ...]
    status: Status
    notes: tuple[Text, ...]
    usage: Annotated[JsonUsage | None, Field(description="null: no model, ordered by the ranker")]
    cutoffs: Annotated[JsonCutoffs | None, Field(description="null: an imported page has none")]
    funnel: JsonFunnel
    batches: tuple[JsonBatch, ...]
    entries: Annotated[tuple[JsonEntry, ...], Field(description="in the order of the page")]
    updated: tuple[JsonUpdated, ...]
    unjudged: tuple[JsonMissing, ...]
    unread: Annotated[tuple[JsonUnread, ...], Field(description="best match first")] = ()
    missed: Annotated[
        JsonMissed | None, Field(description="null where nothing can be said of the unread")
    ] = None
    agreement: Annotated[
        JsonAgreement | None, Field(description="null where no paper was judged more than once")
    ] = None
    prompt: Annotated[
        Text | None, Field(description="the selection prompt; null: the reader keeps it private")
    ]


def json_schema() -> str:
    """Give the schema as it stands in the documentation."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= JsonDigest.model_json_schema(mode="serialization")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
