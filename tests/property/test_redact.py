"""No run of a secret long enough to use leaves Hunkwise, whatever stands around it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.redact import SHORTEST_LEAK, redact_lines, scrub

SECRETS = st.text(alphabet="abcXYZ019_-", min_size=SHORTEST_LEAK, max_size=60)


@settings(deadline=None)
@given(st.data(), SECRETS, st.text(max_size=30))
def test_no_piece_of_a_secret_is_published(data: st.DataObject, secret: str, filling: str) -> None:
    """Cut anywhere, repeated and put together with other text, no 12 characters of it are left."""
    cuts = st.tuples(st.integers(0, len(secret)), st.integers(0, len(secret)))
    pieces = data.draw(st.lists(st.one_of(cuts.map(lambda cut: secret[cut[0] : cut[1]]), st.just(filling)), max_size=6))
    text = "".join(pieces)
    for leaked in (text, text[::-1]):
        scrubbed = scrub(leaked, [secret])
        for form in (secret, secret[::-1]):
            windows = {form[at : at + SHORTEST_LEAK] for at in range(len(form) - SHORTEST_LEAK + 1)}
            assert not any(window in scrubbed for window in windows)


@settings(deadline=None)
@given(SECRETS, st.text(max_size=20), st.text(max_size=20))
def test_no_encoded_secret_is_published(secret: str, before: str, after: str) -> None:
    """Hex keeps no 12 bytes of it, wherever the secret stands in what was encoded."""
    scrubbed = scrub((before + secret + after).encode().hex(), [secret])
    hexed = secret.encode().hex()
    assert not any(hexed[at : at + 2 * SHORTEST_LEAK] in scrubbed for at in range(len(hexed) - 2 * SHORTEST_LEAK + 1))


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=12))
def test_redaction_keeps_every_line(lines: list[str]) -> None:
    """Line numbers stay true: each line has its redacted one, and hits lie inside it."""
    redacted = redact_lines(lines)
    assert len(redacted) == len(lines)
    for line, result in zip(lines, redacted, strict=True):
        assert all(0 <= hit.start < hit.end <= len(line) for hit in result.secrets)
        assert result.secrets or result.text == line
