"""Sites to look at: two readers' archives of every kind of day, and one of nothing but trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.archive import ScannedPaper
from paperlark.domain.digest import AuthorMatch, Digest, Entry, Funnel, Placement, Ranked, Status
from paperlark.domain.judgement import Judgement, Match, Precedent, Unjudged, UnjudgedReason
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.site_addresses import slug
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.site.archive import DigestReader, SiteArchive, fill_archive
from paperlark.site.build import SiteReader, plan_files
from paperlark.site.publish import publish_files
from paperlark.testing import FakeCache, FakeJudgementMemory, FakePaperTexts, FakeScannedPapers
from standins.digests import HOSTILE as IN_PAGES
from standins.hostile import HOSTILE as IN_ANSWERS

JUDGED = "Foundations of machine learning"
UNJUDGED = "Łukasz: bats & sonar"
ROOT = "https://example.org/papers"
QUIET = date(2025, 2, 22)
PARTIAL = date(2025, 2, 25)
LATEST = date(2025, 2, 26)
_DAYS = (date(2024, 12, 30), date(2025, 1, 31), date(2025, 2, 21), PARTIAL, LATEST)
_SELECTED = 6
_SCANNED = 24
_FOLLOWED = "Maja Å. Lindqvist"
_TOPICS = ("AI for science", "Optimisation and generalisation theory", "Sparsity")
_TITLES = (
    r"A Schr\"odinger bridge between {\L}ukasz and $\mathcal{O}(n \log n)$ kernels",
    "Echoes of bats over shallow water",
    "Pruning what nobody reads: an unexpectedly long title that says everything twice, and then "
    "says it once more for those who did not listen",
    "On the geometry of Poincaré maps",
    r"Learning $x^{2} + \frac{a}{b}$ without gradients",
    "Transformers as slow clocks",
)
_AUTHORS = ("Ada Example", "José Núñez-García", "Li Wei", "Łukasz Kuśmierz", "يوسف الخطيب")

# What has ever got out of an attribute, an element, a script, a feed or a block of JSON.
_OUTBREAKS = (
    "</title><script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1"><svg onload=window.hacked=1>',
    "' onmouseover='window.hacked = 1' autofocus onfocus='window.hacked = 1",
    "javascript:window.hacked=1//",
    "]]></content></entry><script>window.hacked = 1</script><!--",
    '</script><script>window.hacked = 1</script>"}]],\\u2028\u2028\u2029"}]}\\',
    "</style><style>*{display:none}</style></a></h3></article></main></body></html>",
    "@article{x, title = {} } % \\input{/etc/passwd} TY  - JOUR\nER  - \r\n{{{ } \\",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.hacked=1>",
    "\u202e\u2067\u200f\x00\x08\x1b[2J\ufffe abc \u05d0\u05d1\u05d2 \u0627\u0628",
)


_HOME = slug(JUDGED)
PAGES = {
    "front": "index.html",
    "home": f"{_HOME}/index.html",
    "day": f"{_HOME}/2025/02/26/index.html",
    "partial day": f"{_HOME}/2025/02/25/index.html",
    "quiet day": f"{_HOME}/2025/02/22/index.html",
    "day without a judge": f"{slug(UNJUDGED)}/2025/02/26/index.html",
    "others": f"{_HOME}/2025/02/26/others/index.html",
    "citations": f"{_HOME}/2025/02/26/citations/index.html",
    "month": f"{_HOME}/2025/02/index.html",
    "year": f"{_HOME}/2025/index.html",
    "topic": f"{_HOME}/topics/sparsity/index.html",
    "author": f"{_HOME}/authors/{slug(_FOLLOWED)}/index.html",
    "search": f"{_HOME}/search/index.html",
}
"""A page of every type of the ordinary site."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader has: digests, papers by whether they were looked at, and votes."""

    digests: tuple[Digest, ...]
    papers: tuple[Paper, ...]
    liked: frozenset[PaperId] = frozenset()
    disliked: frozenset[PaperId] = frozenset()


def publish(readings: Sequence[Reading], folder: Path) -> Path:
    """Build the site of these readers, and give its folder."""
    publish_files(
        tuple(plan_files([_reader(one) for one in readings], ROOT)), folder, lambda *_: None
    )
    return folder


def ordinary() -> tuple[Reading, ...]:
    """Return two readers: one with a judge, votes and troubled days, one without any."""
    judged = [_day(day, JUDGED, judged=True) for day in _DAYS if day != PARTIAL]
    troubled = _partial(_day(PARTIAL, JUDGED, judged=True))
    days = sorted([*judged, troubled, _quiet(JUDGED)], key=lambda one: one.day)
    first = days[-1].entries
    return (
        Reading(
            tuple(days),
            _papers(days),
            frozenset({first[0].paper.id, first[1].paper.id}),
            frozenset({first[2].paper.id}),
        ),
        _reading([_day(day, UNJUDGED, judged=False) for day in _DAYS[-2:]]),
    )


