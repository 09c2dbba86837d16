"""The code under review: small Python modules in which every function has a name of its own, some with a fault.

The stand-in for Claude finds a bare `except:` (warning, with a suggestion) and a comparison `is 5` (error). What was
sent to it is known by the functions' names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from bot.simulator.log import RequestRecord
from bot.simulator.server import Simulator

BARE_EXCEPT = "    except:"
IS_LITERAL = "    if count is 5:"
CATCHES = "A bare except also catches Ctrl-C and exits"
IDENTITY = "`is` compares identity, not value"


def sound(name: str) -> str:
    """A function without a fault."""
    return f"def {name}(order):\n    total_of_{name} = order.total\n    return total_of_{name}\n"


def catching(name: str) -> str:
    """A function with a bare except."""
    return f"def {name}(order):\n    try:\n        return order.{name}\n{BARE_EXCEPT}\n        return None\n"


def comparing(name: str) -> str:
    """A function that compares with `is`."""
    return f"def {name}(count):\n{IS_LITERAL}\n        return '{name}'\n    return None\n"


def module(*functions: str) -> bytes:
    """A file of functions, far enough apart for changes in two of them to make two hunks."""
    rest = "\n".join(f"# {number}" for number in range(8))
    return f"\n\n{rest}\n\n\n".join(functions).encode()


def line_of(text: bytes, line: str, nth: int = 1) -> int:
    """The number of the n-th line that reads so."""
    numbers = [number for number, one in enumerate(text.decode().split("\n"), 1) if one == line]
    return numbers[nth - 1]


def sent(claude: Simulator, since: int = 0) -> str:
    """Everything that was sent to the model to be answered, from a request on."""
    return "\n".join(_texts(claude, since))


def requests_so_far(claude: Simulator) -> int:
    """How many requests there were, to ask later what came after them."""
    return len(claude.log)


def asked_about(claude: Simulator, names: Iterable[str], since: int = 0) -> dict[str, int]:
    """How many requests showed each function as added code, for the names that any did."""
    texts = list(_texts(claude, since))
    counts = {name: sum(bool(re.search(rf"\+.*\bdef {name}\(", text)) for text in texts) for name in names}
    return {name: count for name, count in counts.items() if count}


def system(record: RequestRecord) -> str:
    """The system prompt of a request."""
    blocks = json.loads(record.body or b"")["system"]
    return "\n".join(block["text"] for block in blocks)


def tokens_paid(claude: Simulator) -> int:
    """All tokens that the stand-in has charged for."""
    totals: dict[str, Any] = claude.totals
    kinds = (totals["delivered"], totals["billed_not_delivered"])
    return sum(sum(kind.values()) - kind["thinking_tokens"] for kind in kinds)


def _texts(claude: Simulator, since: int) -> Iterable[str]:
    for record in claude.log[since:]:
        if record.endpoint == "/v1/messages" and record.body is not None:
            body = json.loads(record.body)
            blocks = [block for message in body["messages"] for block in message["content"]]
            yield "\n".join(block["text"] for block in blocks if block["type"] == "text")
