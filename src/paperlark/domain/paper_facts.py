"""Facts parsed from what authors wrote about a paper: where it was accepted, its length, its code.

Comments are written by people: what no rule recognizes is shown as it was written, never guessed.
Every pattern looks at a bounded text and has no way to run long on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line

LONGEST_TEXT = 25_000
"""Characters of an abstract and comments that are looked through."""
MOST_CODE_LINKS = 3
_LONGEST_VENUE = 80
_MOST_PAGES = 9_999


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference, workshop or journal; `year` is None where the authors name none."""

    name: str
    year: int | None = None

    def __str__(self) -> str:
        return self.name if self.year is None else f"{self.name} {self.year}"


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """Facts of one paper; None and empty are what its authors do not say.

    `code` are addresses of repositories, models and data sets, as `https://host/path`.
    """

    accepted_at: Venue | None = None
    pages: int | None = None
    figures: int | None = None
    code: tuple[str, ...] = ()
    withdrawn: bool = False


NO_FACTS = StatedFacts()


@lru_cache(maxsize=2**12)
def facts_of(paper: Paper) -> StatedFacts:
    """Parse what the authors of a paper say in its comments and, of code, in its abstract."""
    comments = one_line(paper.details.comments or "")[:LONGEST_TEXT]
    return StatedFacts(
        accepted_at=accepted_at(comments),
        pages=_count(_PAGES, comments),
        figures=_count(_FIGURES, comments),
        code=code_links(f"{comments}\n{paper.abstract[:LONGEST_TEXT]}"),
        withdrawn=is_withdrawn(comments) or _INSTEAD.match(paper.abstract) is not None,
    )


def searchable(paper: Paper) -> tuple[str, ...]:
    """Return what a search finds a paper by besides its abstract: comments, journal, DOI, code."""
    said, facts = paper.details, facts_of(paper)
    venue = str(facts.accepted_at) if facts.accepted_at else ""
    withdrawn = "withdrawn" if facts.withdrawn else ""
    texts = (said.comments, said.journal_reference, said.doi, venue, withdrawn, *facts.code)
    return tuple(filter(None, texts))


_COUNT = (
    r"(?<![\w.,+])(?:[ivxlc]{1,6}\s?\+\s?)?(\d{1,5}|\d,\d{3})"
    r"(?:\s?\+\s?(\d{1,4}))?\s{0,3}\+?\s{0,3}-?"
)
"""A number, or two of a main part and its appendix: 10+5 pages are 15."""
_PAGES = re.compile(rf"{_COUNT}(?:pages?|pp|p(?=[.,;]|$))(?![A-Za-z])", re.IGNORECASE)
_FIGURES = re.compile(rf"{_COUNT}(?:figures?|figs?)(?![A-Za-z])", re.IGNORECASE)


def _count(pattern: re.Pattern[str], comments: str) -> int | None:
    found = pattern.search(comments)
    number = int(found[1].replace(",", "")) + int(found[2] or 0) if found else 0
    return number if 0 < number <= _MOST_PAGES else None


_WITHDRAWN = re.compile(
    r"(?:this|the|our)\s(?:paper|submission|article|manuscript|work|preprint|version)"
    r"[^.]{0,60}?\b(?:withdrawn|retracted)\b|^\W{0,3}(?:withdrawn|retracted)\b"
    r"|\b(?:withdrawn|retracted)\s(?:by|due|because|from arxiv)\b"
    r"|\b(?:we|authors?|i)\s(?:have\s|has\s)?(?:withdrawn?|withdrew|retract(?:ed)?)\s(?:this|the|our)"
    r"\s(?:paper|submission|article|manuscript|work|preprint|version)\b",
    re.IGNORECASE,
)


_INSTEAD = re.compile(
    r"\W{0,3}(?:(?:this|the)\s(?:paper|submission|article|manuscript|work|preprint)"
    r"\s(?:has been|was|is|is being)\s(?:withdrawn|retracted)\b|withdrawn\W{0,3}$)",
    re.IGNORECASE,
)
"""What stands in place of an abstract; others write of what is withdrawn elsewhere."""


def is_withdrawn(comments: str) -> bool:
    """Return whether comments say so of the paper itself."""
    return _WITHDRAWN.search(comments[:LONGEST_TEXT]) is not None


