"""What programs can ask of a reader's archive: six verbs, the same for assistants and over HTTP.

A verb takes arguments from outside, checks them, and returns an `Answer`: facts of this program,
and beside them texts from outside, never mixed. Nothing here asks arXiv or a model.
"""
