"""The Markdown page; untrusted text is escaped by the rules of CommonMark and GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from paperlark.domain.digest import Digest, Entry, Page
from paperlark.domain.judgement import Match, Nearest, Precedent, Unjudged
from paperlark.domain.paper import Author, Paper
from paperlark.domain.plain_text import clean, one_line
from paperlark.renderers import formats, matches, not_judged, reasons, typeset, wording
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.notes import note_text

_ACTIVE = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)         # a backslash that would escape what follows
    |[`*|]
    |\[
    |(?<![A-Za-z0-9])_                  # inside a word it emphasises nothing
    |~(?=~|[^\w\s]|\s|$)|(?<=[\w~])~    # could strike out; "~10 %" cannot
    """,
    re.VERBOSE,
)
# As an entity and not with a backslash: some Markdown parsers do not accept a backslash here.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]*;)")
_LINE_START = re.compile(r"^(?:(#{1,6}|[>+\-=~:])|(\d{1,9})([.)]))")


def escape(text: str) -> str:
    """Escape one line of cleaned text that follows other words on its line."""
    literal = _ACTIVE.sub(lambda found: "\\" + found[0], text)
    return _TAG.sub("&lt;", _ENTITY.sub("&amp;", literal))


def escape_line(text: str) -> str:
    """Escape text at the start of a line, where it could begin a heading, list, quote or rule."""
    return _LINE_START.sub(_escape_start, escape(text))


def escape_label(text: str) -> str:
    """Escape text inside the brackets of a link."""
    return escape(text).replace("]", "\\]")


def _escape_start(found: re.Match[str]) -> str:
    return f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}"


_FENCE = re.compile(r"`{3,}")


class MarkdownRenderer:
    """Renders `day.md`; long lists of authors are shortened."""

    def render(self, digest: Digest) -> Page:
        """Render the page."""
        text = "\n\n".join(_blocks(digest)) + "\n"
        return Page(PurePosixPath(f"{digest.day}.md"), "text/markdown", text.encode())


def _blocks(digest: Digest) -> Iterator[str]:
    yield f"# {formats.long_date(digest.day)}"
    categories = _escaped(formats.listed(digest.categories))
    yield " · ".join(filter(None, (f"**{_escaped(digest.profile)}**", categories)))
    yield " · ".join(_escaped(part) for part in wording.summary(digest))
    own = (not_judged.unjudged_note(digest), wording.summaries_missing(digest))
    notes = filter(None, (*own, *map(note_text, digest.notes)))
    yield from (f"> {escape_line(one_line(note))}" for note in notes)
    yield _usage(digest)
    yield from wording.cost_remarks(digest)
    yield _funnel(digest)
    missed = wording.missed(digest)
    if missed:
        yield missed
    agreement = wording.agreement(digest)
    if agreement:
        yield agreement
    if digest.batches:
        yield "\n".join(f"- {name}: {_escaped(source)}" for name, source in wording.batches(digest))
    if digest.entries:
        yield f"## {_('Contents')}"
        remarks = zip(digest.entries, reasons.asides(digest.entries), strict=True)
        yield from filter(None, (matches.legend(digest),))
        yield "\n".join(_content(entry, aside) for entry, aside in remarks)
        yield f"## {_('Papers')}"
    for entry in digest.entries:
        yield from _entry(entry)
    if not digest.entries:
        yield wording.no_papers_text(digest)
    yield from _updated(digest)
    yield from _missing(digest)
    yield from _unread(digest)
    yield from _appendix(digest)


def _usage(digest: Digest) -> str:
    if digest.model is None:
        return wording.without_model(digest)
    rows = wording.usage_rows(digest.spend)
    table = _table((_escaped(digest.model), _("prompt"), _("completion"), _("total")), rows)
    remarks = [row.remark for row in rows if row.remark]
    return "\n\n".join((table, *(f"{remark}." for remark in remarks)))


def _funnel(digest: Digest) -> str:
    rows = (
        wording.TableRow(row.name, (*row.cells, row.remark)) for row in wording.funnel_rows(digest)
    )
    return _table((_("papers"), "", ""), tuple(rows), aligned="| --- | ---: | --- |")


def _table(
    head: tuple[str, ...],
    rows: tuple[wording.TableRow, ...],
    aligned: str = "| --- | ---: | ---: | ---: |",
) -> str:
    lines = [head, *((row.name, *row.cells) for row in rows)]
    first, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join((first, aligned, *rest))


def _content(entry: Entry, aside: str) -> str:
    title = escape_label(typeset.plain(entry.paper.title))
    behind = f" — {_escaped(aside)}" if aside else ""
    link = f"[{title}](#{entry.paper.anchor}) {_escaped(entry.paper.id)}"
    return f"{entry.place}. {reasons.chip(entry)} {link}{behind}"


def _entry(entry: Entry) -> Iterator[str]:
    paper = entry.paper
    star = f"{reasons.STAR} " if entry.followed else ""
    title = escape_label(typeset.plain(paper.title))
    yield f'### {entry.place}. {star}[{title}]({paper.url}) <a id="{paper.anchor}"></a>'
    if paper.authors:
        yield f"**{_('Authors')}:** {_authors(paper.authors)}"
    yield _facts(entry)
    for remark in reasons.remarks(paper):
        yield f"**{remark.name}:** {escape(typeset.plain(remark.text))}"
    scores = _scores(entry)
    if scores:
        yield scores
    if entry.precedents:
        earlier = "; ".join(_precedent(one) for one in entry.precedents)
        yield f"**{_('Nearest earlier')}:** {earlier}"
    if entry.judgement and entry.judgement.summary:
        yield f"**{_('New')}:** {escape(typeset.plain(entry.judgement.summary))}"
    why = reasons.reason(entry)
    if why:
        yield f"**{_('Why')}:** {escape(typeset.plain(why))}"
    if entry.match:
        yield _evidence(entry.match)
    first, *rest = typeset.plain_paragraphs(paper.abstract) or (_("none"),)
    yield f"**{_('Abstract')}:** {escape(first)}"
    yield from (escape_line(paragraph) for paragraph in rest)


