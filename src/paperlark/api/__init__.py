"""What a program can do with paperlark: open a profile, and make, read and deliver its pages.

    import paperlark

    profile = paperlark.open_profile()
    page = profile.make_page()
    print(page.digest.status, *page.pages)

`import paperlark` has every name of this page. An `OpenedProfile` holds no connection: a method
opens what it needs and closes it at its end, so one value can be used all day. What a method
prints on the command line it returns here; what it decides it logs, under `paperlark`.

Every expected error is a `PaperlarkError` with the attributes `problem` and `hint`. Progress is
reported to any object with the method `step` of `paperlark.ports.Progress`.
"""

from paperlark.api.databases import database_of, migrate_database, read_database_status
from paperlark.api.evaluation import evaluate, evaluate_tokens, read_labelled_days
from paperlark.api.feeds import Feeds
from paperlark.api.first_session import begin_profile, open_first_day
from paperlark.api.groups import OpenedGroup, open_group
from paperlark.api.installation import (
    ScheduleKind,
    delete_remains,
    examine,
    find_completion,
    find_remains,
    open_schedule,
)
from paperlark.api.interests import ZOTERO, Interests
from paperlark.api.new_reader import (
    draft_criteria,
    find_papers_of_author,
    language_note,
    read_papers,
    read_zotero_papers,
)
from paperlark.api.opened_profile import OpenedProfile
from paperlark.api.opening import find_profile, open_profile, open_sample, understand_criteria
from paperlark.api.reader_accounts import OpenedAccounts, open_accounts
from paperlark.api.reading import ReadingActions
from paperlark.api.several_profiles import build_site, find_profiles, repeat_mornings, run_mornings

__all__ = [
    "ZOTERO",
    "Feeds",
    "Interests",
    "OpenedAccounts",
    "OpenedGroup",
    "OpenedProfile",
    "ReadingActions",
    "ScheduleKind",
    "begin_profile",
    "build_site",
    "database_of",
    "delete_remains",
    "draft_criteria",
    "evaluate",
    "evaluate_tokens",
    "examine",
    "find_completion",
    "find_papers_of_author",
    "find_profile",
    "find_profiles",
    "find_remains",
    "language_note",
    "migrate_database",
    "open_accounts",
    "open_first_day",
    "open_group",
    "open_profile",
    "open_sample",
    "open_schedule",
    "read_database_status",
    "read_labelled_days",
    "read_papers",
    "read_zotero_papers",
    "repeat_mornings",
    "run_mornings",
    "understand_criteria",
]
