"""The hidden marker in a comment: a pull request's memory, signed, so that nobody else can write it.

A marker counts only in a comment whose author is the bot itself, which the caller checks, and only where its
signature holds. It is bound to the repository and the pull request, so that none can be carried over from another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.core.budget import Amount
from bot.core.reuse import KEY_BYTES
from bot.core.state import OpenRun, ReviewState

MARKER_CHARACTERS = 24_000
"""The most a marker may take of a comment's 65,536 characters."""

_VERSION = 1
_POSTED_KEPT = 600
_TRIAGED_KEPT = 300
"""What is forgotten here is sorted again on the next push, for a fraction of a cent."""
_FINGERPRINT_BYTES = 10
_MARKER = re.compile(r"<!-- hunkwise:state ([0-9a-f]{64}) (\{[^<>]*\}) -->")


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and checks the markers of one pull request. The secret never appears in a repr."""

    _key: bytes
    repo: str
    number: int

    @classmethod
    def from_secret(cls, secret: str, repo: str, number: int) -> Signer:
        """Derive the key, so that the marker's signature tells nothing about the secret itself."""
        return cls(hmac.new(secret.encode(), b"hunkwise state", hashlib.sha256).digest(), repo, number)

    def __repr__(self) -> str:
        return f"Signer({self.repo}#{self.number})"

    def sign(self, payload: str) -> str:
        """The payload's signature in hex, bound to repository and pull request."""
        bound = f"{self.repo.lower()}#{self.number}\n{payload}".encode()
        return hmac.new(self._key, bound, hashlib.sha256).hexdigest()

    def holds(self, payload: str, signature: str) -> bool:
        """Whether the signature is this signer's."""
        return hmac.compare_digest(self.sign(payload), signature)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A marker that is not trusted, and the sentence that says why."""

    why: str


def write_marker(state: ReviewState, signer: Signer, limit: int = MARKER_CHARACTERS) -> str:
    """The state as a hidden comment of at most `limit` characters; to fit, the oldest reviewed hunks are forgotten."""
    state = replace(state, posted=state.posted[-_POSTED_KEPT:], triaged=state.triaged[:_TRIAGED_KEPT])
    surplus = len(_marker(state, signer)) - limit
    if surplus > 0:
        dropped = min(len(state.reviewed), -(-surplus // _characters(KEY_BYTES)) + 2)
        state = replace(state, reviewed=state.reviewed[dropped:], forgotten=state.forgotten + dropped)
    return _marker(state, signer)


def read_marker(body: str, signer: Signer) -> ReviewState | SetAside | None:
    """The state in a comment's body; None where it holds no marker at all."""
    found = _MARKER.search(body)
    if found is None:
        cut = "<!-- hunkwise:state" in body
        return SetAside("The state of earlier runs is damaged, so it is set aside.") if cut else None
    signature, payload = found.groups()
    if not signer.holds(payload, signature):
        return SetAside("The state of earlier runs is not signed with this key, so it is set aside.")
    try:
        return _from_values(json.loads(payload))
    except (ValueError, KeyError, TypeError, InvalidOperation, binascii.Error):
        return SetAside("The state of earlier runs has a form this version does not know, so it is set aside.")


def without_marker(body: str) -> str:
    """A comment's body without its marker."""
    return _MARKER.sub("", body)


def _marker(state: ReviewState, signer: Signer) -> str:
    payload = json.dumps(_values(state), separators=(",", ":"))
    return f"<!-- hunkwise:state {signer.sign(payload)} {payload} -->"


def _values(state: ReviewState) -> dict[str, Any]:
    return {
        "v": _VERSION,
        "hunks": _packed(base64.b64decode(key) for key in state.reviewed),
        "posted": _packed(bytes.fromhex(fingerprint) for fingerprint in state.posted),
        "spent": _amount(state.spent),
        "open": [[run.run_id, *_amount(run.worst), run.began.isoformat()] for run in state.open_runs],
        "runs": state.runs,
        "forgotten": state.forgotten,
        **({"triaged": _packed(base64.b64decode(key) for key in state.triaged)} if state.triaged else {}),
    }


def _from_values(values: dict[str, Any]) -> ReviewState:
    if values["v"] != _VERSION:
        raise ValueError("another version wrote it")
    return ReviewState(
        reviewed=_keys(values["hunks"]),
        posted=tuple(key.hex() for key in _unpacked(values["posted"], _FINGERPRINT_BYTES)),
        spent=Amount(int(values["spent"][0]), Decimal(values["spent"][1])),
        open_runs=tuple(
            OpenRun(run_id, Amount(int(tokens), Decimal(usd)), datetime.fromisoformat(began))
            for run_id, tokens, usd, began in values["open"]
        ),
        runs=int(values["runs"]),
        forgotten=int(values["forgotten"]),
        triaged=_keys(values.get("triaged", "")),
    )


def _keys(text: str) -> tuple[str, ...]:
    return tuple(base64.b64encode(key).decode() for key in _unpacked(text, KEY_BYTES))


def _amount(amount: Amount) -> list[Any]:
    return [amount.tokens, format(amount.usd, "f")]


def _packed(keys: Any) -> str:
    return base64.b64encode(b"".join(keys)).decode()


def _unpacked(text: str, size: int) -> list[bytes]:
    raw = base64.b64decode(text, validate=True)
    if len(raw) % size:
        raise ValueError("a key is cut")
    return [raw[start : start + size] for start in range(0, len(raw), size)]


def _characters(size: int) -> int:
    return size * 4 // 3
