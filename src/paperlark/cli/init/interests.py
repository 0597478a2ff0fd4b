"""The question about interests: written, from a file, or drafted from papers; then shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from paperlark.api import language_note
from paperlark.cli.init.agreeing import agree
from paperlark.cli.init.dialogue import Dialogue
from paperlark.cli.init.drafting import draft_of, show_draft
from paperlark.cli.init.named_sources import (
    FoundPapers,
    NamedSource,
    SourceKind,
    has_term,
    papers_of,
    recognize,
    text_of,
)
from paperlark.cli.init.plan import SetupPlan
from paperlark.cli.init.questions import heading
from paperlark.domain.category_search import own_categories
from paperlark.domain.paper import Paper
from paperlark.domain.plain_text import one_line
from paperlark.domain.taxonomy import named
from paperlark.renderers import english
from paperlark.settings.answers import CATEGORIES, FIELDS, SetupAnswers
from paperlark.settings.environment import Environment
from paperlark.settings.starter import unusable_interests

_FEW = 3
_EXCERPT = 60
_EXPLAINED = (
    "Write as you would to a colleague who reads for you: topics, one a line or in sentences, and"
    " what does NOT interest you. Or name what your interests are to be drafted from: a file"
    " (library.bib; also RIS, CSL JSON, a list of arXiv papers, a digest), ids such as 1706.03762,"
    " `zotero users/12345`, or `me: Your Name` for your own papers at arXiv. A text file is taken"
    " as it is. Every draft is shown, and you can change it. `example NAME` begins with one of"
    f" {', '.join(FIELDS)}."
)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What was typed: words, or sources with the papers in them, or the name of an example."""

    words: str = ""
    sources: tuple[NamedSource, ...] = ()
    papers: tuple[Paper, ...] = ()
    example: str | None = None
    keeps: bool = False


def ask_interests(
    dialogue: Dialogue,
    plan: SetupPlan,
    environment: Environment,
    given: Sequence[NamedSource] = (),
) -> SetupPlan:
    """Ask what they want to read, show what was understood, and ask whether that is right.

    `given` are sources that options named.
    """
    template = SetupAnswers(categories=plan.answers.categories).template
    example = f"the example for {template}" if template else "the names of the categories"
    dialogue.title(heading(2, "Interests"), "What do you want to read? Write as much as you like,"
                   " over several lines; an empty line ends it. Or have them drafted from papers,"
                   " for you to change: name a file (BibTeX, RIS, a list), ids of papers, a Zotero"
                   " library, or yourself (me: Your Name)."
                   f" Enter alone uses {example}, which you can change later.")  # fmt: skip
    while True:
        gathered = _gather(dialogue, plan, environment, given)
        if gathered.keeps:
            return plan
        answered = _answered(dialogue, plan, gathered)
        if answered is not None:
            return _with_own_categories(dialogue, answered, gathered.papers)
        given = ()


def _answered(dialogue: Dialogue, plan: SetupPlan, gathered: _Gathered) -> SetupPlan | None:
    """Return the plan with the interests, when the reader agrees; None to ask again."""
    draft = draft_of(gathered.papers) if gathered.papers and not gathered.words else None
    text = gathered.words or (draft.text if draft else "")
    blank = replace(plan.answers, interests="", field=gathered.example, nobodys=False)
    plan = replace(
        plan,
        answers=blank,
        imports=tuple(one for source in gathered.sources for one in source.imports),
        libraries=tuple(one for source in gathered.sources for one in source.libraries),
        drafted_from=None,
        language=None,
    )
    if not text:
        return plan
    if draft:
        show_draft(dialogue, draft)
    agreed = agree(dialogue, text, draft)
    if agreed is None:
        return None
    whence = _in_words(gathered) if draft else None
    return replace(
        plan,
        answers=replace(blank, interests=agreed),
        drafted_from=whence,
        language=language_note(agreed),
    )


def _in_words(gathered: _Gathered) -> str:
    papers = english.counted(len(gathered.papers), "paper")
    return f"{papers} ({', '.join(one_line(source.name) for source in gathered.sources)})"


def _gather(
    dialogue: Dialogue,
    plan: SetupPlan,
    environment: Environment,
    given: Sequence[NamedSource],
) -> _Gathered:
    """Read lines until there are interests, or papers and nothing more."""
    gathered = _Gathered()
    for source in given:
        gathered = _with_source(dialogue, gathered, source, environment)
    earlier = plan.answers.interests
    if earlier and not given:
        dialogue.show(f"Enter alone keeps what you have: {one_line(earlier)[:_EXCERPT]} …")
    while True:
        mark = dialogue.mark
        line = dialogue.ask("interests", str, explained=_EXPLAINED, remembers=False)
        try:
            found = _line(dialogue, line, gathered)
        except ValueError as reason:
            dialogue.show(str(reason))
            dialogue.reject(mark)
            continue
        if isinstance(found, NamedSource):
            gathered = _with_source(dialogue, gathered, found, environment)
        elif found is not None:
            kept = not line and not gathered.papers and bool(earlier)
            return replace(found, keeps=kept)


