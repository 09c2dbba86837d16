"""The kinds of secrets, each with the patterns that find it: a kept library's, and ours where it has none.

Only patterns that know a vendor by a prefix or a shape count. Entropy and variable names are left out on
purpose: they hide code from the reviewer and accuse constants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

URL_PASSWORD = "password in a URL"  # noqa: S105 - the name of a kind

_CLUE = re.compile(
    r"A3T|ABIA|ACCA|AKIA|ASIA|[Aa][Ww][Ss]|(?i:secret_?access)|AccountKey=|SharedAccessKey=|8Q~|gh[pousr]_|github_pat_"
    r"|gl[a-z]{2,5}-|(?i:xox|hooks\.slack)|xapp-|[rs]k_(?:live|test)|whsec_|sk-|eyJ|npm_|_authToken|pypi-|SG\.|SK[0-9a-f]"
    r"|-us\d|sq0csp|AIza|GOCSPX-|hf_|do[opr]_v1_|dckr_pat_|:AA|hvs\.|dapi|shp[acps]|\.[\w-]{6}\.[\w-]{27}|://"
)
"""What every pattern needs a part of: a look that rules nearly all text out."""

_LIBRARY_CLUE = re.compile(
    r"[Aa][Ww][Ss]|gh[pousr]_|(?i:xox|hooks\.slack)|[rs]k_live|SG\.|-us\d|sq0csp|\.[\w-]{6}\.[\w-]{27}"
)
"""The same for the library's patterns, less the AWS key ids that ours find as well."""

_TOKENS = {
    "AWS key": r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    "Anthropic key": r"sk-ant-[\w-]{20,}",
    "OpenAI key": r"sk-(?:proj|svcacct|admin)-[\w-]{20,}|sk-[A-Za-z0-9]{40,}",
    "GitHub token": r"github_pat_\w{22,}",
    "GitLab token": r"gl(?:pat|dt|ft|soat|rt|cbt|ptt|imt|agent|oas)-[\w-]{20,}",
    "Slack token": r"xapp-\d-\w+-\d+-\w{16,}|xox[a-z](?:\.xox[a-z])?-\d-\w{20,}",
    "Stripe key": r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{32,}",
    "npm token": r"npm_[A-Za-z0-9]{36}",
    "PyPI token": r"pypi-AgE[\w-]{50,}",
    "JSON web token": r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "Google key": r"AIza[\w-]{35}(?![\w-])|GOCSPX-[\w-]{28}",
    "Azure key": r"[\w~.-]{3}8Q~[\w~.-]{34}(?![\w~.-])",
    "Twilio key": r"SK[0-9a-f]{32}(?![A-Za-z0-9])",
    "Hugging Face token": r"hf_[A-Za-z0-9]{34,}",
    "DigitalOcean token": r"do[opr]_v1_[a-f0-9]{64}",
    "Docker token": r"dckr_pat_[\w-]{27,}",
    "Telegram token": r"\d{8,10}:AA[\w-]{33}(?![\w-])",
    "Vault token": r"hvs\.[\w-]{24,}",
    "Databricks token": r"dapi[a-f0-9]{32}(?![A-Za-z0-9])",
    "Shopify token": r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
}
"""Secrets that name their vendor themselves; the run of letters and digits before one must not go on."""

_VALUES = {
    "AWS key": r"(?i:secret_?access_?key).{0,20}?(?<![\w/+])([A-Za-z0-9/+]{40})(?![\w/+=])",
    "Azure key": r"(?:AccountKey=|SharedAccessKey=)([A-Za-z0-9+/]{43,86}={1,2})",
    "npm token": r"_authToken\s{0,4}=\s{0,4}[\"']?([\w+/=-]{20,})",
    URL_PASSWORD: r"(?<=\w)://[^\s:/?#@'\"`<>]{0,100}:([^\s/?#@'\"`<>]{3,200})@",
}
"""Secrets that only their surroundings give away; the group is the secret."""

_TOKEN_TAIL = re.compile(r"[\w-]*", re.ASCII)
_TEMPLATE = re.compile(r"[$%{*]|\.\.\.")
_EXAMPLE = re.compile(r"EXAMPLE|x{4}|your|placeholder|change_?me|dummy|[rs]k_test_", re.IGNORECASE)
_EXAMPLE_PASSWORD = re.compile(r"(?:pass(?:word|wd)?|pwd|secret|user(?:name)?|guest|test|foo|bar|x+)$", re.IGNORECASE)
_COMMIT_HASH = re.compile(r"[0-9a-f]{40}$")


