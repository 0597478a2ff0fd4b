"""The only room that knows every concrete class: settings in, a press that makes pages out."""

from paperlark.compose.days import Days, Waiting
from paperlark.compose.estimate import Estimate, Estimator, open_estimator
from paperlark.compose.imports import How, Imported, import_source, import_zotero
from paperlark.compose.open import open_archive, open_press
from paperlark.compose.outside import Zotero
from paperlark.compose.press import Made, Press
from paperlark.compose.restore import restore_store
from paperlark.compose.search import open_search
from paperlark.compose.servers import Server, known_server
from paperlark.compose.site import Site, build_site
from paperlark.compose.spending import Accounts, read_accounts
from paperlark.compose.votes import Votes, open_votes
from paperlark.compose.why import account_of
from paperlark.compose.world import Choices, World

__all__ = [
    "Accounts",
    "Choices",
    "Days",
    "Estimate",
    "Estimator",
    "How",
    "Imported",
    "Made",
    "Press",
    "Server",
    "Site",
    "Votes",
    "Waiting",
    "World",
    "Zotero",
    "account_of",
    "build_site",
    "import_source",
    "import_zotero",
    "known_server",
    "open_archive",
    "open_estimator",
    "open_press",
    "open_search",
    "open_votes",
    "read_accounts",
    "restore_store",
]
