"""`python -m bot` is `hunkwise`."""

from bot.cli.main import main

main()
