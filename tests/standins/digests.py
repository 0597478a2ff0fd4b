"""Digests to render: an ordinary one, and one of everything that has ever broken a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.digest import AuthorMatch, Digest, Entry, Funnel, Status
from paperlark.domain.exploration import AchievedRecall, Explored, Missed, Unread
from paperlark.domain.judgement import (
    Agreement,
    Judgement,
    Match,
    Nearest,
    Precedent,
    Reading,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Cost, PriceSource, Spend, Tokens

DAY = date(2025, 2, 26)

NEAREST = Nearest(PaperId("2501.00042"), r"Fast \emph{kernels}: $x^2$", date(2025, 1, 14))

MATCH = Match(0.5, 1, 299, "AI for science", ("networks",), ("clinical",), 0.94, calibrated=True)

PRECEDENTS = (
    Precedent(PaperId("2501.00042"), r"Fast \emph{kernels}: $x^2$", date(2025, 1, 14), 0.8349),
    Precedent(PaperId("hep-th/9901001"), "Slow kernels", date(2025, 1, 2), 0.7583),
)

HOSTILE = (
    "<script>document.title = 'hacked'</script>",
    '<img src="https://evil.example/x.png" onerror="document.title = 1"><a href="x">y</a></think>',
    "w" * 100_000,
    "{" * 3_000 + "x" + "}" * 3_000,
    "$" + "{" * 400 + "x" + "}" * 400 + "$ and $" + "x^{" * 400 + "y" + "}" * 400 + "$",
    r"$\text{<script>document.title = 1</script>}$ $\href{javascript:document.title = 1}{x}$",
    r"$\style{position:fixed;top:0}{x}$ $\class{skip}{x}$ $\hspace{400em}x$ $a_{$",
    "\u202egnp.exe\u2066 \u200f\x00\x1b[31m\ud800 \U000e0041",
    "# Heading [link](https://evil.example) ![img](x.png) **bold** `code` ~~gone~~ | a | b |",
    "Just Add $100 More, With No $$$ and $5 to 10$",
    r"$$\sum_{i=1}^{n} \alpha_i x_i \leq \int_0^\infty e^{-t^2} + \prod_{k=1}^{K} (1+\frac{1}{k})"
    r" \cdot \sqrt{a^2+b^2+c^2+d^2} + " + "+".join("x" * 80) + "$$",
    r"\href{javascript:document.title=1}{x} \href{https://evil.example/\"onclick=}{y} \emph{z",
    r"A Schr\"odinger bridge for {\L}ukasz: $\mathcal{O}(n \log n)$ at 90\% -- \emph{quickly}",
)


def paper(number: int = 1, **changes: object) -> Paper:
    made = Paper(
        id=PaperId(f"2502.{number:05d}"),
        version=1,
        title=f"Title {number}",
        authors=(Author("Ada Example"), Author("Łukasz Kuśmierz", "Example University")),
        abstract=f"First paragraph of {number}.\n\nSecond paragraph.",
        categories=("cs.LG", "stat.ML"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def entry(place: int = 1, *, judged: bool = True, followed: bool = False, **of: object) -> Entry:
    subject = paper(place, **of)
    comment = f"Matches the criterion {place}."
    return Entry(
        place=place,
        paper=subject,
        type=AnnounceType.NEW,
        match=replace(MATCH, rank=place),
        followed=(AuthorMatch("Ada Example", by_name_only=True),) if followed else (),
        judgement=Judgement(subject.id, 1, 9, 8, comment) if judged and not followed else None,
    )


def digest(entries: Sequence[Entry] = (), **changes: object) -> Digest:
    entries = tuple(entries)
    followed = sum(1 for one in entries if one.followed)
    asked = 299 - followed
    made = Digest(
        day=DAY,
        profile="Foundations of machine learning",
        categories=("cs.LG", "cs.AI"),
        status=Status.COMPLETE,
        model="gpt-4o",
        spend=Spend(Tokens(58989, 8331), Cost(Decimal("0.1474725"), Decimal("0.08331"))),
        cutoffs=Cutoffs(),
        funnel=Funnel(2, 487, 625, 299, 384, followed, asked, asked, 0, 0, len(entries)),
        entries=entries,
        unjudged=(),
        prompt="Judge the papers.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def ordinary() -> Digest:
    return digest([entry(1, followed=True), entry(2), entry(3)])


def without_judge() -> Digest:
    entries = [entry(1, followed=True), entry(2, judged=False)]
    funnel = Funnel(2, 487, 625, 299, 384, 1, 0, 0, 0, 0, 2)
    return digest(entries, model=None, spend=None, funnel=funnel, prompt="")


def partial() -> Digest:
    failed = tuple(
        Unjudged(paper(n), UnjudgedReason.FAILED, "the reply was no JSON") for n in (7, 8)
    )
    missing = tuple(
        Unjudged(paper(n), UnjudgedReason.NOT_RECORDED, "not recorded") for n in (9, 10, 11)
    )
    return digest(
        [entry(1)],
        status=Status.PARTIAL,
        spend=Spend(None, None),
        funnel=Funnel(2, 487, 625, 299, 384, 0, 299, 294, 2, 3, 1),
        unjudged=failed + missing,
        notes=("The feed of cs.AI was cut off.",),
    )


def over_budget() -> Digest:
    """Return a day whose best matches were read until the budget ended, and one was lost."""
    left = tuple(
        Unjudged(paper(n), UnjudgedReason.BUDGET, "the day's $0.50 is spent") for n in range(60, 78)
    )
    return digest(
        [entry(1, followed=True), entry(2), entry(3)],
        status=Status.PARTIAL,
        spend=Spend(Tokens(60_000, 8_000), None, requests=40, most=Decimal("0.4999")),
        funnel=Funnel(2, 487, 625, 299, 384, 1, 298, 279, 1, 0, 3, over_budget=18),
        unjudged=(Unjudged(paper(50), UnjudgedReason.FAILED, "the reply was no JSON"), *left),
        prices=PriceSource("genai-prices 0.2.3", "https://example.org/prices", DAY),
    )


def waiting() -> Digest:
    """Return a day half of whose papers wait in a batch."""
    return digest(
        [entry(1, followed=True), entry(2)],
        status=Status.PARTIAL,
        funnel=Funnel(2, 487, 625, 299, 384, 1, 298, 149, 0, 0, 2, waiting=149),
    )


def bounded() -> Digest:
    """Return a day whose cost is only known to be no more than something."""
    return replace(
        ordinary(),
        spend=Spend(None, None, requests=3, most=Decimal("0.4999")),
        prices=PriceSource("genai-prices 0.2.3", "https://example.org/prices", DAY),
    )


def narrowed() -> Digest:
    """Return a day of which the judge read what could matter, and a little of the rest."""
    unread = tuple(Unread(PaperId(f"2502.{n:05}"), f"Title {n}", 0.02 / n) for n in range(60, 250))
    far = replace(entry(3), match=Match(0.1, 180, 299, probability=0.008), outside=True)
    match = replace(MATCH, rank=2, nearest=NEAREST)
    near = replace(entry(2), match=match, precedents=PRECEDENTS)
    return digest(
        [entry(1, followed=True), near, far],
        funnel=Funnel(2, 487, 625, 299, 384, 1, 98, 108, 0, 0, 3, explored=10, unread=190),
        explored=(Explored(far.paper.id, 0.05, 0.008, wanted=True),),
        unread=unread,
        missed=Missed(1.2, 0, 4, 190),
        achieved=AchievedRecall(20, 582, Missed(18.0, 6, 31, 3800)),
    )


def read_thrice() -> Digest:
    """Return a day on which every paper was read three times, a followed author's too."""
    judged = Judgement(PaperId("2502.00001"), 1, 4, 5, "Not quite what it says.")
    followed = replace(entry(1, followed=True), judgement=judged)
    entries = (followed, entry(2))
    said = tuple(one.judgement for one in entries if one.judgement)
    high = tuple(replace(one, relevance=10) for one in said)
    return digest(
        entries,
        funnel=Funnel(2, 487, 625, 299, 384, 1, 298, 299, 0, 0, 2, followed_asked=1),
        criteria="c",
        judge="m/1",
        judgements=said,
        readings=(Reading("m/1", said), Reading("m/1#2", said), Reading("m/1#3", high)),
        agreement=Agreement(3, papers=299, agreed=283, distance=0.416),
    )