_YEAR = r"(?:19|20)\d\d"
# Names that are a venue by themselves, where a year stands beside them.
_KNOWN_VENUES = (
    "AAAI|AAMAS|ACCV|ACL|ACM MM|AISTATS|ALT|ASE|ASPLOS|ATC|BMVC|CAV|CCS|CHI|CIKM|COLING|COLM|COLT"
    "|CoNLL|CoRL|CPAL|CVPR|EACL|ECAI|ECCV|ECIR|EMNLP|EUSIPCO|FAccT|FOCS|FSE|GECCO|HPCA|ICAPS"
    "|ICASSP|ICCV|ICDE|ICDM|ICLR|ICML|ICRA|ICSE|IJCAI|IJCNN|INTERSPEECH|Interspeech|IROS|ISCA"
    "|ISIT|ISMIR|ISSTA|ITCS|KDD|KR|L4DC|LREC|LREC-COLING|MICCAI|MICRO|MIDL|MLSys|NAACL|NDSS"
    "|NeurIPS|NIPS|NSDI|OOPSLA|OSDI|PLDI|PODS|POPL|RecSys|RSS|SC|SIGCOMM|SIGGRAPH|SIGIR|SIGMOD"
    "|SODA|SOSP|STOC|TACL|TheWebConf|TMLR|UAI|UIST|USENIX Security|VLDB|WACV|WSDM|WWW"
)
_NAMED = re.compile(
    rf"(?<![\w-])(?P<name>{_KNOWN_VENUES})"
    rf"(?:(?:\s(?i:findings|workshops?|main))?"
    rf"[\s,)'\N{{RIGHT SINGLE QUOTATION MARK}}-]{{0,3}}(?P<year>{_YEAR})(?!\d)"
    r"|\s?['\N{RIGHT SINGLE QUOTATION MARK}-](?P<short>\d\d)(?!\d))",
)
_PART = re.compile(r"\b(?:workshops?|findings)\b", re.IGNORECASE)
"""Of a conference; to be in it is not to be in the conference itself."""
# What stands between the word and the venue: "as a poster", "for publication", "for oral".
_BETWEEN = r"(?:\s(?:for|as|to)\s(?:an?\s|the\s)?[\w -]{1,40}?)?"
_SAID = re.compile(
    r"\b(?:accepted|to appear|will appear|to be published|to be presented|published|presented"
    rf"|in press|camera[- ]ready(?: version)?)"
    rf"(?:{_BETWEEN}\s(?:at|by|in|to|for)(?::\s?|\s)|:\s|(?<=in press),\s)(?:the\s)?"
    r"(?:appear\s(?:in|at)\s(?:the\s)?)?"
    r"(?P<venue>[^;.()\[\]\n]{1,160}"
    # Journals are abbreviated: Phys. Rev. D.
    r"(?:\.\s?(?:Rev|Lett|Phys|Math|Comp|Comput|Appl|Soc|Sci|Res|Mech|Mod|Trans|[A-H])\b"
    r"(?:\s[A-H]\b)?"
    # Ann. of Math., J. Fluid Mech.: the next word ends in a point as well.
    r"|\.\s?(?:of\s|and\s)?(?-i:[A-Z])[a-z]{0,9}(?:\s(?-i:[A-Z])[a-z]{1,9})?(?=\.)){0,6})",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:submitted|under review|in review|submission to|rejected"
    r"|not (?:yet )?(?:been )?accepted)\b",
    re.IGNORECASE,
)
_SUBMISSION = re.compile(
    r"\W{0,3}(?:conference\s|workshop\s)?(?:submission|submitted)\b", re.IGNORECASE
)
"""Behind the name of a venue: "ICML 2025 submission"."""
_AT_END = re.compile(
    rf"[,\s'\N{{RIGHT SINGLE QUOTATION MARK}}]{{1,3}}(?P<year>{_YEAR})(?=$|[\s,:])"
)
_STOPS = re.compile(
    r"(?:,\s*|\s+(?:with|and)\s+)\d{1,5}\s*(?:pages?|figures?|figs?|tables?|pp)\b"
    r"|,?\s(?:code|project page|our code|source code|data|https?:|see|this is|doi)\b",
    re.IGNORECASE,
)
_EMPTY_NAMES = {"", "publication", "publish", "a journal", "journal", "press", "arxiv", "english"}


def accepted_at(comments: str) -> Venue | None:
    """Parse where a paper was accepted, presented or published; None where no words say so.

    `Submitted to` says nothing; a well-known venue with a year says enough by itself.
    """
    text = one_line(comments)[:LONGEST_TEXT]
    named = next((one for one in _NAMED.finditer(text) if not _only_submitted(text, one)), None)
    said = next((one for one in _SAID.finditer(text) if not _only_submitted(text, one)), None)
    venue = _venue(said["venue"]) if said else None
    return venue or (_known(named, _sentence(text, named)) if named else None)


def _known(named: re.Match[str], sentence: str) -> Venue:
    """Return a well-known venue, or the part of it that its sentence names."""
    part = _PART.search(sentence)
    year = int(named["year"] or f"20{named['short']}")
    return Venue(f"{named['name']} {part[0].lower()}" if part else named["name"], year)


def _only_submitted(text: str, found: re.Match[str]) -> bool:
    """Return whether the same sentence says that nothing is decided yet."""
    before = _sentence(text, found)[: found.end() - _begin(text, found)]
    return bool(_NOT_YET.search(before) or _SUBMISSION.match(text, found.end()))


