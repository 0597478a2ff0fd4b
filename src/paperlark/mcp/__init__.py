"""Assistants: the verbs of `paperlark.verbs` over the Model Context Protocol."""
