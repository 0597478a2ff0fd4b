"""The only room that knows every concrete class: settings in, a press that makes pages out."""

from paperlark.compose.imports import How, Imported, import_source, import_zotero
from paperlark.compose.open import open_archive, open_press
from paperlark.compose.outside import Zotero
from paperlark.compose.press import Made, Press
from paperlark.compose.restore import restore_store
from paperlark.compose.votes import Votes, open_votes
from paperlark.compose.world import Choices, World

__all__ = [
    "Choices",
    "How",
    "Imported",
    "Made",
    "Press",
    "Votes",
    "World",
    "Zotero",
    "import_source",
    "import_zotero",
    "open_archive",
    "open_press",
    "open_votes",
    "restore_store",
]
