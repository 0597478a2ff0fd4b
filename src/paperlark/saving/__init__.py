"""Saved papers in, brought to every place outside that the profile names: one outcome each."""
