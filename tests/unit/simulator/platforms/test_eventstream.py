"""The binary framing, against AWS's published examples and AWS's own reader."""

from __future__ import annotations

from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.platforms import eventstream

NAMES = st.text(min_size=1, max_size=40)
HEADERS = st.dictionaries(NAMES, st.text(max_size=200), max_size=5)


def test_the_smallest_message() -> None:
    """No headers and no payload: sizes and the two checksums."""
    assert eventstream.message({}, b"").hex() == "00000010" + "00000000" + "05c248eb" + "7d98c8ff"


def test_a_message_with_a_payload() -> None:
    """The second checksum covers everything before it."""
    framed = eventstream.message({}, b"{'foo':'bar'}")
    assert framed.hex() == "0000001d" + "00000000" + "fd528c5a" + b"{'foo':'bar'}".hex() + "c3653936"


@given(st.lists(st.tuples(HEADERS, st.binary(max_size=500)), max_size=4), st.integers(1, 64))
def test_what_is_written_is_read(messages: list[tuple[dict[str, str], bytes]], step: int) -> None:
    """AWS's reader finds every message in order, checksums and all, however the bytes are cut."""
    written = b"".join(eventstream.message(headers, payload) for headers, payload in messages)
    reader = EventStreamBuffer()
    read: list[tuple[dict[str, str], bytes]] = []
    for start in range(0, len(written), step):
        reader.add_data(written[start : start + step])
        read.extend((dict(message.headers), message.payload) for message in reader)
    assert read == messages


def test_an_exception_is_told_from_an_event() -> None:
    """By its headers; a reader sees a failure only in the second."""
    reader = EventStreamBuffer()
    reader.add_data(eventstream.event("chunk", b"{}") + eventstream.exception("throttlingException", b"{}"))
    found = [message.to_response_dict() for message in reader]
    assert [one["status_code"] for one in found] == [200, 400]
    assert found[0]["headers"][":event-type"] == "chunk"
    assert found[1]["headers"][":exception-type"] == "throttlingException"
