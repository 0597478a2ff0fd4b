"""The only room that knows every concrete class: settings in, a press that makes pages out."""

from paperlark.archive.restore import restore_store
from paperlark.archive.spending import SpendingReport, read_spending
from paperlark.archive.votes import Votes, open_votes
from paperlark.archive.why import paper_history
from paperlark.compose.channels import deliveries_without_store, open_deliveries
from paperlark.compose.model_server import ModelServer, known_server
from paperlark.compose.pages import open_archive, open_estimator, open_page_maker
from paperlark.compose.sources import open_arxiv_client
from paperlark.delivery.deliveries import Deliveries
from paperlark.delivery.outcomes import DeliveryOutcome, DeliveryResult
from paperlark.importing.archive_days import ImportedDays, LockWait
from paperlark.importing.import_source import Imported, ImportOptions, import_source, import_zotero
from paperlark.importing.zotero import ZoteroLibrary
from paperlark.runs.due import DueDays, due_days
from paperlark.runs.estimate import CostEstimate, Estimator
from paperlark.runs.make_page import MadePage, PageMaker
from paperlark.schedule.cron import CronSchedule
from paperlark.schedule.generated_files import RELEASED, DockerSchedule, GithubSchedule
from paperlark.schedule.schedule import FileEdit, Schedule, ScheduleStatus, job_of, lost_job
from paperlark.schedule.systemd import SystemdSchedule
from paperlark.search.search import open_search
from paperlark.settings.environment import Environment, RunOptions
from paperlark.site.build import Site, build_site

__all__ = [
    "RELEASED",
    "CostEstimate",
    "CronSchedule",
    "Deliveries",
    "DeliveryOutcome",
    "DeliveryResult",
    "DockerSchedule",
    "DueDays",
    "Environment",
    "Estimator",
    "FileEdit",
    "GithubSchedule",
    "ImportOptions",
    "Imported",
    "ImportedDays",
    "LockWait",
    "MadePage",
    "ModelServer",
    "PageMaker",
    "RunOptions",
    "Schedule",
    "ScheduleStatus",
    "Site",
    "SpendingReport",
    "SystemdSchedule",
    "Votes",
    "ZoteroLibrary",
    "build_site",
    "deliveries_without_store",
    "due_days",
    "import_source",
    "import_zotero",
    "job_of",
    "known_server",
    "lost_job",
    "open_archive",
    "open_arxiv_client",
    "open_deliveries",
    "open_estimator",
    "open_page_maker",
    "open_search",
    "open_votes",
    "paper_history",
    "read_spending",
    "restore_store",
]
