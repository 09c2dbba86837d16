"""Credentials as AWS takes them."""

from __future__ import annotations

from email.message import Message

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.platforms.aws import credential

SCOPE = "AKIAEXAMPLE/20261125/eu-west-1/bedrock/aws4_request"
SIGNATURE = "0123456789abcdef" * 4
SIGNED = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"


def headers(authorization: str, date: str = "20261125T120000Z") -> Message:
    """Request headers."""
    found = Message()
    found["Authorization"] = authorization
    found["X-Amz-Date"] = date
    return found


@pytest.mark.parametrize(
    ("authorization", "key"),
    [("Bearer secret", "secret"), (SIGNED, "AKIAEXAMPLE"), ("Basic x", ""), ("", "")],
)
def test_aws_takes_keys_and_signatures(authorization: str, key: str) -> None:
    """A signed request is known by its access key."""
    assert credential(headers(authorization), "bedrock") == key


@pytest.mark.parametrize(
    ("authorization", "date", "service"),
    [
        (SIGNED.replace(SIGNATURE, "abc"), "20261125T120000Z", "bedrock"),
        (SIGNED.replace(SCOPE, "AKIAEXAMPLE"), "20261125T120000Z", "bedrock"),
        (SIGNED.replace("host;", ""), "20261125T120000Z", "bedrock"),
        (SIGNED, "20261126T120000Z", "bedrock"),
        (SIGNED, "20261125T120000Z", "bedrock-mantle"),
    ],
)
def test_a_malformed_signature_is_refused(authorization: str, date: str, service: str) -> None:
    """Cut short, without a scope, without the host, of another day, or for another service."""
    with pytest.raises(ApiError) as refused:
        credential(headers(authorization, date), service)
    assert refused.value.status == 401
