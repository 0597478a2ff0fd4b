"""Days that are judged by a misbehaving server until they are whole, and what must hold meanwhile.

A trial is one reader's two days. They are made in three runs with bad answers, some within a
budget, then in one with good answers, and once more. Everything is put together as for a reader,
from feeds to files; the server speaks real HTTP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Self

from pytest_httpserver import HTTPServer

from paperlark.compose.pages import open_page_maker
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest, Status
from paperlark.domain.judgement import UnjudgedReason
from paperlark.domain.paper import Author, Paper
from paperlark.domain.profile import Cutoffs, FollowedAuthor, Profile
from paperlark.domain.spending import NO_BOUND, Budget, Prices
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.manifest import ManifestRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.not_judged import unjudged_note
from paperlark.runs.make_page import PageMaker
from paperlark.settings import ModelSettings, Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.settings.values import ArxivSettings, SiteSettings
from paperlark.testing import Silent, a_paper
from standins.engines import rows
from standins.feeds import item, rss
from standins.misbehaving import TIMEOUT, Bill, Misbehaving

DAYS = (date(2025, 2, 26), date(2025, 2, 27))
PRICES = Prices(Decimal("2.5"), Decimal(10), Decimal("1.25"))
FOLLOWED = Author("Yoshua Bengio")
WORLD = Environment(variables={}, now=lambda: datetime(2025, 2, 27, 12, tzinfo=UTC))
BAD_RUNS = 3
SHARES = (0.3, 0.6, 0.9, 0.97)
"""Of all questions that are answered badly, one drawn for each run."""
RENDERERS = (HtmlRenderer(), MarkdownRenderer(), JsonRenderer(), ManifestRenderer())


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader of a trial: their wishes, their model, their papers of each day, their budget."""

    profile: Profile
    model: ModelSettings
    papers: tuple[tuple[Paper, ...], ...]
    budget: Budget

    @property
    def asked(self) -> tuple[tuple[Paper, ...], ...]:
        """The papers of each day that are to be judged."""
        return tuple(
            tuple(p for p in day if self.profile.judge_followed or FOLLOWED not in p.authors)
            for day in self.papers
        )


@dataclass(slots=True)
class Tally:
    """What happened in some trials."""

    days: int = 0
    papers: int = 0
    failed: int = 0
    unjudged: int = 0
    bounded: int = 0
    over_budget: int = 0
    told: int = 0
    untold: int = 0
    unknown: int = 0
    tokens: int = 0
    recorded: int = 0
    habits: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Self:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        return self


def draw_reader(seed: int, base_url: str) -> Reader:
    """Draw a reader; the same seed is the same reader."""
    dice = Random(seed)  # noqa: S311  # nothing secret hangs on it
    papers = tuple(
        tuple(
            a_paper(
                f"25{month:02}.{100 * (seed % 1000) + number:05}",
                title=f"On the matter of 25{month:02}.{100 * (seed % 1000) + number:05}",
                authors=(FOLLOWED if dice.random() < 0.1 else Author("Ada Lovelace"),),
            )
            for number in range(dice.randint(4, 14))
        )
        for month, _ in enumerate(DAYS, 1)
    )
    profile = Profile(
        title="Troubled",
        categories=("cs.LG",),
        criteria=parse_criteria("## Matters\nRelevant: matters of all kinds."),
        followed=(FollowedAuthor(FOLLOWED.name),),
        cutoffs=Cutoffs(dice.randint(3, 7), dice.randint(1, 6)),
        judge_followed=dice.random() < 0.5,
        readings=dice.choice((1, 1, 1, 2, 3)),
    )
    budget = dice.choice(
        (
            NO_BOUND,
            NO_BOUND,
            Budget(run=Decimal(dice.randint(8, 40)) / 100),
            Budget(day=Decimal(dice.randint(8, 40)) / 100),
            Budget(month=Decimal(dice.randint(8, 60)) / 100),
        )
    )
    model = ModelSettings(
        model="gpt-4o",
        base_url=base_url,
        key_variable=None,
        batch_size=dice.choice((None, 1, 2, 3, 5)),
        parallel=dice.choice((1, 2, 4)),
        timeout=TIMEOUT,
        prices=PRICES,
        budget=budget,
    )
    return Reader(profile, model, papers, budget)


