"""The schema of the JSON page, with the descriptions that its published form carries.

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
from paperlark.domain.judgement import HIGHEST, LOWEST, Strength, UnjudgedReason
from paperlark.domain.plain_text import clean
from paperlark.domain.profile import ENGLISH

Text = Annotated[str, BeforeValidator(clean)]
Count = Annotated[int, Field(ge=0)]
Score = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
Dollars = Annotated[
    str, Field(pattern=r"^\d+(\.\d+)?$", description="US dollars, unrounded, in decimal notation")
]


class _Part(BaseModel):
    # Built once as parts of the page, and not each by itself as well: half of the time.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class JsonAuthor(_Part):
    """An author as printed on the paper."""

    name: Text
    affiliation: Text | None


class JsonVenue(_Part):
    """A conference, workshop or journal."""

    name: Text
    year: int | None


class JsonDetails(_Part):
    """What arXiv says besides title, authors and abstract, and what was parsed from it.

    null is unknown: no source said it.
    """

    comments: Annotated[Text | None, Field(description="as its authors wrote them, with TeX")]
    journal_reference: Text | None
    doi: Annotated[Text | None, Field(description="of the published version")]
    licence: Annotated[Text | None, Field(description="its address")]
    accepted_at: Annotated[JsonVenue | None, Field(description="parsed from the comments")] = None
    pages: Annotated[int | None, Field(ge=1, description="parsed from the comments")] = None
    figures: Annotated[int | None, Field(ge=1, description="parsed from the comments")] = None
    code: Annotated[
        tuple[str, ...], Field(description="addresses found in comments and abstract")
    ] = ()
    withdrawn: Annotated[bool, Field(description="as comments or abstract say")] = False


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
    details: Annotated[
        JsonDetails | None, Field(description="null: nothing is known besides the abstract")
    ] = None


class JsonJudgement(_Part):
    """The scores and comment of the judge."""

    relevance: Score
    novelty: Score
    comment: Text
    summary: Annotated[
        Text, Field(description="what is new, in one sentence; empty: none was written")
    ] = ""


class JsonNearest(_Part):
    """The most similar earlier paper among those that the reader wanted."""

    id: Annotated[
        Text, Field(description="arXiv identifier; `library:...` for a paper that is not on arXiv")
    ]
    url: Annotated[str | None, Field(description="its page on arXiv; null: it has none")]
    title: Text
    day: Annotated[dt.date, Field(description="when it was announced, voted for or imported")]


class JsonMatch(_Part):
    """The result of the ranker, without a language model."""

    rank: Annotated[int, Field(ge=1, description="1 is the best match of the day")]
    of: Annotated[int, Field(ge=1, description="papers ranked that day")]
    probability: Annotated[
        float | None, Field(description="of being selected; null while nothing is known")
    ]
    calibrated: Annotated[
        bool,
        Field(description="whether the probability was fitted to enough labels of this reader"),
    ] = False
    strength: Annotated[
        Strength | None, Field(description="the match in a word; null: not known of older pages")
    ] = None
    topic: Annotated[Text | None, Field(description="the nearest of the reader's topics")]
    words_for: tuple[Text, ...]
    words_against: tuple[Text, ...]
    nearest: Annotated[
        JsonNearest | None, Field(description="the nearest earlier paper; null: none is near")
    ] = None
    sentence: Annotated[
        Text,
        Field(description="the sentence of the abstract that says most of what matched, or empty"),
    ] = ""


class JsonPrecedent(_Part):
    """An earlier paper that a paper resembles, relevant to the reader or not."""

    id: str
    url: str
    title: Text
    day: Annotated[dt.date, Field(description="when it was announced")]
    similarity: Annotated[float, Field(ge=-1, le=1, description="1 is the same")]


class JsonFollowed(_Part):
    """A followed author, under the reader's name for them."""

    name: Annotated[Text | None, Field(description="null: an imported page does not name them")]
    by: Annotated[
        Literal["id", "name"],
        Field(description="how the author was recognized; by name alone it may be a namesake"),
    ]
    order_reversed: Annotated[
        bool, Field(description="printed with family and given names in the reverse order: perhaps")
    ] = False


class JsonEntry(JsonPaper):
    """A paper on the page."""

    place: Annotated[int, Field(ge=1, description="position on the page")]
    anchor: Annotated[str, Field(description="its permanent name inside the page")]
    announce_type: Annotated[
        AnnounceType | None, Field(description="null: not stated on an imported page")
    ]
    followed: Annotated[
        tuple[JsonFollowed, ...], Field(description="its authors whom the reader follows")
    ]
    comment: Annotated[
        Text | None, Field(description="why it was selected; null: the match is the reason")
    ]
    judgement: Annotated[JsonJudgement | None, Field(description="null: no judge was used for it")]
    outside: Annotated[
        bool, Field(description="outside the usual topics: a random sample of low matches")
    ] = False
    unjudged: Annotated[
        bool, Field(description="to be judged and was not: the embedded ranker chose it")
    ] = False
    match: Annotated[JsonMatch | None, Field(description="null: not stated on an imported page")]
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
    """A paper that was not sent to the judge because its match was low."""

    id: str
    url: str
    title: Text
    probability: Annotated[float, Field(description="of being selected")]


class JsonMissed(_Part):
    """An estimate of how many unread papers the reader would have wanted."""

    expected: Annotated[float, Field(ge=0)]
    low: Annotated[Count, Field(description="lower end of the 95 % interval")]
    high: Annotated[Count, Field(description="upper end of the 95 % interval")]
    unread: Count


