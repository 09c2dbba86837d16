"""`python -m bot` is `hunkwise`. Imports come late, so that Ctrl-C during them is no traceback either."""

from __future__ import annotations

import gc
import sys

# Modules, diffs and plans live to the end: looking for garbage among them at Python's own pace (every 700 new objects)
# takes a twentieth of a quote's time, and a fifth where the diff is big.
_NEW_OBJECTS_BEFORE_COLLECTING = 50_000


def main() -> None:
    """Run the command line and exit."""
    gc.set_threshold(_NEW_OBJECTS_BEFORE_COLLECTING)
    try:
        from bot.cli.main import main as run  # noqa: PLC0415 - see above
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
