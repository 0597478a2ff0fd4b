"""A first session: what was answered so far, kept in memory until the profile is written."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import paperlark
from paperlark import (
    Environment,
    FirstAnswers,
    OpenedProfile,
    Paper,
    RunOptions,
    SourceError,
    Unimportable,
)
from paperlark.domain.category_search import find_categories, own_categories
from paperlark.domain.plain_text import clean, one_line
from paperlark.domain.taxonomy import named
from paperlark.renderers import english
from paperlark.settings.answers import CATEGORIES, SetupAnswers
from paperlark.settings.starter import unusable_interests
from paperlark.settings.typed_lists import split_list
from paperlark.settings.values import ArxivSettings
from paperlark.web.cards import Cards
from paperlark.web.forms import UploadedFile

LONGEST_INTERESTS = 30_000
_MOST_FIELDS = 12
_SHOWN = 80
"""Characters of what was typed that an error quotes."""


class Misunderstood(ValueError):
    """What was typed cannot be used; its text says why, in one line.

    `fields` is what the field may have been meant to be, empty where that is not known.
    """

    def __init__(self, problem: str, fields: str = "") -> None:
        super().__init__(problem)
        self.fields = fields


@dataclass(frozen=True, slots=True)
class FirstContext:
    """Where the profile is to be written, and how arXiv is asked."""

    folder: Path | None
    options: RunOptions
    environment: Environment
    arxiv: ArxivSettings


@dataclass(frozen=True, slots=True)
class NamedPapers:
    """Papers that a reader named, and how; `liked` ones are imported."""

    papers: tuple[Paper, ...] = ()
    source: str = ""
    liked: bool = True
    left_out: tuple[str, ...] = ()

    @property
    def to_import(self) -> tuple[Paper, ...]:
        """The papers that are imported as liked."""
        return self.papers if self.liked else ()

    @property
    def text(self) -> str:
        """What was found, in one line."""
        left = f"; {len(self.left_out)} left out" if self.left_out else ""
        return f"{english.counted(len(self.papers), 'paper')} of {self.source}{left}"


@dataclass(frozen=True, slots=True)
class FirstState:
    """What was typed and answered so far.

    `typed_papers` and `typed_author` could not be read, and are shown again to be corrected.
    `told` is about what was just done. `setup` is what the profile will say, None while it is
    being typed; `cards` are None before that and where `unreachable` says why there are none.
    """

    fields: str = ", ".join(CATEGORIES)
    interests: str = ""
    named: NamedPapers = NamedPapers()
    typed_papers: str = ""
    typed_author: str = ""
    told: str = ""
    setup: SetupAnswers | None = None
    cards: Cards | None = None
    unreachable: str = ""

    @property
    def ended(self) -> FirstAnswers:
        """What is kept beside the profile."""
        cards = self.cards
        return FirstAnswers(
            self.named.to_import,
            self.named.source,
            cards.day if cards else None,
            cards.answers if cards else {},
        )


class FirstSession:
    """Holds the state of one first session; every change is whole or none."""

    def __init__(self, context: FirstContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._written = False
        self.state = FirstState()

    def forget_papers(self) -> None:
        """Leave out the papers that were named."""
        with self._lock:
            self.state = replace(self.state, named=NamedPapers(), told="")

    def begin(
        self, fields: str, interests: str, named: str, author: str, file: UploadedFile | None
    ) -> None:
        """Take what was typed: draft interests where only papers are named, else begin the cards.

        Raises Misunderstood, and then nothing is changed.
        """
        with self._lock:
            codes, interests = read_fields(fields), _checked(clean(interests).strip())
            found = self._named(named.strip(), author.strip(), file) or self.state.named
            state = FirstState(fields, interests, found)
            if found.papers and not interests:
                self.state = _drafted(state, codes)
            else:
                setup = SetupAnswers(categories=codes, interests=interests)
                self.state = self._with_cards(state, setup)

    def answer(self, paper: str, *, wanted: bool | None) -> None:
        """Take the answer to the card that is shown."""
        with self._lock:
            if self.state.cards:
                cards = self.state.cards.answered(paper, wanted=wanted)
                self.state = replace(self.state, cards=cards)

    def take_back(self) -> None:
        """Take the latest answer back."""
        with self._lock:
            if self.state.cards:
                self.state = replace(self.state, cards=self.state.cards.taken_back())

    def finish(self) -> OpenedProfile | None:
        """Write the profile; return None where it was written, or there is nothing to write yet.

        Raises PaperlarkError where it cannot be written, and then it can be tried again.
        """
        with self._lock:
            if self._written or self.state.setup is None:
                return None
            profile = paperlark.begin_profile(
                self.state.setup,
                self.state.ended,
                folder=self._context.folder,
                options=self._context.options,
                environment=self._context.environment,
            )
            self._written = True
            return profile

    def _with_cards(self, state: FirstState, setup: SetupAnswers) -> FirstState:
        context, before = self._context, self.state.cards
        if before and before.setup.categories == setup.categories:
            day = before.day
        else:
            try:
                day = paperlark.open_first_day(
                    setup.categories,
                    options=context.options,
                    environment=context.environment,
                    arxiv=context.arxiv,
                )
            except SourceError as error:
                return replace(state, setup=setup, unreachable=one_line(error.problem))
        return replace(state, setup=setup, cards=Cards.begin(setup, state.named.to_import, day))

    def _named(self, text: str, author: str, file: UploadedFile | None) -> NamedPapers | None:
        """Return the papers that were named just now, None where none were."""
        try:
            if file is not None:
                name = one_line(PurePath(file.name).name)[:_SHOWN]
                return self._read(file.content, name or "your file")
            if text:
                return self._read(text.encode(), "your list")
            if author:
                return self._by_author(author)
        except Unimportable as error:
            raise Misunderstood(
                f"{one_line(error.problem)}. Nothing changed: correct it, or write your interests"
                " in your own words."
            ) from error
        return None

    def _read(self, content: bytes, name: str) -> NamedPapers:
        context = self._context
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "named"
            path.write_bytes(content)
            try:
                found = paperlark.read_papers(
                    path, environment=context.environment, arxiv=context.arxiv
                )
            except Unimportable as error:
                raise Unimportable(error.problem.replace(str(path), name)) from error
        if not found.papers:
            why = f" ({found.left_out[0].replace(str(path), name)})" if found.left_out else ""
            raise Unimportable(f"no paper of {name} could be found{why}")
        return NamedPapers(found.papers, name, left_out=found.left_out)

    def _by_author(self, author: str) -> NamedPapers:
        context = self._context
        found = paperlark.find_papers_of_author(
            author, environment=context.environment, arxiv=context.arxiv
        )
        if not found:
            raise Unimportable(
                f"arXiv knows no papers by {author[:_SHOWN]!r}; write the name as on your papers"
            )
        # Several persons may have the name: the papers draft interests, and teach nothing.
        return NamedPapers(found, author[:_SHOWN], liked=False)


def read_fields(text: str) -> tuple[str, ...]:
    """Return the categories that a list of codes or words names; raises Misunderstood."""
    codes: list[str] = []
    asked = split_list(text)
    for number, words in enumerate(asked):
        found = find_categories(words[:_SHOWN])
        if not found:
            raise Misunderstood(f"arXiv has no category like {words[:_SHOWN]!r}; nothing changed")
        if len(found) > 1:
            several, first = ", ".join(named(one.code) for one in found), found[0].code
            raise Misunderstood(
                f"{words[:_SHOWN]!r} may be {several}: the field below now says {first}. Change"
                " it, or go on",
                fields=", ".join((*asked[:number], first, *asked[number + 1 :])),
            )
        codes.append(found[0].code)
    if not codes or len(codes) > _MOST_FIELDS:
        raise Misunderstood(f"name 1 to {_MOST_FIELDS} fields, such as cs.LG; nothing changed")
    return tuple(dict.fromkeys(codes))


def _checked(interests: str) -> str:
    if len(interests) > LONGEST_INTERESTS:
        raise Misunderstood(f"interests may have {LONGEST_INTERESTS:,} characters; nothing changed")
    problem = unusable_interests(interests) if interests else None
    if problem:
        raise Misunderstood(f"your interests: {problem}; nothing changed")
    return interests


def _drafted(state: FirstState, codes: Sequence[str]) -> FirstState:
    """Return the state with interests drafted from the named papers, to be looked at first."""
    papers = state.named.papers
    text = clean(paperlark.draft_criteria(papers).text)
    own = own_categories(papers, codes)
    told = "Your interests were drafted from these papers: change them as you like."
    if own:
        told += f" Most of the papers are in {', '.join(map(named, own))}: that is your field now."
    fields = ", ".join(own) if own else state.fields
    return replace(state, interests=text, fields=fields, told=told)
