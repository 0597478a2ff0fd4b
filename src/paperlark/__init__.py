"""paperlark: the day's arXiv papers worth one reader's time, on one page.

What a program can do with it is in `paperlark.api`; every name of `__all__` is imported from
where it is defined when it is first used, so that `import paperlark` takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from paperlark.api import (
        Feeds,
        Interests,
        OpenedAccounts,
        OpenedGroup,
        OpenedProfile,
        ReadingActions,
        begin_profile,
        build_site,
        database_of,
        delete_remains,
        draft_criteria,
        evaluate,
        evaluate_tokens,
        examine,
        find_completion,
        find_papers_of_author,
        find_profile,
        find_profiles,
        find_remains,
        language_note,
        migrate_database,
        open_accounts,
        open_first_day,
        open_group,
        open_profile,
        open_sample,
        open_schedule,
        read_database_status,
        read_labelled_days,
        read_papers,
        read_zotero_papers,
        repeat_mornings,
        run_mornings,
        understand_criteria,
    )
    from paperlark.archive.account_import import ImportedAccount
    from paperlark.archive.accounts import NewAccount
    from paperlark.archive.following import Followed
    from paperlark.archive.spending import SpendingReport
    from paperlark.archive.triage import Applied, ReadingDay, TouchedPaper
    from paperlark.archive.tuning import TunedPage, Tuning, TuningDraft
    from paperlark.archive.vote_trial import VoteMoves, VoteTrial
    from paperlark.delivery.deliveries import DeliveryReport
    from paperlark.delivery.outcomes import DeliveryOutcome, DeliveryResult
    from paperlark.domain.accounts import Account, AccountGroup, Role
    from paperlark.domain.agenda import Agenda, SharedPaper, Sharing
    from paperlark.domain.audit import AuditAction, AuditEvent, AuditOrigin
    from paperlark.domain.criteria import Criteria
    from paperlark.domain.criteria_effect import CriteriaEffect
    from paperlark.domain.digest import Digest
    from paperlark.domain.errors import (
        AccountError,
        CompletionNotInstalled,
        InvalidArguments,
        InvalidQuery,
        JudgeError,
        NoSuchReader,
        NotRemoved,
        PaperlarkError,
        ProfileError,
        PublishError,
        SecretUnusable,
        SourceError,
        StoreBusy,
        StoreError,
        UnclearName,
        Unimportable,
        VotesNotAllowed,
    )
    from paperlark.domain.feedback import ImportedPaper, Vote
    from paperlark.domain.followed import FollowingReport
    from paperlark.domain.paper import Paper
    from paperlark.domain.run_states import State
    from paperlark.domain.search import SearchResult, SearchResults
    from paperlark.domain.spending import Period
    from paperlark.domain.triage import Action, TriageEvent, TriageState
    from paperlark.domain.vote_effect import CastVotes, VoteEffect
    from paperlark.evaluation.measure import EvaluationPlan
    from paperlark.identity.oidc import OidcProvider
    from paperlark.importing.draft_criteria import DraftedCriteria, PaperCluster
    from paperlark.importing.first_day import FirstAnswers, FirstDay, FirstRanking
    from paperlark.importing.import_source import Imported
    from paperlark.importing.imported_sources import ImportedSource
    from paperlark.importing.kinds import FileKind
    from paperlark.importing.read_papers import ReadPapers
    from paperlark.installation.completion import CompletionFile
    from paperlark.installation.remains import RemainKind, Remnant
    from paperlark.runs.estimate import CostEstimate, EstimateReport
    from paperlark.runs.make_page import DayOutcome, MadePage
    from paperlark.runs.morning import MorningReporter, MorningResult
    from paperlark.runs.several import SeveralMornings
    from paperlark.settings.environment import Environment, RunOptions
    from paperlark.store.group_sessions import GroupSessionStore, TryLimit
    from paperlark.store.monitor import DatabaseMonitor, DatabaseStatus, TableSize

__all__ = [
    "Account",
    "AccountError",
    "AccountGroup",
    "Action",
    "Agenda",
    "Applied",
    "AuditAction",
    "AuditEvent",
    "AuditOrigin",
    "CastVotes",
    "CompletionFile",
    "CompletionNotInstalled",
    "CostEstimate",
    "Criteria",
    "CriteriaEffect",
    "DatabaseMonitor",
    "DatabaseStatus",
    "DayOutcome",
    "DeliveryOutcome",
    "DeliveryReport",
    "DeliveryResult",
    "Digest",
    "DraftedCriteria",
    "Environment",
    "EstimateReport",
    "EvaluationPlan",
    "Feeds",
    "FileKind",
    "FirstAnswers",
    "FirstDay",
    "FirstRanking",
    "Followed",
    "FollowingReport",
    "GroupSessionStore",
    "Imported",
    "ImportedAccount",
    "ImportedPaper",
    "ImportedSource",
    "Interests",
    "InvalidArguments",
    "InvalidQuery",
    "JudgeError",
    "MadePage",
    "MorningReporter",
    "MorningResult",
    "NewAccount",
    "NoSuchReader",
    "NotRemoved",
    "OidcProvider",
    "OpenedAccounts",
    "OpenedGroup",
    "OpenedProfile",
    "Paper",
    "PaperCluster",
    "PaperlarkError",
    "Period",
    "ProfileError",
    "PublishError",
    "ReadPapers",
    "ReadingActions",
    "ReadingDay",
    "RemainKind",
    "Remnant",
    "Role",
    "RunOptions",
    "SearchResult",
    "SearchResults",
    "SecretUnusable",
    "SeveralMornings",
    "SharedPaper",
    "Sharing",
    "SourceError",
    "SpendingReport",
    "State",
    "StoreBusy",
    "StoreError",
    "TableSize",
    "TouchedPaper",
    "TriageEvent",
    "TriageState",
    "TryLimit",
    "TunedPage",
    "Tuning",
    "TuningDraft",
    "UnclearName",
    "Unimportable",
    "Vote",
    "VoteEffect",
    "VoteMoves",
    "VoteTrial",
    "VotesNotAllowed",
    "__version__",
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

_DEFINED_IN = {
    "archive.account_import": "ImportedAccount",
    "archive.accounts": "NewAccount",
    "archive.following": "Followed",
    "archive.spending": "SpendingReport",
    "archive.triage": "Applied ReadingDay TouchedPaper",
    "archive.tuning": "TunedPage Tuning TuningDraft",
    "archive.vote_trial": "VoteMoves VoteTrial",
    "delivery.outcomes": "DeliveryOutcome DeliveryResult",
    "delivery.deliveries": "DeliveryReport",
    "domain.accounts": "Account AccountGroup Role",
    "domain.agenda": "Agenda SharedPaper Sharing",
    "domain.audit": "AuditAction AuditEvent AuditOrigin",
    "domain.criteria": "Criteria",
    "domain.criteria_effect": "CriteriaEffect",
    "domain.digest": "Digest",
    "domain.errors": "AccountError NoSuchReader JudgeError PaperlarkError ProfileError PublishError"
    " CompletionNotInstalled InvalidArguments InvalidQuery NotRemoved SecretUnusable SourceError"
    " StoreBusy StoreError UnclearName"
    " Unimportable VotesNotAllowed",
    "domain.followed": "FollowingReport",
    "domain.feedback": "ImportedPaper Vote",
    "domain.paper": "Paper",
    "domain.run_states": "State",
    "domain.search": "SearchResult SearchResults",
    "domain.spending": "Period",
    "domain.triage": "Action TriageEvent TriageState",
    "domain.vote_effect": "CastVotes VoteEffect",
    "evaluation.measure": "EvaluationPlan",
    "identity.oidc": "OidcProvider",
    "importing.draft_criteria": "DraftedCriteria PaperCluster",
    "importing.first_day": "FirstAnswers FirstDay FirstRanking",
    "importing.import_source": "Imported",
    "importing.kinds": "FileKind",
    "importing.imported_sources": "ImportedSource",
    "importing.read_papers": "ReadPapers",
    "installation.completion": "CompletionFile",
    "installation.remains": "RemainKind Remnant",
    "runs.estimate": "CostEstimate EstimateReport",
    "runs.make_page": "DayOutcome MadePage",
    "runs.morning": "MorningReporter MorningResult",
    "runs.several": "SeveralMornings",
    "store.group_sessions": "GroupSessionStore TryLimit",
    "store.monitor": "DatabaseMonitor DatabaseStatus TableSize",
    "settings.environment": "Environment RunOptions",
}
"""Public names that are defined elsewhere than in `paperlark.api`, by their module."""

_MODULES = dict.fromkeys(__all__, "api") | {
    name: module for module, names in _DEFINED_IN.items() for name in names.split()
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _MODULES or name.startswith("_"):
        raise AttributeError(f"module 'paperlark' has no attribute {name!r}")
    return getattr(import_module(f"paperlark.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
