"""The chain in the settings file: what it may say, and what it becomes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.app.tiers import chain_of, tier_models
from bot.core.chain import ProviderKind
from bot.core.excerpt import Tier
from bot.core.models import DEFAULT_MODELS
from bot.errors import BadConfiguration
from bot.settings.file import RepositoryFile, read_file
from bot.settings.load import Flags, build_options

CHAIN = """
providers:
  - name: anthropic
    kind: anthropic
    keys:
      - {env: ANTHROPIC_KEY_A, weight: 3, alias: a}
      - {env: ANTHROPIC_KEY_B}
  - name: frankfurt
    kind: bedrock
    region: eu-central-1
    models: {strong: global.anthropic.claude-opus-5}
  - name: google
    kind: vertex
    project: our-project
    key_env: HUNKWISE_VERTEX_TOKEN
  - name: house
    kind: gateway
    base_url: https://claude.example.com/v1
    headers: {x-team: reviews}
    key_env: HUNKWISE_HOUSE_KEY
    price_factor: 1.2
"""


def refused(text: str) -> str:
    """The message about a file that does not hold."""
    with pytest.raises(BadConfiguration) as caught:
        read_file(text, "a file")
    return caught.value.message


def test_without_providers_anthropic_is_asked_as_ever() -> None:
    """One link, by its usual variable, at the models that the file or the flags name."""
    options = build_options(Flags(model_cheap="mine"), RepositoryFile())
    (link,) = chain_of(options)
    assert (link.name, link.kind, link.key_env) == ("anthropic", ProviderKind.ANTHROPIC, "ANTHROPIC_API_KEY")
    assert link.models == {**DEFAULT_MODELS, Tier.CHEAP: "mine"}


def test_a_chain_keeps_its_order_and_its_own_words() -> None:
    """Each provider with its models, its variable and its price; several keys are as many links."""
    chain = chain_of(build_options(Flags(), read_file(CHAIN, "a file"), target="owner/repo#1"))
    names = [link.name for link in chain]
    assert set(names[:2]) == {"anthropic/a", "anthropic/anthropic-key-b"}
    assert names[2:] == ["frankfurt", "google", "house"]
    aws, google, house = chain[2:]
    assert aws.models[Tier.STANDARD] == "eu.anthropic.claude-sonnet-5-5"
    assert aws.models[Tier.STRONG] == "global.anthropic.claude-opus-5"
    assert (aws.tariff.platform, aws.key_env) == ("aws", "AWS_BEARER_TOKEN_BEDROCK")
    assert (google.region, google.tariff.factor, google.key_env) == ("global", Decimal(1), "HUNKWISE_VERTEX_TOKEN")
    assert (house.tariff.factor, house.headers) == (Decimal("1.2"), {"x-team": "reviews"})


def test_the_first_of_the_chain_is_what_the_plan_is_made_for() -> None:
    """Its models, its name and its prices are those of every request; a flag wins everywhere."""
    text = CHAIN[CHAIN.index("  - name: frankfurt") :]
    file = read_file(f"providers:\n{text}", "a file")
    options = build_options(Flags(), file)
    assert options.models[Tier.STRONG] == "global.anthropic.claude-opus-5"
    first = tier_models(options)[Tier.STANDARD]
    assert (first.provider, first.tariff.platform) == ("frankfurt", "aws")
    flagged = build_options(Flags(model_strong="claude-sonnet-5-5"), file)
    assert [link.models[Tier.STRONG] for link in chain_of(flagged)] == [
        "eu.anthropic.claude-sonnet-5-5",
        "claude-sonnet-5-5",
        "claude-sonnet-5-5",
    ]


def test_a_pull_request_keeps_its_key() -> None:
    """From run to run, and different ones share the keys."""
    file = read_file(CHAIN, "a file")
    firsts = {
        number: {chain_of(build_options(Flags(), file, target=f"o/r#{number}"))[0].name for _ in range(3)}
        for number in range(20)
    }
    assert all(len(names) == 1 for names in firsts.values())
    assert len({name for names in firsts.values() for name in names}) == 2


@pytest.mark.parametrize(
    "name",
    [
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "PATH",
        "ANTHROPIC_",
        "anthropic_key",
        "MY_ANTHROPIC_KEY",
        "HUNKWISE_$(X)",
    ],
)
def test_only_variables_that_are_meant_for_it_hold_keys(name: str) -> None:
    """A settings file must not be able to send any other secret of the job anywhere."""
    assert "key_env" in refused(f"providers: [{{name: a, kind: anthropic, key_env: '{name}'}}]")
    assert "env" in refused(f"providers: [{{name: a, kind: anthropic, keys: [{{env: '{name}'}}]}}]")


@pytest.mark.parametrize(
    "address",
    [
        "http://claude.example.com",
        "ftp://claude.example.com",
        "claude.example.com",
        "https://user:word@claude.example.com",
        "https://claude.example.com?key=1",
        "https://",
        "http://127.0.0.1.example.com",
    ],
)
def test_an_address_is_encrypted_and_holds_no_secret(address: str) -> None:
    """Keys go there, and code."""
    assert "address" in refused(f"providers: [{{name: a, kind: gateway, base_url: '{address}'}}]")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/v1", "http://localhost:1", "http://[::1]:2", "https://a.b/c"]
)
def test_this_machine_needs_no_encryption(address: str) -> None:
    """A gateway on a laptop or in a test."""
    file = read_file(f"providers: [{{name: a, kind: gateway, base_url: '{address}'}}]", "a file")
    assert file.providers[0].base_url == address


@pytest.mark.parametrize(
    "header",
    [
        "Authorization: word",
        "X-Api-Key: word",
        "x-note: sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP",
        "'x-no\\nte': word",
        'x-note: "a\\nb"',
    ],
)
def test_headers_hold_nothing_secret_and_nothing_else_either(header: str) -> None:
    """The file is in the repository, and whoever reads that would have the key."""
    assert "headers" in refused(f"providers:\n- name: a\n  kind: anthropic\n  headers: {{{header}}}\n")


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("kind: gateway", "a gateway needs base_url"),
        ("kind: bedrock", "bedrock needs region"),
        ("kind: mantle", "mantle needs region"),
        ("kind: vertex", "vertex needs project"),
        ("kind: anthropic, key_env: ANTHROPIC_A, keys: [{env: ANTHROPIC_B}]", "give one of the two"),
        ("kind: anthropic, keys: [{env: ANTHROPIC_B, weight: 0}]", "greater than 0"),
        ("kind: anthropic, keys: [{env: ANTHROPIC_B}, {env: ANTHROPIC_B}]", "two keys have the same alias"),
        ("kind: anthropic, keys: [{envv: ANTHROPIC_B}]", "did you mean `env`"),
        ("kind: anthropic, base: x", "did you mean `base_url`"),
        ("kind: openai", "kind"),
    ],
)
def test_what_is_missing_or_wrong_is_named(provider: str, words: str) -> None:
    """In a sentence that a maintainer can act on."""
    assert words in refused(f"providers: [{{name: a, {provider}}}]")


def test_two_of_one_name_are_refused() -> None:
    """Receipts could not tell them apart."""
    one = "{name: a, kind: anthropic}"
    assert "two providers have the same name" in refused(f"providers: [{one}, {one}]")