def misbehave(
    seed: int, at: HTTPServer, folder: Path, database: DatabasePlace | None = None
) -> Tally:
    """Make a trial's days whole, and hold what must hold; raises AssertionError.

    Without a `database` of the troubled days they have a file, as the undisturbed ones always.
    """
    dice = Random(f"shares {seed}")  # noqa: S311  # likewise
    reader = draw_reader(seed, at.url_for("/v1"))
    server = Misbehaving(at, seed, reader.profile.cutoffs)
    try:
        home, peace = folder / "troubled", folder / "undisturbed"
        tally, whole = _live(reader, server, dice, home, database or home / "troubled.db")
        undisturbed = _run(_unbounded(reader), peace, peace / "undisturbed.db")
    finally:
        server.released.set()
    assert [_but_for_money(d) for d in whole] == [_but_for_money(d) for d in undisturbed]
    return tally


def _live(
    reader: Reader, server: Misbehaving, dice: Random, home: Path, database: DatabasePlace
) -> tuple[Tally, list[Digest]]:
    """Make the days badly, then well, then once more."""
    tally = Tally(days=len(DAYS), papers=len(_all(reader)))
    for _ in range(BAD_RUNS):
        server.share = dice.choice(SHARES)
        known, asked, bills = stored_readings(database), Counter(server.asked), len(server.bills)
        digests = _run(reader, home, database)
        _check_ends(reader, digests)
        check_books(server.bills, database)
        _check_budget(reader, server.bills, bills)
        _check_not_paid_again(reader, known, asked, server)
        _count(tally, reader, digests)
    server.share = 0.0
    known, asked = stored_readings(database), Counter(server.asked)
    whole = _run(_unbounded(reader), home, database)
    _check_whole(reader, whole)
    check_books(server.bills, database)
    lacking = {paper.id: reader.profile.readings - known[paper.id] for paper in _all(reader)}
    assert Counter(server.asked) - asked == +Counter(lacking), "asked for what was paid already"
    asked = Counter(server.asked)
    again = _run(_unbounded(reader), home, database)
    assert server.asked == asked, "asked once more"
    assert again == whole
    _count_books(tally, server, database)
    return tally, whole


def _unbounded(reader: Reader) -> Reader:
    return replace(reader, model=replace(reader.model, budget=NO_BOUND))


def _run(reader: Reader, home: Path, database: DatabasePlace) -> list[Digest]:
    """Make both days as one run does."""
    settings = Settings(
        reader.profile,
        reader.model,
        None,
        home / "pages",
        database,
        ArxivSettings("", "", "", "", 0.0, None),
        SiteSettings(home / "site"),
        file=home / "paperlark.toml",
    )
    with open_page_maker(settings, RunOptions(feeds=_feeds(reader, home)), WORLD) as maker:
        return [_make(maker, day) for day in DAYS]


def _feeds(reader: Reader, home: Path) -> Path:
    """Write what arXiv announced."""
    folder = home / "feeds"
    folder.mkdir(parents=True, exist_ok=True)
    for day, papers in zip(DAYS, reader.papers, strict=True):
        entries = [
            item(
                f"oai:arXiv.org:{one.id}v1",
                title=one.title,
                abstract=one.abstract,
                creator=one.authors[0].name,
            )
            for one in papers
        ]
        feed = rss(*entries, stamp=f"{day:%d %b %Y}")
        (folder / f"{day}.cs.LG.rss.xml").write_bytes(feed)
    return folder


def _make(maker: PageMaker, day: date) -> Digest:
    made = maker.make(day, Silent())
    assert made.pages
    return made.kept or made.digest


# What must hold.


def _check_ends(reader: Reader, digests: Sequence[Digest]) -> None:
    """Hold that every paper is judged, or unjudged with a reason that the page says at its top."""
    for digest, papers in zip(digests, reader.asked, strict=True):
        judged = [one.paper_id for one in digest.judgements]
        unjudged = [one.paper.id for one in digest.unjudged]
        assert sorted((*judged, *unjudged)) == sorted(paper.id for paper in papers)
        assert all(one.reason.strip() for one in digest.unjudged)
        shown = {one.paper.id for one in digest.entries if one.unjudged}
        assert shown <= set(unjudged)
        if any(one.cause is UnjudgedReason.FAILED for one in digest.unjudged) or not judged:
            assert digest.status is Status.PARTIAL
            assert "did not judge" in (unjudged_note(digest) or "")


