"""`python -m paperlark` is `paperlark`."""

from paperlark.cli import main

main()
