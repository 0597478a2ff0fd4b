"""Types of entries that are not papers: books, manuals, software and the like.

A reader's library has them too, and to like a handbook is not to like papers of its kind.
"""

from __future__ import annotations

import re

# As BibTeX, biblatex, RIS, EndNote, CSL and Zotero name them, in lower case, letters only.
_TYPES = {
    "a book": "book mvbook bookinbook suppbook booklet ebook edbook editedbook electronicbook"
    " collection mvcollection suppcollection whole serial series ser classic pamphlet pamp"
    " clswk ancient",
    "a volume of proceedings": "proceedings mvproceedings conferenceproceedings",
    "a whole journal": "periodical jfull suppperiodical",
    "an entry of a reference work": "reference mvreference inreference dict encyc dictionary"
    " encyclopedia dictionaryentry encyclopediaarticle entry entrydictionary entryencyclopedia"
    " catalog ctlg",
    "a manual": "manual",
    "software": "software comp computerprogram",
    "a dataset": "dataset data aggr aggregateddatabase onlinedatabase dbase",
    "a patent": "patent pat",
    "a standard": "standard stand",
    "a web page": "online electronic www webpage blogpost postweblog post forumpost elec web blog",
    "a newspaper or magazine article": "newspaperarticle magazinearticle articlenewspaper"
    " articlemagazine news mgzn",
    "a film or recording": "movie video music audio performance film videorecording"
    " audiorecording podcast radiobroadcast tvbroadcast broadcast motionpicture song"
    " musicalscore mpct sound advs multi filmorbroadcast audiovisualmaterial",
    "a picture": "image artwork art figure fig graphic map chart equa slide",
    "a legal text": "jurisdiction legislation legal legadminmaterial commentary case bill statute"
    " hearing regulation treaty legalcase stat unbill unbilled legalruleorregulation hear govdoc",
    "a letter or message": "letter email instantmessage personalcommunication icomm pcomm"
    " interview",
}
_NAMES = {written: name for name, types in _TYPES.items() for written in types.split()}
_LETTERS = re.compile(r"[^a-z]+")


def not_a_paper(entry_type: str) -> str | None:
    """Return why an entry of this type is left out; None for papers and for unknown types."""
    name = _NAMES.get(_LETTERS.sub("", entry_type.lower()))
    return f"it is {name}, not a paper" if name else None
