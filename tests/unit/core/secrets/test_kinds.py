"""Secrets by their look. No value here is a real one; each is put together so that no scanner takes it for one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.core.secrets.kinds import find, may_be_in

MIXED = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6"
HEX = "0123456789abcdef" * 4

LIVE = {
    "AWS key": "AK" + "IAQYLPMN5HFIQR7XYA",
    "Anthropic key": "sk-" + f"ant-api03-{MIXED}-{MIXED}AA",
    "OpenAI key": "sk-" + f"proj-{MIXED}",
    "GitHub token": "gh" + f"p_{MIXED[:36]}",
    "GitLab token": "gl" + f"pat-{MIXED[:20]}",
    "Slack token": "xo" + "xb-123456789012-123456789012-a1b2c3d4e5f6g7h8i9j0k1l2",
    "Stripe key": "sk_" + f"live_{MIXED}",
    "npm token": "npm" + f"_{MIXED[:36]}",
    "PyPI token": "pypi-" + f"AgEIcHlwaS5vcmc{MIXED}{MIXED}",
    "JSON web token": "ey" + f"JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{MIXED}",
    "SendGrid key": "SG." + f"{MIXED[:22]}.{MIXED[:43]}",
    "Google key": "AI" + f"za{MIXED[:35]}",
    "Twilio key": "SK" + HEX[:32],
    "Azure key": "abc8" + f"Q~{MIXED[:34]}",
    "Mailchimp key": HEX[:32] + "-us12",
    "Square secret": "sq0" + f"csp-{MIXED[:43]}",
    "Discord token": "MT" + f"{MIXED[:22]}.G1h2J3.{MIXED[:27]}",
    "Hugging Face token": "hf" + f"_{MIXED[:34]}",
    "DigitalOcean token": "dop" + f"_v1_{HEX}",
    "Docker token": "dckr" + f"_pat_{MIXED[:27]}",
    "Telegram token": "123456789" + f":AA{MIXED[:33]}",
    "Vault token": "hv" + f"s.{MIXED[:24]}",
    "Databricks token": "da" + f"pi{HEX[:32]}",
    "Shopify token": "shp" + f"at_{HEX[:32]}",
}


@pytest.mark.parametrize("kind", LIVE)
@pytest.mark.parametrize("line", ["{}", 'key = "{}"', "KEY_{};", "curl -H 'Authorization: Bearer {}' x"])
def test_each_kind_is_found_whole(kind: str, line: str) -> None:
    """Nothing of the token is left before or after, wherever it stands in a line."""
    text = line.format(LIVE[kind])
    (hit,) = find(text)
    assert (hit.kind, text[hit.start : hit.end], hit.live) == (kind, LIVE[kind], True)


@pytest.mark.parametrize(
    ("line", "kind", "secret"),
    [
        (f'aws_secret_access_key = "{MIXED[:40]}"', "AWS key", MIXED[:40]),
        (f'secretAccessKey: "/{MIXED[:38]}/"', "AWS key", f"/{MIXED[:38]}/"),
        (f"AccountKey={MIXED[:43]}{MIXED[:43]}==;", "Azure key", f"{MIXED[:43]}{MIXED[:43]}=="),
        (f"//npm.example.com/:_authToken={MIXED[:36]}", "npm token", MIXED[:36]),
        ("postgres://admin:s3cr3t-w0rd@db:5432/app", "password in a URL", "s3cr3t-w0rd"),
        ("redis://:p$ss!word@cache", "password in a URL", "p$ss!word"),
        ("github_" + f"pat_11{MIXED}_{MIXED}", "GitHub token", "github_" + f"pat_11{MIXED}_{MIXED}"),
    ],
)
def test_a_value_is_found_by_what_stands_around_it(line: str, kind: str, secret: str) -> None:
    """The name stays readable; only the value goes."""
    (hit,) = find(line)
    assert (hit.kind, line[hit.start : hit.end]) == (kind, secret)


@pytest.mark.parametrize(
    "line",
    [
        "uses: aws-actions/ecr-login-password@0123456789012345678901234567890123456789",
        "NotificationPreferenceTest.client.assertNotificationWasDelivered()",
        'url = f"postgres://{user}:{password}@{host}/{name}"',
        "https://$USER:$PASSWORD@example.com/",
        "git clone ssh://git@github.com:22/o/r.git # task-list-of-things-to-do",
        '"integrity": "sha512-' + "Ab1/" * 21 + 'Ag=="',
        "//npm.example.com/:_authToken=${NPM_TOKEN}",
        "the prefixes sk-ant-, ghp_, AKIA and eyJ are looked for",
        "password = settings.database.password",
    ],
)
def test_code_is_not_accused(line: str) -> None:
    """Templates, hashes, chains of names and bare prefixes are no secrets."""
    assert find(line) == ()


@pytest.mark.parametrize(
    "line",
    [
        "AK" + "IAIOSFODNN7EXAMPLE",
        "gh" + "p_" + "x" * 36,
        "sk_" + f"test_{MIXED}",
        "postgres://user:password@localhost/app",
    ],
)
def test_an_example_is_hidden_and_not_live(line: str) -> None:
    """A guess that is wrong must not leak, and one that is right must not be a comment."""
    (hit,) = find(line)
    assert not hit.live


@pytest.mark.parametrize("token", ["gh" + f"o_{MIXED}", "SG." + f"{MIXED[:22]}.{MIXED}", "sq0" + f"csp-{MIXED}"])
def test_a_token_longer_than_its_pattern_goes_whole(token: str) -> None:
    """Vendors lengthen their tokens, and the rest of one must not stay in sight."""
    (hit,) = find(f"x = '{token}'")
    assert (hit.start, hit.end) == (5, 5 + len(token))


def test_several_secrets_of_a_line_come_in_order() -> None:
    """Each is found once, although two patterns may know it."""
    line = f"{LIVE['Stripe key']} {LIVE['GitHub token']} {LIVE['Stripe key']}"
    assert [hit.kind for hit in find(line)] == ["Stripe key", "GitHub token", "Stripe key"]


def test_an_innocent_change_pays_for_no_library() -> None:
    """The detector library is imported by the first suspicious line, for it drags in an HTTP client."""
    script = (
        "import sys; from bot.core.redact import redact_line as r; r('x = 1'); print('detect_secrets' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


@pytest.mark.parametrize("kind", LIVE)
def test_a_token_alone_passes_every_first_look(kind: str) -> None:
    """The looks that save time know each kind by its own text, with nothing around it to help."""
    (hit,) = find(LIVE[kind])
    assert may_be_in(f"clean\n{LIVE[kind]}\nclean")
    assert hit.kind == kind
