"""`python -m sempre` is `sempre`."""

from sempre.cli import main

main()
