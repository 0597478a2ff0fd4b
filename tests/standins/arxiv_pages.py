"""How arXiv prints what it announced: feeds, listing and catch-up pages, OAI-PMH, search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape

from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.paper import Author, Paper, PaperDetails
from paperlark.domain.taxonomy import CATEGORIES
from standins.arxiv_truth import submitted
from standins.feeds import item, rss

Listings = Sequence[Listing]
RSS_LIMIT = 2000


def feed(category: str, stamp: date, listings: Listings) -> bytes:
    """Print an RSS feed; of more than 2,000 entries arXiv drops the first."""
    items = [
        item(
            f"oai:arXiv.org:{one.paper.id}v{one.paper.version}",
            title=one.paper.title,
            abstract=one.paper.abstract.replace("\n\n", "\n  "),
            creator=", ".join(map(_name, one.paper.authors)),
            categories=one.paper.categories,
            type=one.type.value,
        )
        for one in listings[-RSS_LIMIT:]
    ]
    return rss(*items, title=f"{category} updates on arXiv.org", stamp=f"{stamp:%d %b %Y}")


def unknown_category(category: str) -> bytes:
    """Print what arXiv sends, with status 400, for a category that it does not have."""
    return rss(title=f"Feed error for query: {category}")


def listing_page(
    stated: date, listings: Listings, *, shown: int | None = None, html: bool = True
) -> bytes:
    """Print `/list/<category>/new`, all entries or the first `shown` of every section."""
    body = f"<h3>Showing new listings for {stated:%A}, {stated.day} {stated:%B %Y}</h3>\n"
    body += _total(len(listings)) if listings else "<p>No updates today.</p>"
    return _page(body + _sections(listings, shown, html=html))


def catchup_page(day: date, listings: Listings, *, page: int, size: int) -> bytes:
    """Print one page of `/catchup/<category>/<day>`."""
    body = f"<h1>Catchup results for Some Subject on {day:%a, %d %b %Y}</h1>\n"
    here = listings[(page - 1) * size : page * size]
    body += f"<div>Total of {len(listings)} entries for {day:%a, %d %b %Y}</div>\n"
    if not here:
        further = "further " if page > 1 else ""
        return _page(f"{body}<div><p>No {further}updates for {day:%a, %d %b %Y}</p></div>")
    return _page(body + _sections(here, None, html=True))


def _page(body: str) -> bytes:
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><title>arXiv</title></head>\n<body>"
        f"<div id='content-inner'><div id='dlpage'>\n{body}\n</div></div></body>\n</html>\n"
    ).encode()


def _total(count: int) -> str:
    return f"<div class='paging'>Total of {count} entries</div>\n"


def _sections(listings: Listings, shown: int | None, *, html: bool) -> str:
    replaced = (AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS)
    types = {"New": (AnnounceType.NEW,), "Cross": (AnnounceType.CROSS,), "Replacement": replaced}
    printed = []
    for name, kinds in types.items():
        entries = [one for one in listings if one.type in kinds]
        if entries:
            here = entries[:shown]
            first = "first " if len(here) < len(entries) else ""
            heading = f"{name} submissions (showing {first}{len(here)} of {len(entries)} entries )"
            printed.append(
                f"<dl id='articles'>\n<h3>{heading}</h3>\n"
                + "".join(_entry(n, one, html=html) for n, one in enumerate(here, 1))
                + "</dl>\n"
            )
    return "".join(printed)


def _entry(number: int, listing: Listing, *, html: bool) -> str:
    paper = listing.paper
    version = (
        f', <a href="https://arxiv.org/html/{paper.id}v{paper.version}" title="View HTML"'
        f' id="html-{paper.id}">html</a>'
    )
    return f"""<dt>
  <a name='item{number}'>[{number}]</a>
  <a href ="/abs/{paper.id}" title="Abstract" id="{paper.id}">
    arXiv:{paper.id}
  </a>
  {_mark(listing)}
  [<a href="/pdf/{paper.id}" title="Download PDF" id="pdf-{paper.id}">pdf</a>{version * html}]
</dt>
<dd>
  <div class='meta'>
    <div class='list-title mathjax'><span class='descriptor'>Title:</span>
      {escape(paper.title)}
    </div>
    <div class='list-authors'>{_linked(paper.authors)}</div>
    {_labelled("list-comments mathjax", "Comments:", paper.details.comments)}
    {_labelled("list-journal-ref", "Journal-ref:", paper.details.journal_reference)}
    <div class='list-subjects'><span class='descriptor'>Subjects:</span>
      {_subjects(paper)}
    </div>
    <p class='mathjax'>
      {_abstract(paper.abstract)}
    </p>
  </div>
