"""How models are reached: whose key is whose, what counts as reachable, and what must never be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap.access import Access, SignIn, token_of_environment
from bot.core.chain import Link, ProviderKind
from bot.core.models import DEFAULT_MODELS
from bot.errors import BadConfiguration

AWS = "AWS_BEARER_TOKEN_BEDROCK"
PLAIN = Link("anthropic", ProviderKind.ANTHROPIC, DEFAULT_MODELS, key_env="ANTHROPIC_API_KEY")
OTHER_KEY = Link("anthropic/b", ProviderKind.ANTHROPIC, DEFAULT_MODELS, key_env="ANTHROPIC_KEY_B")
BEDROCK = Link("aws", ProviderKind.BEDROCK, DEFAULT_MODELS, region="eu-west-1", key_env=AWS)
GOOGLE = Link("google", ProviderKind.VERTEX, DEFAULT_MODELS, project="p", key_env="HUNKWISE_VERTEX_TOKEN")
HOUSE = Link("house", ProviderKind.GATEWAY, DEFAULT_MODELS, base_url="https://claude.example")
RULE = {"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1", "ANTHROPIC_ORGANIZATION_ID": "org"}


def access(**variables: str) -> Access:
    """The access that an environment gives."""
    return Access.from_environment(variables, simulate=False)


def test_with_nothing_at_all_the_stand_in_answers() -> None:
    """A first try costs nothing; asked for, it answers whatever else there is."""
    assert access().is_simulated([PLAIN])
    assert Access.from_environment({"ANTHROPIC_API_KEY": "k"}, simulate=True).is_simulated([PLAIN])
    assert not access(ANTHROPIC_API_KEY="k").is_simulated([PLAIN])
    assert not access(ANTHROPIC_BASE_URL="http://127.0.0.1:1").is_simulated([PLAIN])


@pytest.mark.parametrize("link", [BEDROCK, HOUSE])
def test_a_chain_that_can_be_reached_is_no_simulation(link: Link) -> None:
    """Amazon's own credentials need no variable of ours, and a gateway may need none at all."""
    assert not access().is_simulated([PLAIN, link])


@pytest.mark.parametrize("link", [PLAIN, OTHER_KEY, GOOGLE])
def test_a_key_that_is_named_and_not_there_is_the_obstacle(link: Link) -> None:
    """The variable is named, so that somebody can set it."""
    assert access().obstacle(link) == f"the variable {link.key_env} is not set"
    assert access(**{link.key_env: "k"}).obstacle(link) == ""


def test_anthropic_s_key_goes_to_nobody_else() -> None:
    """Each link has its own variable, and another's key is not borrowed."""
    reached = access(ANTHROPIC_API_KEY="first", ANTHROPIC_KEY_B="second", **{AWS: "third"})
    keys = [reached.key_of(link) for link in (PLAIN, OTHER_KEY, BEDROCK, GOOGLE, HOUSE)]
    assert keys == ["first", "second", "third", "", ""]


def test_the_action_s_input_wins_over_the_variable() -> None:
    """It is what the workflow says."""
    reached = Access("input", variable={"ANTHROPIC_API_KEY": "variable"}.get)  # type: ignore[arg-type]  # '' is not asked
    assert reached.key_of(PLAIN) == "input"


def test_an_address_of_the_environment_is_anthropic_s() -> None:
    """A gateway has its own, and a link that names one keeps it."""
    reached = access(ANTHROPIC_BASE_URL="https://proxy.example")
    assert [reached.address_of(link) for link in (PLAIN, HOUSE, BEDROCK)] == [
        "https://proxy.example",
        "https://claude.example",
        "",
    ]


def test_everything_secret_is_known() -> None:
    """What is published is scrubbed of all of it, tokens that were got on the way included."""
    masked: list[str] = []
    reached = Access("a", variable=lambda name: {"ANTHROPIC_KEY_B": "b"}.get(name, ""), mask=masked.append)
    reached.hear("c")
    assert reached.secrets([PLAIN, OTHER_KEY, HOUSE]) == ("a", "b", "c")
    assert masked == ["c"]
    assert not [secret for secret in ("'a'", "'b'", "'c'") if secret in repr(reached)]


def test_a_rule_signs_in_where_there_is_no_key() -> None:
    """A key wins; half of a rule is an error; other links keep their keys."""
    assert access(**RULE).signs_in(PLAIN)
    assert not access(**RULE).is_simulated([PLAIN])
    assert not access(**RULE).signs_in(OTHER_KEY)
    assert not access(ANTHROPIC_API_KEY="k", **RULE).signs_in(PLAIN)
    with pytest.raises(BadConfiguration, match="one of them is missing"):
        access(ANTHROPIC_FEDERATION_RULE_ID="fdrl_1")


def test_an_identity_token_is_read_anew_each_time(tmp_path: Path) -> None:
    """Whoever puts it into a file keeps it fresh there."""
    path = tmp_path / "token"
    variables = {"ANTHROPIC_IDENTITY_TOKEN_FILE": str(path)}
    for token in ("one", "two"):
        path.write_text(f"{token}\n")
        assert token_of_environment(lambda name: variables.get(name, "")) == token
    path.unlink()
    with pytest.raises(BadConfiguration, match="cannot be read"):
        token_of_environment(lambda name: variables.get(name, ""))
    with pytest.raises(BadConfiguration, match="no identity token"):
        token_of_environment(lambda _: "")
    assert token_of_environment(lambda name: "three" if name == "ANTHROPIC_IDENTITY_TOKEN" else "") == "three"


def test_a_memory_is_signed_with_what_stays_the_same() -> None:
    """The same for the same job, whichever key a pull request draws; nothing to sign with is an error."""
    reached = access(ANTHROPIC_KEY_B="b", **{AWS: "a"})
    assert reached.signing_secret([OTHER_KEY, BEDROCK]) == reached.signing_secret([BEDROCK, OTHER_KEY]) == "a"
    assert access(ANTHROPIC_API_KEY="k").signing_secret([BEDROCK]) == "k"
    signed_in = Access(sign_in=SignIn("fdrl_1", "org", lambda: ""))
    assert signed_in.signing_secret([PLAIN]) == "org fdrl_1"
    with pytest.raises(BadConfiguration) as nothing:
        access().signing_secret([BEDROCK])
    assert "state-secret" in nothing.value.next_step
