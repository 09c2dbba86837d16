"""Private keys, hidden from BEGIN through END and no further."""

from __future__ import annotations

import pytest

from bot.core.redact import redact_lines

BEGIN = "-----BEGIN RSA PRIVATE" + " KEY-----"
END = "-----END RSA PRIVATE" + " KEY-----"
BODY = ["MIIEowIBAAKCAQEAz8mY" + "q1" * 22, "b/" * 32, "Qg=="]
GONE = "[redacted: private key]"


def redacted(*lines: str) -> list[str]:
    """The lines as they are shown."""
    return [line.text for line in redact_lines(lines)]


def test_a_block_goes_through_its_end() -> None:
    """Every line of the key is hidden, and the code around it is not."""
    assert redacted("key = '''", BEGIN, *BODY, END + "'''", "run()") == [
        "key = '''",
        *[GONE] * 4,
        GONE + "'''",
        "run()",
    ]


@pytest.mark.parametrize("shape", ["# {}", '    "{}\\n"', '"{}\\n" +', "  * {}", "`{}`,", "'{}\\r\\n' \\"])
def test_a_block_in_a_literal_or_a_comment_goes_too(shape: str) -> None:
    """Quotes, escapes, comment marks and concatenation do not save a key."""
    lines = redacted(*(shape.format(line) for line in (BEGIN, *BODY, END)))
    assert all(GONE in line for line in lines)
    assert not any(line in text for line in BODY for text in lines)


def test_headers_of_an_encrypted_key_do_not_end_it() -> None:
    """The material follows after a blank line."""
    assert redacted(BEGIN, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,AB", "", *BODY, END) == [
        GONE,
        "Proc-Type: 4,ENCRYPTED",
        "DEK-Info: AES-128-CBC,AB",
        "",
        *[GONE] * 4,
    ]


def test_a_key_on_one_line_goes() -> None:
    """As it stands in JSON and in environment files."""
    line = f'"key": "{BEGIN}\\n' + "\\n".join(BODY) + f'\\n{END}\\n",'
    assert redacted(line) == [f'"key": "{GONE}\\n",']


def test_an_end_without_a_begin_hides_what_is_above() -> None:
    """A hunk may start inside a key."""
    assert redacted("x = 1", *BODY, END) == ["x = 1", *[GONE] * 4]
    assert redacted("else", f"  finish '{END}'") == ["else", f"  finish '{END}'"]


def test_a_begin_without_an_end_hides_what_is_below() -> None:
    """A hunk may stop inside a key."""
    assert redacted(BEGIN, *BODY[:2]) == [GONE] * 3
    assert redacted(BEGIN, *BODY, "run") == [*[GONE] * 4, "run"]


def test_code_between_markers_stays_in_sight() -> None:
    """Else two comments would hide any code from the review."""
    lines = [f"# {BEGIN}", "os.system('rm -rf /')", "x+=1", f"# {END}"]
    assert redacted(*lines) == lines
    assert redacted(BEGIN, "", END) == [BEGIN, "", END]


@pytest.mark.parametrize("line", [f"if '{BEGIN}' in text:", f"The {BEGIN} header comes first, then base64."])
def test_a_marker_alone_is_no_key(line: str) -> None:
    """Code that reads keys is reviewed as it is."""
    assert redacted(line, "    parse(text)") == [line, "    parse(text)"]
