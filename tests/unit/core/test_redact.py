"""Secrets taken out of text, on the way in and on the way out."""

from __future__ import annotations

import base64

import pytest

from bot.core.redact import redact_line, redact_lines, redact_text, scrub

AWS = "AK" + "IAQYLPMN5HFIQR7XYA"
GITHUB = "gh" + "p_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
OWN = "sk-" + "ant-api03-Zq7Yw3Xe9Vr5Ut1Sp8Rn4Qm2"


def test_a_line_names_what_was_taken_out() -> None:
    """The reviewer sees that a key stands there, and which kind."""
    redacted = redact_line(f'key, token = "{AWS}", "{GITHUB}"')
    assert redacted.text == 'key, token = "[redacted: AWS key]", "[redacted: GitHub token]"'
    assert [(hit.kind, hit.start) for hit in redacted.secrets] == [("AWS key", 14), ("GitHub token", 38)]


def test_a_clean_line_is_the_same_line() -> None:
    """Nothing is changed where nothing was found."""
    assert redact_line("total = price * count") == redact_lines(["total = price * count"])[0]
    assert redact_line("total = price * count").text == "total = price * count"


def test_a_token_beside_a_key_on_one_line_goes_too() -> None:
    """Both kinds of reading are joined."""
    key = "-----BEGIN PRIVATE" + " KEY-----\\n" + "Ab1/" * 16 + "\\n-----END PRIVATE" + " KEY-----"
    assert redact_line(f'{AWS} "{key}" {GITHUB}').text == (
        '[redacted: AWS key] "[redacted: private key]" [redacted: GitHub token]'
    )


def test_prose_is_redacted_over_its_lines() -> None:
    """Titles and descriptions go into prompts as well."""
    assert redact_text(f"Adds\n\n- {AWS}\n") == "Adds\n\n- [redacted: AWS key]\n"


@pytest.mark.parametrize(
    "leak",
    [
        OWN,
        OWN[7:],
        OWN[:-3],
        OWN[5:17],
        OWN[::-1],
        OWN.encode().hex(),
        OWN.encode().hex().upper(),
        base64.b64encode(OWN.encode()).decode()[:-2],
        base64.b64encode(f"x{OWN}".encode()).decode()[2:-4],
        base64.b64encode(f"Authorization: Bearer {OWN}".encode()).decode()[30:-4],
    ],
)
def test_our_own_key_is_scrubbed_in_every_form(leak: str) -> None:
    """A cut, a reversed or an encoded key is still the key."""
    scrubbed = scrub(f"it is {leak}.", [OWN])
    assert leak[-8:] not in scrubbed
    assert scrubbed.startswith("it is ")
    assert "[redacted]" in scrubbed


def test_a_short_value_goes_only_in_full() -> None:
    """Part of a short value is a word, and a very short value is one too."""
    assert scrub("token abcd1234 abcd12", ["abcd1234"]) == "token [redacted] abcd12"
    assert scrub("test", ["test", ""]) == "test"


def test_text_without_a_secret_is_untouched() -> None:
    """Eleven characters in common are no leak."""
    assert scrub(f"{OWN[:11]} and {OWN[-11:]}", [OWN]) == f"{OWN[:11]} and {OWN[-11:]}"


def test_a_secret_among_clean_lines_is_found() -> None:
    """The look that passes over clean text as a whole passes over no line of a text that is not."""
    clean = ["def pay(total):", "    return total"]
    assert [line.text for line in redact_lines([*clean, f"    # {GITHUB}", *clean])] == [
        *clean,
        "    # [redacted: GitHub token]",
        *clean,
    ]
