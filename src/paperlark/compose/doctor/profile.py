"""The reader's own files: what they say, and what is missing in them."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.compose.doctor.patient import Patient, note, ok, warning
from paperlark.domain.categories import is_archive, named
from paperlark.domain.checkup import Finding, Severity
from paperlark.domain.errors import ProfileError
from paperlark.renderers import english

_FEW_WORDS = 8
"""With fewer the ranker has hardly anything to go by."""


def problems(failed: ProfileError) -> Iterator[Finding]:
    """Give every mistake in a profile that cannot be used."""
    for problem in failed.problems:
        yield Finding("profile", Severity.ERROR, str(problem), failed.mend or "correct that line")


def check_profile(patient: Patient) -> Iterator[Finding]:
    """Look at the profile and the criteria; both could be loaded."""
    yield ok("profile", f"{patient.profile} is whole")
    yield from _criteria(patient)
    yield from _categories(patient)
    followed = patient.settings.profile.followed
    yield ok("people", f"{english.counted(len(followed), 'followed author')}")


def _criteria(patient: Patient) -> Iterator[Finding]:
    criteria = patient.settings.profile.criteria
    texts = [criteria.remarks, *criteria.keywords, *criteria.unwanted]
    texts += [part for topic in criteria.topics for part in (topic.relevant, topic.irrelevant)]
    words = sum(len(text.split()) for text in texts)
    topics = english.counted(len(criteria.topics), "topic")
    keywords = english.counted(len(criteria.keywords) + len(criteria.unwanted), "keyword")
    found = f"{topics} and {keywords}, {english.counted(words, 'word')}"
    if words < _FEW_WORDS:
        yield warning("criteria", f"{found}: that is little to go by", "write a few sentences more")
    elif not any(topic.irrelevant for topic in criteria.topics) and not criteria.unwanted:
        yield note("criteria", f"{found}; nothing says what you do not want", "say it in a line"
                   " that begins with `Not relevant:`")  # fmt: skip
    else:
        yield ok("criteria", found)


def _categories(patient: Patient) -> Iterator[Finding]:
    categories = patient.settings.profile.categories
    yield ok("categories", english.listed(map(named, categories)))
    for category in categories:
        if is_archive(category):
            yield note(
                "categories",
                f"{category} is a whole archive: hundreds of papers a day",
                "name the categories that you read, unless you want all",
            )
        elif category.partition(".")[0] in categories:
            yield note("categories", f"{category} is read with the whole archive anyway")
