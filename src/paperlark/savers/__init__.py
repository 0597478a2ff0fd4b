"""Adapters that write saved papers to one kind of place outside; each implements Saver."""