def hostile() -> tuple[Reading, ...]:
    """Return one reader whose papers, profile, topics and model all want to take over."""
    texts = [_whole(text) for text in (*_OUTBREAKS, *IN_PAGES)]
    papers = [_hostile_paper(number, text, text) for number, text in enumerate(texts, 1)]
    unselected = [
        _hostile_paper(number, _whole(one.title), _whole(one.abstract))
        for number, one in enumerate(IN_ANSWERS.values(), 500)
    ]
    name = _OUTBREAKS[0] + _OUTBREAKS[1] + "\x00\u202e"
    return (
        _reading(
            [
                _hostile_day(
                    LATEST - timedelta(days=1), name, unselected[: len(unselected) // 2], unselected
                ),
                _hostile_day(LATEST, name, papers, papers),
            ]
        ),
    )


def heavy(papers: Sequence[Paper]) -> Digest:
    """Return a day on which all of these papers were selected."""
    entries = [
        replace(_entry(place, paper, judged=False), precedents=())
        for place, paper in enumerate(papers, 1)
    ]
    return _digest(LATEST, JUDGED, entries, papers, judged=False)


def written(number: int) -> Paper:
    """Return a paper as long as arXiv's are on average: what most of them need in bytes."""
    return Paper(
        id=PaperId(f"2502.{number:05}"),
        version=1,
        title=f"Paper {number}: a title of the length that titles have in this field, more or less",
        authors=tuple(Author(f"Given{n} Familyname") for n in range(5)),
        abstract=("Word after word we say what was done and why anybody might care. " * 21)[:1330],
        categories=("cs.LG", "cs.AI"),
    )


def _reader(reading: Reading) -> SiteReader:
    memory, facts_cache = FakeJudgementMemory(), FakeCache()
    for digest in reading.digests:
        memory.save(digest)
    profile = reading.digests[0].profile
    days = fill_archive(profile, memory, facts_cache, "these tests", lambda *_: None)
    texts = FakePaperTexts({paper.id: paper for paper in reading.papers})
    return SiteReader(
        SiteArchive(profile, days, reading.liked, reading.disliked),
        DigestReader(memory, texts),
        FakeScannedPapers(tuple(_looked(reading))),
    )


def _reading(digests: Sequence[Digest]) -> Reading:
    return Reading(tuple(digests), _papers(digests))


def _papers(digests: Sequence[Digest]) -> tuple[Paper, ...]:
    shown = [entry.paper for digest in digests for entry in digest.entries]
    rest = [
        _paper(digest.day, number)
        for digest in digests
        for number in range(len(digest.entries) + 1, len(digest.scanned))
    ]
    return (*shown, *rest)


def _looked(reading: Reading) -> Iterator[ScannedPaper]:
    texts = {paper.id: paper for paper in reading.papers}
    for digest in reading.digests:
        shown = {entry.paper.id for entry in digest.entries}
        judged = {one.paper_id: one for one in digest.judgements}
        for one in digest.ranked:
            judgement = judged.get(one.paper_id)
            yield ScannedPaper(
                one.paper_id,
                digest.day,
                one.paper_id in shown,
                judgement.relevance if judgement else None,
                judgement.novelty if judgement else None,
                one.match.probability,
                texts.get(one.paper_id),
            )


def _paper(day: date, number: int) -> Paper:
    title = _TITLES[(number - 1) % len(_TITLES)]
    names = [*_AUTHORS[number % 3 :], *([_FOLLOWED] if number == 1 else [])]
    many = [f"Coauthor {n}" for n in range(13)] if number == 2 else []
    return Paper(
        id=PaperId(f"{day:%y%m}.{day.day:02}{number:03}"),
        version=1 + number % 2,
        title=f"{title} ({day:%B} {number})" if number > len(_TITLES) else title,
        authors=tuple(Author(name) for name in (*names, *many)),
        abstract=f"We study matter number {number} of {day}, at length. " * 12
        + "\n\nA second paragraph has $e^{i\\pi} + 1 = 0$ and nothing else.",
        categories=("cs.LG", "stat.ML") if number % 2 else ("math.OC",),
    )


def _match(number: int, of: int) -> Match:
    return Match(
        score=1 / number,
        rank=number,
        of=of,
        topic=_TOPICS[number % 3],
        words_for=("networks", "kernels"),
        words_against=("clinical",),
        probability=max(0.002, 0.995 - number / 20),
    )


def _entry(place: int, paper: Paper, *, judged: bool, followed: bool = False) -> Entry:
    said = f"It bears on the criterion {_TOPICS[place % 3]!r} by way of matter {place}."
    return Entry(
        place=place,
        paper=paper,
        type=AnnounceType.NEW,
        match=_match(place, 299),
        followed=(AuthorMatch(_FOLLOWED, by_name_only=True),) if followed else (),
        judgement=Judgement(paper.id, paper.version, max(1, 10 - place // 2), 8, said)
        if judged and not followed
        else None,
        precedents=(
            Precedent(PaperId("2410.00042"), _TITLES[0], date(2024, 10, 2), 0.8349),
            Precedent(PaperId("hep-th/9901001"), "Slow kernels", date(2024, 9, 3), 0.7583),
        )
        if place % 2
        else (),
    )


def _day(day: date, profile: str, *, judged: bool) -> Digest:
    papers = [_paper(day, number) for number in range(1, _SCANNED + 1)]
    entries = [
        _entry(place, paper, judged=judged, followed=place == 1)
        for place, paper in enumerate(papers[:_SELECTED], 1)
    ]
    return _digest(day, profile, entries, papers, judged=judged)


def _digest(
    day: date, profile: str, entries: Sequence[Entry], papers: Sequence[Paper], *, judged: bool
) -> Digest:
    scanned = len(papers)
    followed = sum(bool(entry.followed) for entry in entries)
    asked = scanned - followed if judged else 0
    low = [Judgement(one.id, one.version, 3, 2, "Not near.") for one in papers[len(entries) :]]
    return Digest(
        day=day,
        profile=profile,
        categories=("cs.LG", "cs.AI"),
        status=Status.COMPLETE,
        model="gpt-4o" if judged else None,
        spend=Spend(Tokens(58989, 8331), Cost(Decimal("0.1474725"), Decimal("0.08331")))
        if judged
        else None,
        cutoffs=Cutoffs(),
        funnel=Funnel(
            *(2, scanned + 40, scanned + 90, scanned, scanned + 20),
            *(followed, asked, asked, 0, 0, len(entries)),
        ),
        entries=tuple(entries),
        unjudged=(),
        prompt="Judge the papers." if judged else "",
        judgements=tuple(low) if judged else (),
        scanned=tuple(paper.id for paper in papers),
        ranked=tuple(
            Ranked(paper.id, paper.version, Placement.ABOVE, _match(number, scanned))
            for number, paper in enumerate(papers, 1)
        ),
    )


def _partial(digest: Digest) -> Digest:
    failed = tuple(
        Unjudged(_paper(digest.day, number), UnjudgedReason.FAILED, "the reply was no JSON")
        for number in (_SCANNED - 1, _SCANNED)
    )
    funnel = replace(digest.funnel, judged=(digest.funnel.judged or 2) - 2, unjudged=2)
    return replace(
        digest,
        status=Status.PARTIAL,
        spend=Spend(None, None),
        funnel=funnel,
        unjudged=failed,
        judgements=digest.judgements[:-2],
        notes=("The feed of cs.AI was cut off.",),
    )


def _quiet(profile: str) -> Digest:
    made = _digest(QUIET, profile, (), (), judged=False)
    funnel = Funnel(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    return replace(made, status=Status.QUIET, funnel=funnel)


def _whole(text: str) -> str:
    """Leave out halves of surrogate pairs: the store takes none, so none gets to a site."""
    return text.encode("utf-8", "ignore").decode()


def _hostile_paper(number: int, title: str, abstract: str) -> Paper:
    return Paper(
        id=PaperId(f"2502.{number:05}"),
        version=1,
        title=title,
        authors=(Author(title[:2_000], title[:2_000]),) * 3 + (Author("Bo Calm"),),
        abstract=abstract,
        categories=(title[:30], "cs.LG") if number % 2 else ("cs.LG",),
    )


def _hostile_day(
    day: date, profile: str, shown: Sequence[Paper], papers: Sequence[Paper]
) -> Digest:
    entries = [
        replace(
            _entry(place, paper, judged=place % 3 > 0, followed=place % 7 == 0),
            match=_hostile_match(place, paper, len(papers)),
            precedents=(Precedent(PaperId("2410.00042"), paper.title[:500], day, 0.8),) * 2,
        )
        for place, paper in enumerate(shown, 1)
    ]
    entries = [
        replace(entry, judgement=replace(entry.judgement, comment=entry.paper.title[:3_000]))
        if entry.judgement
        else replace(entry, followed=(AuthorMatch(entry.paper.title[:300], by_name_only=True),))
        if entry.followed
        else entry
        for entry in entries
    ]
    made = _digest(day, profile, entries, papers, judged=True)
    return replace(
        made,
        categories=(_OUTBREAKS[2], "cs.LG"),
        model=_OUTBREAKS[1],
        status=Status.PARTIAL,
        notes=_OUTBREAKS,
        prompt="</pre>" + "".join(_OUTBREAKS),
        ranked=tuple(
            replace(one, match=_hostile_match(one.match.rank, paper, len(papers)))
            for one, paper in zip(made.ranked, papers, strict=True)
        ),
    )


def _hostile_match(number: int, paper: Paper, of: int) -> Match:
    text = paper.title[:200]
    return replace(_match(number, of), topic=text, words_for=(text,), words_against=(text,))
