"""Intents as text: JSON for a file, and a signed, packed mark for a comment."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.core.budget import Amount, Limits
from bot.core.excerpt import Tier
from bot.core.marker import SetAside, Signer
from bot.core.message_batch import NONCE, Intent, Item, Piece, Sending

INTENTS_CHARACTERS = 34_000
"""The most that all intents may take of a comment's 65,536 characters: state and page need the rest."""

_VERSION = 1
_MOST_BYTES = 4_000_000
"""No mark of ours unpacks to more; a signature cannot be forged, but damage need not be unpacked either."""

_MARK = re.compile(r"<!-- hunkwise:intents ([0-9a-f]{64}) ([A-Za-z0-9+/=]+) -->")


def write_intents(intents: Iterable[Intent], signer: Signer) -> str:
    """The intents that are not finished as a hidden comment; '' where there are none."""
    values = [intent_values(one) for one in intents if not one.finished]
    if not values:
        return ""
    packed = zlib.compress(json.dumps([_VERSION, values], separators=(",", ":")).encode(), 9)
    payload = base64.b64encode(packed).decode()
    return f"<!-- hunkwise:intents {signer.sign(_bound(payload))} {payload} -->"


def read_intents(body: str, signer: Signer) -> tuple[Intent, ...] | SetAside:
    """The intents in a comment's body."""
    found = _MARK.search(body)
    if found is None:
        cut = "<!-- hunkwise:intents" in body
        return SetAside("What waits in batches is damaged, so it is set aside.") if cut else ()
    signature, payload = found.groups()
    if not signer.holds(_bound(payload), signature):
        return SetAside("What waits in batches is not signed with this key, so it is set aside.")
    try:
        unpacked = zlib.decompressobj().decompress(base64.b64decode(payload, validate=True), _MOST_BYTES)
        return _from_versioned(*json.loads(unpacked))
    except (ValueError, KeyError, TypeError, IndexError, InvalidOperation, zlib.error, binascii.Error):
        return SetAside("What waits in batches has a form this version does not know, so it is set aside.")


def has_intents(body: str) -> bool:
    """Whether a comment holds intents at all; says nothing about its signature."""
    return _MARK.search(body) is not None


def without_intents(body: str) -> str:
    """A comment's body without them."""
    return _MARK.sub("", body)


def _from_versioned(version: int, values: list[dict[str, Any]]) -> tuple[Intent, ...]:
    if version != _VERSION:
        raise ValueError("another version wrote it")
    return tuple(intent_from(one) for one in values)


def _bound(payload: str) -> str:
    """Signed as what it is, so that a state's signature does not fit it."""
    return f"intents\n{payload}"


def intent_values(intent: Intent) -> dict[str, Any]:
    """An intent as JSON values."""
    return {
        "nonce": intent.nonce,
        "began": intent.began.isoformat(),
        "head": intent.head_sha,
        "limits": [intent.limits.tokens, None if intent.limits.usd is None else format(intent.limits.usd, "f")],
        "cancelled": intent.cancelled,
        "items": [_item_values(one) for one in intent.items],
        "sendings": [_sending_values(one) for one in intent.sendings],
    }


def intent_from(values: dict[str, Any]) -> Intent:
    """The intent in such values; raises ValueError, KeyError, TypeError or InvalidOperation where they are none."""
    if not NONCE.fullmatch(values["nonce"]):
        raise ValueError("no nonce")
    tokens, usd = values["limits"]
    items = tuple(_item(number, one) for number, one in enumerate(values["items"]))
    sendings = tuple(_sending(one) for one in values["sendings"])
    if any(not 0 <= index < len(items) for one in sendings for index in one.items):
        raise ValueError("a sending carries an item that is not there")
    return Intent(
        nonce=values["nonce"],
        began=datetime.fromisoformat(values["began"]),
        items=items,
        sendings=sendings,
        limits=Limits(tokens, None if usd is None else Decimal(usd)),
        head_sha=values["head"],
        cancelled=bool(values["cancelled"]),
    )


def _item_values(item: Item) -> list[Any]:
    """Without its index, which is its place."""
    pieces = [[one.key, one.path, *one.old, *one.new, *one.part, list(one.twins)] for one in item.pieces]
    return [item.attempt, item.model, item.tier.value, item.why, item.cached, *_amount(item.reserved), pieces]


def _item(index: int, values: list[Any]) -> Item:
    attempt, model, tier, why, cached, tokens, usd, pieces = values
    return Item(
        index,
        int(attempt),
        tuple(_piece(one) for one in pieces),
        str(model),
        Tier(tier),
        str(why),
        Amount(int(tokens), Decimal(usd)),
        bool(cached),
    )


def _piece(values: list[Any]) -> Piece:
    key, path, old_start, old_count, new_start, new_count, part, parts, twins = values
    return Piece(key, path, (old_start, old_count), (new_start, new_count), (part, parts), tuple(twins))


def _sending_values(sending: Sending) -> list[Any]:
    begun = None if sending.begun is None else sending.begun.isoformat()
    spent = None if sending.spent is None else _amount(sending.spent)
    return [list(sending.items), sending.leads, begun, sending.batch_id, spent, sending.told]


def _sending(values: list[Any]) -> Sending:
    items, leads, begun, batch_id, spent, told = values
    return Sending(
        tuple(items),
        bool(leads),
        None if begun is None else datetime.fromisoformat(begun),
        str(batch_id),
        None if spent is None else Amount(int(spent[0]), Decimal(spent[1])),
        bool(told),
    )


def _amount(amount: Amount) -> list[Any]:
    return [amount.tokens, format(amount.usd, "f")]
