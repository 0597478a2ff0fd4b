"""The HTTP clients of every adapter: bounded answers, one deadline for the whole exchange."""
