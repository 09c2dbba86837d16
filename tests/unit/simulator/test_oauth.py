"""The exchange of an identity token, and how long what it gives is good for."""

from __future__ import annotations

import base64
import json
import time
from email.message import Message
from typing import Any

import pytest

from bot.simulator.api_error import ApiError
from bot.simulator.oauth import FEDERATION_BETA, GRANT_TYPE, OAUTH_BETA, AccessTokens, GrantRefused
from tests.unit.simulator.bodies import Clock

ORGANIZATION = "00000000-0000-4000-8000-000000000001"
CLAIMS = {"iss": "https://issuer.example", "sub": "repo:o/r", "aud": "https://api.anthropic.com", "exp": 4_000_000_000}


def part(fields: object) -> str:
    """A part of a JSON Web Token."""
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()


def identity_token(alg: str = "RS256", **claims: Any) -> str:
    """A token with a signature that nobody checks; a claim set to None is left out."""
    kept = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return f"{part({'alg': alg})}.{part(kept)}.c2lnbmVk"


def betas(*names: str) -> Message:
    """Headers with these betas."""
    headers = Message()
    headers["anthropic-beta"] = ",".join(names)
    return headers


BOTH = betas(OAUTH_BETA, FEDERATION_BETA)


def request(**changes: Any) -> bytes:
    """A good body of an exchange; a change to None leaves the field out."""
    fields = {
        "grant_type": GRANT_TYPE,
        "assertion": identity_token(),
        "federation_rule_id": "fdrl_1",
        "organization_id": ORGANIZATION,
        **changes,
    }
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def test_a_token_is_good_for_its_lifetime_and_no_longer() -> None:
    """Its owner is the organisation and the workspace it was asked for."""
    clock = Clock()
    tokens = AccessTokens(60, clock)
    answer = tokens.exchange(BOTH, request(workspace_id="wrkspc_1", service_account_id="svac_1"))
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 60)
    clock.now = 59.9
    assert tokens.owner(answer["access_token"], betas(OAUTH_BETA)) == f"{ORGANIZATION} wrkspc_1"
    clock.now = 60.0
    with pytest.raises(ApiError, match="expired") as refused:
        tokens.owner(answer["access_token"], betas(OAUTH_BETA))
    assert refused.value.status == 401


@pytest.mark.parametrize(("token", "headers"), [("sk-ant-oat01-invented", betas(OAUTH_BETA)), ("", betas())])
def test_a_token_needs_its_beta_and_its_exchange(token: str, headers: Message) -> None:
    """Nothing invented passes, and without the beta header nothing does."""
    with pytest.raises(ApiError) as refused:
        AccessTokens(60, Clock()).owner(token, headers)
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"grant_type": "refresh_token"}, "unsupported_grant_type", "grant_type"),
        ({"grant_type": None}, "unsupported_grant_type", "grant_type"),
        ({"assertion": None}, "invalid_request", "assertion: Field required"),
        ({"federation_rule_id": None}, "invalid_request", "federation_rule_id: Field required"),
        ({"organization_id": None}, "invalid_request", "organization_id: Field required"),
        ({"organization_id": "our-company"}, "invalid_request", "valid UUID"),
        ({"scope": "all"}, "invalid_request", "scope: Extra inputs"),
        ({"organization_id": 7}, "invalid_request", "object of strings"),
        ({"assertion": "not a token"}, "invalid_grant", "JSON Web Token"),
        ({"assertion": "e30.e30."}, "invalid_grant", "JSON Web Token"),
        ({"assertion": "~.~.x"}, "invalid_grant", "JSON Web Token"),
        ({"assertion": f"{part([])}.{part({})}.x"}, "invalid_grant", "JSON Web Token"),
        ({"assertion": "A" * 17_000}, "invalid_grant", "longer than"),
        ({"assertion": identity_token(alg="none")}, "invalid_grant", "not signed"),
        ({"assertion": identity_token(sub=None)}, "invalid_grant", "`sub`"),
        ({"assertion": identity_token(exp="soon")}, "invalid_grant", "`exp`"),
    ],
)
def test_a_wrong_exchange_is_refused_in_oauths_words(changes: dict[str, Any], kind: str, words: str) -> None:
    """`error` and `error_description`, which is all the SDK keeps of such an answer."""
    with pytest.raises(GrantRefused) as refused:
        AccessTokens(60, Clock()).exchange(BOTH, request(**changes))
    body = refused.value.body("req")
    assert (refused.value.status, body["error"]) == (400, kind)
    assert words in body["error_description"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    """However it is broken."""
    with pytest.raises(GrantRefused) as refused:
        AccessTokens(60, Clock()).exchange(BOTH, raw)
    assert refused.value.kind == "invalid_request"


@pytest.mark.parametrize("headers", [betas(OAUTH_BETA), betas(FEDERATION_BETA), betas()])
def test_an_exchange_needs_both_betas(headers: Message) -> None:
    """The one for OAuth and the one for federation."""
    with pytest.raises(GrantRefused, match="anthropic-beta"):
        AccessTokens(60, Clock()).exchange(headers, request())


def test_an_expired_identity_is_nobodys() -> None:
    """401, which the SDK explains with the federation rule."""
    with pytest.raises(GrantRefused) as refused:
        AccessTokens(60, Clock()).exchange(BOTH, request(assertion=identity_token(exp=time.time() - 1)))
    assert refused.value.status == 401