@dataclass(frozen=True, slots=True)
class SecretHit:
    """A secret in a line of text: its kind and the half-open range of its characters.

    `live` is False for what is plainly an example (AKIAIOSFODNN7EXAMPLE, sk_test_…, user:password@): hidden
    all the same, since a wrong guess would leak, but not reported.
    """

    kind: str
    start: int
    end: int
    live: bool = True


def may_be_in(text: str) -> bool:
    """False where a text, of one line or many, certainly holds no secret token."""
    return _CLUE.search(text) is not None


def find(text: str) -> tuple[SecretHit, ...]:
    """Every secret token of one line, in order and without overlaps; private key blocks are not looked for."""
    if not may_be_in(text):
        return ()
    joined: list[SecretHit] = []
    for hit in sorted(_hits(text), key=lambda hit: (hit.start, -hit.end)):
        if joined and hit.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = SecretHit(last.kind, last.start, max(last.end, hit.end), last.live and hit.live)
        else:
            joined.append(hit)
    return tuple(joined)


def _hits(text: str) -> Iterator[SecretHit]:
    patterns = (*_ours(), *_library()) if _LIBRARY_CLUE.search(text) else _ours()
    for kind, pattern, group in patterns:
        end = 0
        for match in pattern.finditer(text):
            if match.end() <= end:
                continue  # inside the token before it: reading its tail again and again would take hours
            start, end = match.span(group)
            end = _whole_token(text, kind, end)
            value = text[start:end]
            if not _no_secret(kind, value):
                example = _EXAMPLE_PASSWORD.match(value) if kind == URL_PASSWORD else None
                yield SecretHit(kind, start, end, live=not (example or _EXAMPLE.search(value)))


def _whole_token(text: str, kind: str, end: int) -> int:
    """Where the token really ends: patterns stop at the length a vendor once used, and the rest would stay."""
    tail = None if kind == URL_PASSWORD else _TOKEN_TAIL.match(text, end)
    return tail.end() if tail else end


def _no_secret(kind: str, value: str) -> bool:
    """True for what has a secret's place or shape and is none: a template's slot, a commit, a chain of names."""
    if kind == URL_PASSWORD:
        return _TEMPLATE.match(value) is not None
    if kind == "AWS key":
        return _COMMIT_HASH.match(value) is not None
    return kind == "Discord token" and not any(character.isdigit() for character in value)


@cache
def _ours() -> tuple[tuple[str, re.Pattern[str], int], ...]:
    tokens = ((kind, re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})"), 0) for kind, pattern in _TOKENS.items())
    values = ((kind, re.compile(pattern), 1) for kind, pattern in _VALUES.items())
    return (*tokens, *values)


@cache
def _library() -> tuple[tuple[str, re.Pattern[str], int], ...]:
    """The library's patterns for the vendors it knows well, with the group that holds the secret.

    The patterns are used and not the detectors: those say what they found, not where.
    """
    # Imported when a line looks suspicious: it costs a tenth of a second, and few changes need it.
    from detect_secrets.plugins.aws import AWSKeyDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.discord import DiscordBotTokenDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.github_token import GitHubTokenDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.mailchimp import MailchimpDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.sendgrid import SendGridDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.slack import SlackDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.square_oauth import SquareOAuthDetector  # noqa: PLC0415 - see above
    from detect_secrets.plugins.stripe import StripeDetector  # noqa: PLC0415 - see above

    whole = {
        "Discord token": DiscordBotTokenDetector.denylist,
        "GitHub token": GitHubTokenDetector.denylist,
        "Mailchimp key": MailchimpDetector.denylist,
        "SendGrid key": SendGridDetector.denylist,
        "Slack token": SlackDetector.denylist,
        "Square secret": SquareOAuthDetector.denylist,
        "Stripe key": StripeDetector.denylist,
    }
    aws = (("AWS key", pattern, pattern.groups) for pattern in AWSKeyDetector.denylist)
    return (*aws, *((kind, pattern, 0) for kind, patterns in whole.items() for pattern in patterns))