class JsonRecall(_Part):
    """How much of what the reader wanted was read on the latest days before this one, together."""

    days: Annotated[Count, Field(description="days with judged papers")]
    read: Annotated[Count, Field(description="wanted papers that were judged")]
    missed: Annotated[JsonMissed, Field(description="those among the papers that were not")]
    share: Annotated[float | None, Field(description="`read` of all; null: none was wanted")]
    low: Annotated[float | None, Field(description="lower end of its 95 % interval")]
    high: Annotated[float | None, Field(description="upper end of its 95 % interval")]


class JsonAgreement(_Part):
    """How well several readings of the same papers agree."""

    readings: Annotated[int, Field(ge=2, description="planned number of readings of each paper")]
    papers: Annotated[int, Field(ge=1, description="papers with more than one reading")]
    agreed: Annotated[
        Count, Field(description="papers whose readings all lead to the same selection")
    ]
    distance: Annotated[
        float, Field(ge=0, description="mean difference between two readings, in points per score")
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
    """The source of the model's price."""

    source: Annotated[
        Text, Field(description="a public price list and its version, or the profile")
    ]
    url: Annotated[Text | None, Field(description="source named by the list")]
    checked: Annotated[dt.date | None, Field(description="when the list last checked the price")]


class JsonUsage(_Part):
    """Tokens and cost of judging; null is unknown, never zero."""

    model: Text
    requests: Count | None
    tokens: JsonTokens | None
    cost_usd: JsonCost | None
    at_most_usd: Annotated[
        Dollars | None, Field(description="upper bound where the cost is unknown")
    ] = None
    tokens_per_judged: Annotated[float | None, Field(description="tokens per judged paper")] = None
    tokens_per_selected: Annotated[
        float | None, Field(description="tokens per judged paper on the page")
    ] = None
    prices: Annotated[JsonPrices | None, Field(description="null: no price is known")] = None


class JsonMostTokens(_Part):
    """Tokens of questions whose answers are not stored, at most."""

    prompt: Count
    completion: Count


class JsonUnderWay(_Part):
    """Questions that were under way when a run was killed, at most; null is unknown.

    They may have been billed, and are not part of the usage.
    """

    questions: Annotated[int, Field(ge=1)]
    tokens: JsonMostTokens | None
    at_most_usd: Dollars | None


class JsonCutoffs(_Part):
    """The lowest scores that select a judged paper."""

    relevance: int
    novelty: int


class JsonFunnel(_Part):
    """Papers at every step, each once; `*_listings` count a paper in two feeds twice.

    null is unknown: not stated on an imported page.
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
    gated: Annotated[
        Count | None, Field(description="left out: no author reaches the minimum h-index")
    ]
    seen: Annotated[Count | None, Field(description="announced to this reader on an earlier day")]
    explored: Annotated[
        Count | None, Field(description="random sample of low matches that was judged")
    ] = 0
    unread: Annotated[Count | None, Field(description="not judged because of a low match")] = 0
    followed_asked: Annotated[
        Count | None,
        Field(description="papers by followed authors that were also sent to the judge"),
    ] = 0
    over_budget: Annotated[
        Count | None, Field(description="not sent to the judge, to stay within the budget")
    ] = 0
    waiting: Annotated[
        Count | None,
        Field(description="in a batch without an answer yet; a later run collects it"),
    ] = 0
    excluded: Annotated[
        Count | None, Field(description="left out by the reader's filters, and not scanned")
    ] = 0


class JsonBatch(_Part):
    """Where one category's announcement came from, and how many of its entries are here."""

    category: Text
    via: Annotated[Text | None, Field(description="the source; null: no source had it")]
    confirmed_by: Annotated[Text | None, Field(description="the source that confirmed it")]
    entries: Count
    expected: Annotated[Count | None, Field(description="entries announced, if known")]
    reconstructed: Annotated[bool, Field(description="reconstructed from submissions")]
    tried: Annotated[tuple[Text, ...], Field(description="sources that failed, and why")]


class JsonUpdated(JsonPaper):
    """A new version of a paper that was on an earlier page."""

    first_announced: dt.date


class JsonDigest(_Part):
    """One reader's page for one day."""

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
    missed: Annotated[JsonMissed | None, Field(description="null: no estimate is possible")] = None
    recall: Annotated[JsonRecall | None, Field(description="null: no estimate is possible")] = None
    agreement: Annotated[
        JsonAgreement | None, Field(description="null: no paper has more than one reading")
    ] = None
    prompt: Annotated[
        Text | None, Field(description="the selection prompt; null: the reader keeps it private")
    ]
    understood: Annotated[
        tuple[Text, ...], Field(description="what was understood of the criteria, in lines")
    ] = ()
    translation: Annotated[
        Text | None,
        Field(
            description="the criteria in English, by which papers are ranked; absent: as written"
        ),
    ] = None
    under_way: Annotated[
        JsonUnderWay | None, Field(description="what a killed run may have cost; absent: nothing")
    ] = None
    summaries: Annotated[
        bool, Field(description="the model was to write summaries; absent: it was not")
    ] = False
    language: Annotated[
        Text, Field(description="the language of comments and summaries; absent: English")
    ] = ENGLISH


def json_schema() -> str:
    """Return the JSON Schema as published in the documentation."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= JsonDigest.model_json_schema(mode="serialization")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