def check_books(bills: Sequence[Bill], database: DatabasePlace) -> None:
    """Hold that what was billed is recorded to the token, and what nobody said as unknown."""
    told = [bill for bill in bills if bill.told]
    untold = [bill for bill in bills if not bill.told]
    (tokens,) = rows(
        database,
        "SELECT coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0),"
        " coalesce(sum(cached_tokens), 0) FROM exchanges WHERE prompt_tokens IS NOT NULL",
    )
    ((unknown, bounds),) = rows(
        database,
        "SELECT coalesce(sum(requests), 0), coalesce(sum(CAST(most AS double precision)), 0)"
        " FROM exchanges WHERE prompt_tokens IS NULL",
    )
    billed = (
        sum(bill.prompt for bill in told),
        sum(bill.completion for bill in told),
        sum(bill.cached for bill in told),
    )
    assert tokens == billed, f"recorded {tokens}, billed {billed}"
    assert unknown == len(untold), f"{unknown} unknown, {len(untold)} were not told"
    assert float(dollars(untold)) <= bounds + 1e-9, "unknown costs may be more than was thought"


def _check_budget(reader: Reader, bills: Sequence[Bill], before: int) -> None:
    """Hold that no bound was passed, not even by what nobody told us."""
    budget = reader.budget
    if budget.run is not None:
        assert dollars(bills[before:]) <= budget.run, "more than a run may cost"
    if budget.month is not None:
        assert dollars(bills) <= budget.month, "more than a month may cost"
    if budget.day is not None:
        for papers in reader.papers:
            ids = {paper.id for paper in papers}
            assert dollars([bill for bill in bills if bill.paper in ids]) <= budget.day


def _check_not_paid_again(
    reader: Reader, known: Counter[str], asked: Counter[str], server: Misbehaving
) -> None:
    """Hold that a paper is not asked about whose every reading is stored."""
    for paper in _all(reader):
        if known[paper.id] == reader.profile.readings:
            assert server.asked[paper.id] == asked[paper.id], f"{paper.id} was paid already"


def _check_whole(reader: Reader, digests: Sequence[Digest]) -> None:
    for digest, papers in zip(digests, reader.asked, strict=True):
        assert {one.paper_id for one in digest.judgements} == {paper.id for paper in papers}
        assert digest.unjudged == ()


def stored_readings(database: DatabasePlace) -> Counter[str]:
    """Count the readings of each paper that are stored."""
    return Counter(paper for (paper,) in rows(database, "SELECT paper_id FROM judgements"))


def dollars(bills: Sequence[Bill]) -> Decimal:
    """Return what the server charges, for what it did not tell as well."""
    cached = PRICES.cached or PRICES.prompt
    return (
        sum(
            (
                (bill.prompt - bill.cached) * PRICES.prompt
                + bill.cached * cached
                + bill.completion * PRICES.completion
                for bill in bills
            ),
            Decimal(0),
        )
        / 1_000_000
    )


def _all(reader: Reader) -> tuple[Paper, ...]:
    return tuple(paper for day in reader.asked for paper in day)


def _but_for_money(digest: Digest) -> tuple[bytes, ...]:
    """Return the pages without what they cost, which trouble makes dearer."""
    free = replace(digest, spend=None)
    return tuple(renderer.render(free).content for renderer in RENDERERS)


def _count(tally: Tally, reader: Reader, digests: Sequence[Digest]) -> None:
    tally.bounded += reader.budget.bounded
    tally.failed += sum(not digest.funnel.judged for digest in digests)
    for digest in digests:
        tally.unjudged += len(digest.unjudged)
        tally.over_budget += sum(one.cause is UnjudgedReason.BUDGET for one in digest.unjudged)


def _count_books(tally: Tally, server: Misbehaving, database: DatabasePlace) -> None:
    told = [bill for bill in server.bills if bill.told]
    tally.told, tally.untold = len(told), len(server.bills) - len(told)
    tally.tokens = sum(bill.prompt + bill.completion for bill in told)
    ((tally.recorded,),) = rows(
        database, "SELECT sum(prompt_tokens + completion_tokens) FROM exchanges"
    )
    ((tally.unknown,),) = rows(
        database, "SELECT coalesce(sum(requests), 0) FROM exchanges WHERE prompt_tokens IS NULL"
    )
    tally.habits = Counter(server.habits)