</dd>
"""


def _labelled(kind: str, label: str, text: str | None) -> str:
    """Print a field that not every paper has."""
    if text is None:
        return ""
    return f"<div class='{kind}'><span class='descriptor'>{label}</span>\n  {_abstract(text)}</div>"


def _mark(listing: Listing) -> str:
    marks = {
        AnnounceType.NEW: "",
        AnnounceType.CROSS: f"(cross-list from {listing.paper.primary_category})",
    }
    return marks.get(listing.type, "(replaced)")


def _subjects(paper: Paper) -> str:
    first, *others = (f"Name of It ({category})" for category in paper.categories)
    return f'<span class="primary-subject">{first}</span>' + "".join(f"; {one}" for one in others)


def _abstract(text: str) -> str:
    """Hide addresses and break lines as arXiv does."""
    linked = re.sub(
        r"(https?)://[^\s&<>\"']*[\w/]",
        lambda found: f'<a href="{found[0]}" rel="nofollow">this {found[1]} URL</a>',
        escape(text, quote=False),
    )
    return linked.replace("\n\n", "<br>")


def _linked(authors: Sequence[Author]) -> str:
    if not authors:
        return "(author list is unavailable)"
    return ", ".join(
        f'<a href="/search/?query=x" rel="nofollow">{escape(one.name)}</a>'
        + (f" ({escape(one.affiliation)})" if one.affiliation else "")
        for one in authors
    )


def _name(author: Author) -> str:
    return f"{author.name} ({author.affiliation})" if author.affiliation else author.name


def records(day: date, listings: Listings, *, skip: int, size: int, token: str) -> bytes:
    """Print one page of ListRecords in arXivRaw, numbered from `skip`."""
    here = listings[skip : skip + size]
    printed = "".join(_record(day, one, n) for n, one in enumerate(here, skip))
    if skip + size < len(listings):
        printed += f"<resumptionToken>{escape(token)}</resumptionToken>"
    elif skip:
        printed += "<resumptionToken/>"
    return _oai(f"<ListRecords>{printed}</ListRecords>")


def oai_error(code: str, words: str = "") -> bytes:
    """Print an error as OAI-PMH does, which goes out with HTTP 200."""
    return _oai(f"<error code='{code}'>{words}</error>")


def _oai(inside: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n'
        "<responseDate>2026-11-22T00:00:00Z</responseDate><request>x</request>"
        f"{inside}</OAI-PMH>"
    ).encode()


def _record(day: date, listing: Listing, place: int) -> str:
    paper = listing.paper
    first, latest = submitted(listing, day, place)
    versions = "".join(
        f'<version version="v{number}"><date>{_gmt(first if number == 1 else latest)}</date>'
        "<size>1kb</size></version>"
        for number in range(1, paper.version + 1)
    )
    *names, last = [*map(_name, paper.authors)] or [""]
    authors = f"{', '.join(names)} and {last}" if names else last
    return f"""<record><header><identifier>oai:arXiv.org:{paper.id}</identifier>
<datestamp>{day}</datestamp></header><metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">
<id>{paper.id}</id><submitter>Somebody</submitter>{versions}<title>{escape(paper.title)}</title>
<authors>{escape(authors)}</authors><categories>{" ".join(paper.categories)}</categories>
{_tagged(paper.details)}
<abstract>  {escape(_wrapped(paper.abstract))}
</abstract></arXivRaw></metadata></record>"""


def _tagged(details: PaperDetails) -> str:
    """Print the fields of OAI-PMH that not every paper has."""
    fields = {
        "comments": details.comments,
        "journal-ref": details.journal_reference,
        "doi": details.doi,
        "license": details.licence,
    }
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in fields.items() if text)


def _gmt(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


def _wrapped(abstract: str) -> str:
    """Break lines as arXiv's files do."""
    return "\n  ".join(part.replace(". ", ".\n") for part in abstract.split("\n\n"))


def results(found: Sequence[tuple[Listing, datetime]], total: int) -> bytes:
    """Print one page of the search API."""
    entries = "".join(_result(listing.paper, first) for listing, first in found)
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
        f"<title>arXiv Query</title><opensearch:totalResults>{total}</opensearch:totalResults>"
        f"{entries}</feed>"
    ).encode()


def search_error(words: str) -> bytes:
    """Print an error as the search API does: an entry."""
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><opensearch:totalResults'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">1</opensearch:totalResults>'
        "<entry><id>http://arxiv.org/api/errors#oops</id><title>Error</title>"
        f"<summary>{escape(words)}</summary></entry></feed>"
    ).encode()


def _result(paper: Paper, first: datetime) -> str:
    authors = "".join(
        f"<author><name>{escape(one.name)}</name>"
        + (f"<arxiv:affiliation>{escape(one.affiliation)}</arxiv:affiliation>"
           if one.affiliation else "")
        + "</author>"
        for one in paper.authors
    )  # fmt: skip
    fields = {
        "comment": paper.details.comments,
        "journal_ref": paper.details.journal_reference,
        "doi": paper.details.doi,
    }
    said = "".join(
        f"<arxiv:{tag}>{escape(one)}</arxiv:{tag}>" for tag, one in fields.items() if one
    )
    terms = "".join(f'<category term="{category}"/>' for category in paper.categories)
    return f"""<entry><id>http://arxiv.org/abs/{paper.id}v{paper.version}</id>
<title>{escape(paper.title)}</title><published>{first.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</published>
<summary>  {escape(_wrapped(paper.abstract))}
</summary>{said}{terms}<arxiv:primary_category term="{paper.primary_category}"/>{authors}</entry>"""


def known_category(category: str) -> bool:
    """Return whether arXiv has such a category, whatever its case."""
    return category.lower() in {known.lower() for known in CATEGORIES}
