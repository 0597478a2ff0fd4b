"""Checks of the reader's own files: profile, criteria and secrets."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from paperlark.doctor.findings import (
    CheckContext,
    Finding,
    Severity,
    error,
    note,
    ok,
    trouble,
    warning,
)
from paperlark.domain.errors import ProfileError, SecretUnusable
from paperlark.domain.profile import ENGLISH
from paperlark.domain.taxonomy import is_archive, named
from paperlark.renderers import english
from paperlark.renderers.catalogue import catalogue_of, is_tag_of_english, language_name
from paperlark.settings.secrets import Needed, how_to_keep, needed_secrets
from paperlark.store.translations import find_translation

_FEW_WORDS = 8
"""With fewer words the ranker has little to work with."""


_MOST_NAMED = 8
"""Topics that are named."""


def problems(failed: ProfileError) -> Iterator[Finding]:
    """Return every mistake in a profile that cannot be used."""
    for problem in failed.problems:
        yield Finding("profile", Severity.ERROR, str(problem), failed.hint or "correct that line")


def check_profile(context: CheckContext) -> Iterator[Finding]:
    """Check the profile and the criteria, which could be loaded."""
    yield ok("profile", f"{context.profile} is valid")
    yield from _criteria(context)
    for remark in context.settings.profile.criteria.warnings:
        yield warning("criteria", remark, "see: paperlark criteria")
    yield from _language(context)
    yield from _page_language(context)
    yield from _categories(context)
    followed = context.settings.profile.followed
    yield ok("people", f"{english.counted(len(followed), 'followed author')}")


def _criteria(context: CheckContext) -> Iterator[Finding]:
    criteria = context.settings.profile.criteria
    texts = [criteria.remarks, *criteria.keywords, *criteria.unwanted]
    texts += [part for topic in criteria.topics for part in (topic.relevant, topic.irrelevant)]
    words = sum(len(text.split()) for text in texts)
    topics = english.counted(len(criteria.topics), "topic")
    keywords = english.counted(len(criteria.keywords) + len(criteria.unwanted), "keyword")
    found = f"{topics} and {keywords}, {english.counted(words, 'word')}"
    # Not every script puts spaces between words, and `_language` has said what matters more.
    if words < _FEW_WORDS and not any(_language(context)):
        yield warning("criteria", f"{found}: that is very short", "write a few sentences more")
    elif not any(topic.irrelevant for topic in criteria.topics) and not criteria.unwanted:
        yield note("criteria", f"{found}; nothing states what you do not want", "add a line"
                   " that begins with `Not relevant:`")  # fmt: skip
    else:
        yield ok("criteria", f"{found}; line by line: paperlark criteria")
    names = [one.name for one in criteria.topics]
    if names:
        yield ok(
            "topics", english.listed(names[:_MOST_NAMED]) + (" …" if names[_MOST_NAMED:] else "")
        )


def _language(context: CheckContext) -> Iterator[Finding]:
    """Check whether the criteria share words with papers, or how they were translated."""
    from paperlark.rankers.language import UNREADABLE, WAY_OUT, unreadable  # noqa: PLC0415  # numpy

    criteria, model = context.settings.profile.criteria, context.settings.model
    if unreadable(criteria) is None:
        return
    if model is None:
        yield warning("language", UNREADABLE, WAY_OUT)
        return
    from paperlark.judges.translate import signature  # noqa: PLC0415  # where there is a model

    database, translator = context.settings.database, signature(model.model)
    stored = find_translation(database, criteria.fingerprint, translator)
    if stored is None:
        yield note(
            "language", f"{UNREADABLE}: {model.model} translates them once, for the next page"
        )
    elif stored.english is None:
        yield warning("language", f"{UNREADABLE}, and {model.model} gave no usable translation",
                      WAY_OUT)  # fmt: skip
    else:
        lines = " / ".join(line.strip() for line in stored.english.splitlines() if line.strip())
        yield ok("language", f"translated by {model.model} for the ranking: {lines}")


def _page_language(context: CheckContext) -> Iterator[Finding]:
    """Check whether there are words of the page in the language that was asked for."""
    tag = context.settings.profile.language
    if is_tag_of_english(tag) or catalogue_of(tag) != ENGLISH:
        return
    name = language_name(tag)
    if name == tag:
        yield warning(
            "language", f"no language is known by the tag {tag!r}", 'correct it, as in "de"'
        )
        return
    own = "the page's own words are in English"
    model = context.settings.model
    said = f"{own}; {model.model} writes in it" if model else own
    yield note("language", f"there is no catalogue in {name}: {said}")


def _categories(context: CheckContext) -> Iterator[Finding]:
    categories = context.settings.profile.categories
    yield ok("categories", english.listed(map(named, categories)))
    for category in categories:
        if is_archive(category):
            yield note(
                "categories",
                f"{category} is a whole archive: hundreds of papers a day",
                "list the categories that you read, unless you want all",
            )
        elif category.partition(".")[0] in categories:
            yield note("categories", f"{category} is included in the whole archive anyway")


_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_secrets(context: CheckContext) -> Iterator[Finding]:
    """Look up each secret by its name."""
    wanted = list(needed_secrets(context.settings))
    if not wanted:
        yield ok("secrets", "none needed")
    for one in wanted:
        yield _secret(context, one)
    yield from _private_file(context)


def _secret(context: CheckContext, wanted: Needed) -> Finding:
    try:
        found = context.environment.secrets.find(wanted.name)
    except SecretUnusable as failed:
        return trouble(wanted.name, failed)
    if found is not None:
        return ok(wanted.name, f"{wanted.use}, in {found.where}")
    if not wanted.needed:
        return note(wanted.name, f"{wanted.use}: missing")
    return error(wanted.name, f"{wanted.use}: missing", how_to_keep(wanted.name))


def _private_file(context: CheckContext) -> Iterator[Finding]:
    """Check who can read the private file, even if this profile has no secret in it."""
    file = context.environment.secrets.file
    try:
        mode = file.stat().st_mode
    except OSError:
        return
    if mode & _OTHERS:
        yield error("secrets", f"{file} can be read by others", f"chmod 600 {file}")
    else:
        yield ok("secrets", f"{file} is readable by you only")