def _line(dialogue: Dialogue, line: str, gathered: _Gathered) -> NamedSource | _Gathered | None:
    """Return what a line names, or all that was gathered with it; raises ValueError."""
    first, _, rest = line.partition(" ")
    if not line:
        return gathered
    if first.lower() == "example" and (not rest or rest in FIELDS):
        return replace(gathered, example=rest or None)
    source = recognize(line)
    if source and not source.sure and not _is_own_name(dialogue, source.name):
        source = None
    if source and source.kind is not SourceKind.TEXT:
        return source
    words = text_of(source.name) if source else _lines(dialogue, line)
    if problem := unusable_interests(words):
        raise ValueError(problem)
    return replace(gathered, words=words)


def _is_own_name(dialogue: Dialogue, name: str) -> bool:
    options = ["your name: draft your interests from your papers at arXiv", "what you want to read"]
    if has_term(name):
        options.reverse()
    chosen = options[dialogue.choose(
        f"{name} is", options,
        explained="It is written like a person's name. Type the number of a line.",
    )]  # fmt: skip
    return chosen.startswith("your name")


def _lines(dialogue: Dialogue, first: str) -> str:
    """Return the line and those typed after it, until an empty one."""
    lines = [first]
    explained = "Go on as long as you like: an empty line ends your text; < takes back a line."
    while line := dialogue.ask("...", str, explained=explained, remembers=False):
        lines.append(line)
    return "\n".join(lines)


def _with_source(
    dialogue: Dialogue, gathered: _Gathered, source: NamedSource, environment: Environment
) -> _Gathered:
    """Return what was gathered with the papers of a source, which are shown by their number."""
    found: FoundPapers = dialogue.once(lambda: papers_of(source, environment))
    name = one_line(source.name)
    if found.problem:
        dialogue.show(found.problem)
        return gathered
    if not found.papers:
        nobody = source.kind is SourceKind.AUTHOR
        dialogue.show(
            f"arXiv knows no papers by {name}; write the name as on your papers, or describe your"
            " interests" if nobody else f"{name} has no papers that can be read"
        )  # fmt: skip
        return gathered
    dialogue.show(f"{name}: {english.counted(len(found.papers), 'paper')}{_fate(source)}")
    for reason in found.left_out[:_FEW]:
        dialogue.show(f"left out: {one_line(reason)}")
    if len(found.left_out) > _FEW:
        dialogue.show(f"left out: {len(found.left_out) - _FEW} more")
    dialogue.show("Name more, or describe your interests in words; Enter drafts them from these.")
    papers = {paper.id: paper for paper in (*gathered.papers, *found.papers)}
    return replace(gathered, sources=(*gathered.sources, source), papers=tuple(papers.values()))


def _fate(source: NamedSource) -> str:
    if source.kind is SourceKind.AUTHOR:
        return " by that name at arXiv; a namesake's topics can be left out"
    return ", to be imported as liked"


def _with_own_categories(dialogue: Dialogue, plan: SetupPlan, papers: Sequence[Paper]) -> SetupPlan:
    """Propose the categories of the papers, where the reader has named others."""
    own = own_categories(papers, plan.answers.categories)
    if not own:
        return plan
    mine = plan.answers.categories
    chosen = dialogue.choose(
        "which",
        (
            f"read {', '.join(map(named, own))}, where most of these papers are",
            f"read them as well as {', '.join(mine)}",
            f"read only {', '.join(mine)}, as you said",
        ),
        explained="Most of the papers that you named are in categories that you do not read.",
    )
    categories = (own, tuple(dict.fromkeys((*mine, *own))), mine)[chosen]
    return replace(plan, answers=replace(plan.answers, categories=categories))


def draft_unasked(plan: SetupPlan, sources: Sequence[NamedSource], environment: Environment, *,
                  chooses_categories: bool) -> SetupPlan:  # fmt: skip
    """Draft interests from what options name, unasked; none where that fails."""
    gathered = _Gathered(sources=tuple(sources))
    for source in sources:
        found = papers_of(source, environment)
        if found.problem and source.kind is SourceKind.AUTHOR:  # else the import says it
            click.echo(found.problem, err=True)
        gathered = replace(gathered, papers=(*gathered.papers, *found.papers))
    plan = replace(
        plan,
        imports=tuple(one for source in sources for one in source.imports),
        libraries=tuple(one for source in sources for one in source.libraries),
    )
    draft = draft_of(gathered.papers)
    if draft is None:
        return replace(plan, answers=replace(plan.answers, nobodys=True))
    own = own_categories(gathered.papers, CATEGORIES) if chooses_categories else ()
    answers = replace(plan.answers, interests=draft.text, categories=own or plan.answers.categories)
    return replace(
        plan, answers=answers, drafted_from=_in_words(gathered), language=language_note(draft.text)
    )