def in_private() -> Digest:
    """Return a day of a reader who keeps their criteria to themselves."""
    return replace(ordinary(), prompt=None)


def imported() -> Digest:
    """Return a day that was made elsewhere, where hardly anything is told."""
    bare = [replace(entry(place), type=None, match=None) for place in (1, 2, 3)]
    somebody = (AuthorMatch(None, by_name_only=True),)
    unscored = [replace(one, judgement=None) for one in bare[:1]]
    untitled = replace(bare[2].paper, categories=(), authors=())
    entries = [replace(unscored[0], followed=somebody), bare[1], replace(bare[2], paper=untitled)]
    return digest(
        [*entries, replace(unscored[0], place=4, paper=paper(4))],
        status=Status.IMPORTED,
        categories=(),
        cutoffs=None,
        spend=Spend(None, None, 0, Decimal("0.2307")),
        funnel=Funnel(*(None, 625, None, 384, None), 1, *(None,) * 4, 4, *(None,) * 8),
        notes=("Imported from old.md; anything it does not state is unknown.",),
        prompt=None,
    )


def with_something_else() -> Digest:
    """Return a page without a judge that ends with a paper from outside the reader's usual."""
    match = replace(MATCH, nearest=NEAREST)
    shown = replace(entry(1, judged=False), match=match, precedents=PRECEDENTS)
    far = replace(entry(2, judged=False), match=Match(0.0, 280, 299), outside=True)
    funnel = Funnel(2, 487, 625, 299, 384, 0, 0, 0, 0, 0, 2)
    return digest(
        [shown, far],
        model=None,
        spend=None,
        funnel=funnel,
        prompt="",
        explored=(Explored(far.paper.id, 0.01),),
    )