def _begin(text: str, found: re.Match[str]) -> int:
    return max(text.rfind(mark, 0, found.start()) for mark in ".;") + 1


def _sentence(text: str, found: re.Match[str]) -> str:
    """Return the sentence that a match stands in."""
    ends = (text.find(mark, found.end()) for mark in ".;")
    return text[_begin(text, found) : min((end for end in ends if end >= 0), default=len(text))]


def _venue(text: str) -> Venue | None:
    known = _NAMED.match(text)
    if known:
        return _known(known, text)
    stop = _STOPS.search(text)
    if stop:
        text = text[: stop.start()]
    text, year = text.strip(" ,:-'\""), None
    if found := _AT_END.search(text):
        year, text = int(found["year"]), text[: found.start()]
    elif found := re.match(rf"({_YEAR})\s", text):
        year, text = int(found[1]), text[found.end() :]
    name = text.strip(" ,:-'\"")
    if name.lower() in _EMPTY_NAMES or not any(map(str.isalpha, name)):
        return None
    if len(name) > _LONGEST_VENUE:
        cut = name[:_LONGEST_VENUE].rsplit(" ", 1)[0]
        name = f"{cut}\N{HORIZONTAL ELLIPSIS}"
    return Venue(name, year)


_HOSTS = (
    r"github\.com|gist\.github\.com|gitlab\.com|gitlab(?:\.[a-z0-9-]{2,30}){1,3}\.[a-z]{2,6}"
    r"|codeberg\.org|bitbucket\.org|figshare\.com|modelscope\.cn|huggingface\.co|hf\.co"
    r"|zenodo\.org|kaggle\.com|osf\.io|sourceforge\.net|git\.sr\.ht"
    r"|software\.ligo\.org|anonymous\.4open\.science"
)
_STEP = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}"
_NAMES = (
    *(
        "git",
        "codeberg",
        "bitbucket",
        "huggingface",
        "hf.co",
        "figshare",
        "modelscope",
        "zenodo",
        "kaggle",
        "osf.io",
        "sourceforge",
    ),
    *("software.ligo", "4open"),
)
"""One of them is in every address below; few texts have any, and only those are searched."""

_CODE = re.compile(
    rf"(?<![\w.@/-])(?:https?://)?(?:www\.)?(?P<host>{_HOSTS})"
    rf"/(?P<path>{_STEP}(?:/{_STEP}){{0,5}})",
    re.IGNORECASE | re.ASCII,
)
_PAGES_OF = re.compile(
    r"(?<![\w.@/-])(?:https?://)?(?P<user>[A-Za-z0-9-]{1,39})\.(?P<host>github|gitlab)\.io"
    rf"(?P<path>(?:/{_STEP}){{0,3}})",
    re.IGNORECASE | re.ASCII,
)
_ZENODO_DOI = re.compile(r"\b10\.5281/zenodo\.(\d{1,12})\b", re.IGNORECASE)
# One name alone is a user, not what they made; huggingface.co/papers is a paper.
_ALIASES = {"hf.co": "huggingface.co"}
_ONE_PART = {"zenodo.org", "osf.io", "huggingface.co", "anonymous.4open.science"}
_NO_CODE = {
    "papers",
    "about",
    "features",
    "login",
    "settings",
    "sponsors",
    "topics",
    "orgs",
    "blog",
    "docs",
}


def code_links(text: str) -> tuple[str, ...]:
    """Find addresses of repositories, models and data sets in a text; the first few, each once.

    Only hosts that are known to serve code or data count, and only plain characters of a path, so
    that no address does anything else than name one.
    """
    # TeX escapes what addresses contain: `my\_model`, `\textasciitilde`.
    plain = text[: 2 * LONGEST_TEXT].replace("\\_", "_").replace("\\~", "~").replace("\\-", "-")
    lowered = plain.lower()
    if not any(name in lowered for name in _NAMES):
        return ()
    found = sorted(_links(plain))
    return tuple(dict.fromkeys(address for _, address in found))[:MOST_CODE_LINKS]


def _links(text: str) -> Iterator[tuple[int, str]]:
    for one in _CODE.finditer(text):
        host, path = one["host"].lower(), _without_tail(one["path"])
        host = _ALIASES.get(host, host)
        first, *others = path.split("/")
        if first.lower() in _NO_CODE or (not others and host not in _ONE_PART):
            continue
        yield one.start(), f"https://{host}/{path}"
    for one in _PAGES_OF.finditer(text):
        host = f"{one['user']}.{one['host']}.io".lower()
        yield one.start(), f"https://{host}{_without_tail(one['path'])}"
    for one in _ZENODO_DOI.finditer(text):
        yield one.start(), f"https://doi.org/10.5281/zenodo.{one[1]}"


def _without_tail(path: str) -> str:
    """Drop what ends the sentence and not the address."""
    return path.rstrip("._-").removesuffix(".git").rstrip("._-")
