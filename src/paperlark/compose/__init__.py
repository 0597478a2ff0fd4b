"""The only room that knows every concrete class: settings in, a press that makes pages out."""

from paperlark.compose.arrivals import Arrival, Brought
from paperlark.compose.days import Days, Waiting
from paperlark.compose.estimate import Estimate, Estimator, open_estimator
from paperlark.compose.imports import How, Imported, import_source, import_zotero
from paperlark.compose.mornings import Morning, morning_of
from paperlark.compose.open import open_archive, open_press
from paperlark.compose.outside import Zotero
from paperlark.compose.post import Post, open_post, post_without_store
from paperlark.compose.press import Made, Press
from paperlark.compose.restore import restore_store
from paperlark.compose.schedules.crontab import CronSchedule
from paperlark.compose.schedules.placed import RELEASED, DockerSchedule, GithubSchedule
from paperlark.compose.schedules.schedule import Edit, Schedule, Standing, job_of, lost_job
from paperlark.compose.schedules.timers import SystemdSchedule
from paperlark.compose.search import open_search
from paperlark.compose.servers import Server, known_server
from paperlark.compose.site import Site, build_site
from paperlark.compose.spending import Accounts, read_accounts
from paperlark.compose.votes import Votes, open_votes
from paperlark.compose.why import account_of
from paperlark.compose.world import Choices, World

__all__ = [
    "RELEASED",
    "Accounts",
    "Arrival",
    "Brought",
    "Choices",
    "CronSchedule",
    "Days",
    "DockerSchedule",
    "Edit",
    "Estimate",
    "Estimator",
    "GithubSchedule",
    "How",
    "Imported",
    "Made",
    "Morning",
    "Post",
    "Press",
    "Schedule",
    "Server",
    "Site",
    "Standing",
    "SystemdSchedule",
    "Votes",
    "Waiting",
    "World",
    "Zotero",
    "account_of",
    "build_site",
    "import_source",
    "import_zotero",
    "job_of",
    "known_server",
    "lost_job",
    "morning_of",
    "open_archive",
    "open_estimator",
    "open_post",
    "open_press",
    "open_search",
    "open_votes",
    "post_without_store",
    "read_accounts",
    "restore_store",
]