def _authors(authors: tuple[Author, ...]) -> str:
    shown = reasons.shown_authors(len(authors))
    names = formats.listed(_escaped(_name(author)) for author in authors[:shown])
    hidden = len(authors) - shown
    if not hidden:
        return names
    return _("{names} and {count} more").format(names=names, count=formats.number(hidden))


def _name(author: Author) -> str:
    return f"{author.name} ({author.affiliation})" if author.affiliation else author.name


def _facts(entry: Entry) -> str:
    paper = entry.paper
    categories = _escaped(formats.listed(paper.categories))
    withdrawn = f"**{_(reasons.WITHDRAWN)}**" if reasons.is_withdrawn(paper) else ""
    facts = (
        f"[{paper.id}]({paper.url})",
        withdrawn,
        categories,
        _(entry.type) if entry.type else "",
        reasons.licence(paper),
        f"[pdf]({paper.pdf_url})",
        *(f"[{_(link.word)}]({link.url})" for link in reasons.links(paper)),
    )
    return " · ".join(filter(None, facts))


def _scores(entry: Entry) -> str:
    marks = (entry.outside and _(reasons.OUTSIDE), entry.unjudged and _(reasons.NOT_JUDGED))
    mark = "".join(f" · *{one}*" for one in marks if one)
    match = f"{_('Match')} {matches.match_text(entry.match)}{mark}" if entry.match else ""
    if entry.judgement is None:
        return match
    scores = entry.judgement
    said = (
        f"**{_('Relevance')} {scores.relevance}**",
        f"**{_('Novelty')} {scores.novelty}**",
        match,
    )
    return " · ".join(filter(None, said))


def _evidence(match: Match) -> str:
    """Return the evidence of the ranker; the match itself is among the scores."""
    facts = reasons.evidence(match)
    items = [f"{reasons.lower_first(name)}: {_escaped(value)}" for name, value in facts]
    if match.nearest:
        items.append(_("resembles: {paper}").format(paper=_nearest(match.nearest)))
    return f"**{_('Evidence')}:** {'; '.join(items) or _('the match alone')}"


def _nearest(nearest: Nearest) -> str:
    title = escape_label(typeset.plain(nearest.title))
    named = f"[{title}]({nearest.url})" if nearest.url else title
    return f"{named} ({formats.short_date(nearest.day)})"


def _precedent(one: Precedent) -> str:
    title = escape_label(typeset.plain(one.title))
    return f"[{title}]({one.url}) ({reasons.precedent_text(one)})"


def _updated(digest: Digest) -> Iterator[str]:
    if digest.updated:
        yield f"## {_('Updated')}"
        yield "\n".join(f"- {_label(one.paper)}: {wording.updated(one)}" for one in digest.updated)


def _missing(digest: Digest) -> Iterator[str]:
    failed, unknown = not_judged.failed_alone(digest), not_judged.not_recorded(digest)
    together = not_judged.not_judged_together(digest)
    if not (failed or unknown or together):
        return
    yield f"## {_('Not judged')}"
    if failed:
        yield "\n".join(f"- {_label(m.paper)}: {_escaped(_(m.reason))}" for m in failed)
    for why, left in together:
        yield _escaped(why)
        yield "\n".join(f"- {_label(missing.paper)}" for missing in left)
    if unknown:
        yield f"{not_judged.not_recorded_text(unknown)}"
        yield formats.listed(_id(missing) for missing in unknown)


def _unread(digest: Digest) -> Iterator[str]:
    if digest.funnel.unread:
        yield f"## {_('Unread')}"
        yield wording.unread_text(digest)
    if digest.unread:
        yield "\n".join(
            f"- [{one.paper_id}]({one.url}) {escape(typeset.plain(one.title))}:"
            f" {matches.unread_match(digest, one)}"
            for one in digest.unread
        )


def _label(paper: Paper) -> str:
    return f"[{paper.id}]({paper.url}) {escape(typeset.plain(paper.title))}"


def _id(missing: Unjudged) -> str:
    return f"[{missing.paper.id}]({missing.paper.url})"


def _appendix(digest: Digest) -> Iterator[str]:
    prompt, kept = clean(digest.prompt or "").strip("\n"), wording.private_prompt(digest)
    cut_offs = wording.cutoffs_text(digest)
    if not (prompt or kept or cut_offs):
        return
    yield f"## {_('How this page was made')}"
    if cut_offs:
        yield cut_offs
    if kept:
        yield kept
    if prompt:
        yield f"{_('The selection prompt')}:\n\n{_fenced(prompt)}"
    if digest.understood:
        understood = _("What was understood of the criteria")
        yield f"{understood}:\n\n" + _fenced("\n".join(digest.understood))
    if digest.translation:
        yield f"{_(wording.TRANSLATION)}\n\n{_fenced(digest.translation)}"


def _fenced(text: str) -> str:
    """Return a code block; the fence is longer than any within."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}text\n{clean(text)}\n{fence}"


def _escaped(text: str) -> str:
    return escape(one_line(text))
