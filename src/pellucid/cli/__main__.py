"""`python -m pellucid.cli` is `pellucid`."""

from pellucid.cli.main import main

main()
