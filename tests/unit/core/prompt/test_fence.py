from __future__ import annotations

from bot.core.prompt.fence import boundary


def test_every_text_and_every_border_between_texts_counts() -> None:
    """The boundary hangs on everything untrusted, so that a text written for one boundary meets another."""
    inputs: list[list[str | bytes]] = [["ab", "c"], ["a", "bc"], ["abc"], ["ab", "c", ""], ["ab", "d"], []]
    assert len({boundary(texts) for texts in inputs}) == len(inputs)


def test_a_text_that_quotes_the_boundary_gets_a_new_one() -> None:
    """Knowing the boundary of one push does not help to forge the next."""
    first = boundary(["title", b"body"])
    assert boundary(["title", b"body " + first.encode()]) != first


def test_the_boundary_takes_any_path_and_is_plain_hex() -> None:
    """Stray bytes in a path do not stop a review."""
    digest = boundary(["a\udcff.py", b"\xff"])
    assert len(digest) == 64
    assert set(digest) <= set("0123456789abcdef")
