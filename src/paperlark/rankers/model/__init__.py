"""The shipped space as data: `space.npz`, and in `provenance.json` what it was made from."""