def quiet() -> Digest:
    funnel = Funnel(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return digest(status=Status.QUIET, model=None, spend=None, funnel=funnel, prompt="")


def hostile() -> Digest:
    """Whatever stands in HOSTILE, in every place that outside text can take."""
    entries = [
        Entry(
            place=place,
            paper=paper(place, title=text, abstract=text, authors=(Author(text, text),) * 14),
            type=AnnounceType.NEW,
            match=Match(
                *(0.5, place, 299, text[:300], (text[:300],), (text[:300],)),
                nearest=Nearest(PaperId(f"2501.{place:05}"), text, DAY),
            ),
            judgement=Judgement(PaperId("2502.00001"), 1, 9, 8, text) if place % 2 else None,
            precedents=(Precedent(PaperId(f"2501.{place:05}"), text, DAY, 0.9),) * 2,
        )
        for place, text in enumerate(HOSTILE, 1)
    ]
    failed = tuple(Unjudged(one.paper, UnjudgedReason.FAILED, one.paper.title) for one in entries)
    return digest(
        entries,
        profile=HOSTILE[0],
        model=HOSTILE[8],
        notes=HOSTILE,
        funnel=Funnel(2, 487, 625, 299, 384, 0, 286, 286, 0, 0, 13, unread=13),
        unjudged=failed,
        unread=tuple(Unread(one.paper.id, one.paper.title, 0.01) for one in entries),
        prompt="```\n# x\n````\n" + HOSTILE[1],
    )
