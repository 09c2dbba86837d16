"""`python -m bot` is `hunkwise`. Imports come late, so that Ctrl-C during them is no traceback either."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit."""
    try:
        from bot.cli.main import main as run  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
