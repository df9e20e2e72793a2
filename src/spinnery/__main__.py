"""`python -m spinnery`, where the `spinnery` command is not on the path."""

from .cli import main

main()
