"""The Action's inputs. An input wins over the variable of the same meaning; the variables alone suffice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from bot.errors import BadConfiguration
from bot.settings.load import Flags

GITHUB_API_URL = "https://api.github.com"
DEFAULT_AUDIENCE = "https://api.anthropic.com"
"""Whom a job's identity token is for, unless the federation rule asks for another."""

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", ""})


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the job says. Secrets never appear in a repr.

    `config` is the settings file's path in the base; `bot_login` the login that the token's comments carry, where
    GitHub does not tell; `store` a folder that keeps answers which were paid for; `database_url` the PostgreSQL
    database in which processes share their rate limits, and `ledger` a database or a file in which every attempt is
    written down. The federation ids are for signing in without a key, and
    `audience` is whom the job's identity token is then meant for.
    """

    api_key: str = field(repr=False)
    base_url: str
    github_token: str = field(repr=False)
    github_api_url: str
    repository: str
    run_id: str
    pull_request: str
    dry_run: bool
    collect: bool
    config: str
    bot_login: str
    state_secret: str = field(repr=False)
    store: str
    federation_rule_id: str
    organization_id: str
    service_account_id: str
    workspace_id: str
    audience: str
    database_url: str = field(default="", repr=False)
    ledger: str = field(default="", repr=False)
    flags: Flags = field(default_factory=Flags)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that must never be published or logged."""
        address = self.ledger if "://" in self.ledger else ""
        every = (self.api_key, self.github_token, self.state_secret, self.database_url, address)
        return tuple(value for value in every if value)


def read_inputs(given: Callable[[str], str], variable: Callable[[str], str]) -> Inputs:
    """Read inputs (by kebab-case name) and variables; raises BadConfiguration for a value that does not hold."""
    return Inputs(
        api_key=given("anthropic-api-key") or variable("ANTHROPIC_API_KEY"),
        base_url=given("anthropic-base-url") or variable("ANTHROPIC_BASE_URL"),
        github_token=given("github-token") or variable("GITHUB_TOKEN"),
        github_api_url=variable("GITHUB_API_URL") or GITHUB_API_URL,
        repository=variable("GITHUB_REPOSITORY"),
        run_id="-".join(part for part in (variable("GITHUB_RUN_ID"), variable("GITHUB_RUN_ATTEMPT")) if part),
        pull_request=given("pull-request"),
        dry_run=_truth("dry-run", given("dry-run")),
        collect=_truth("collect", given("collect")),
        config=given("config"),
        bot_login=given("bot-login"),
        state_secret=given("state-secret"),
        store=given("store") or variable("HUNKWISE_STORE"),
        federation_rule_id=given("anthropic-federation-rule-id") or variable("ANTHROPIC_FEDERATION_RULE_ID"),
        organization_id=given("anthropic-organization-id") or variable("ANTHROPIC_ORGANIZATION_ID"),
        service_account_id=given("anthropic-service-account-id") or variable("ANTHROPIC_SERVICE_ACCOUNT_ID"),
        workspace_id=given("anthropic-workspace-id") or variable("ANTHROPIC_WORKSPACE_ID"),
        audience=given("anthropic-audience") or DEFAULT_AUDIENCE,
        database_url=given("database-url") or variable("HUNKWISE_DATABASE_URL"),
        ledger=given("ledger") or variable("HUNKWISE_LEDGER"),
        flags=_flags(given),
    )


def _flags(given: Callable[[str], str]) -> Flags:
    return Flags(
        model=given("model") or None,
        model_cheap=given("model-cheap") or None,
        model_standard=given("model-standard") or None,
        model_strong=given("model-strong") or None,
        budget_usd=_dollars(given("budget-usd")),
        budget_tokens=_tokens(given("budget-tokens")),
        routing=given("routing") or None,
        verify=given("verify") or None,
        mode=given("mode") or None,
        concurrency=_tokens(given("concurrency")) or None,
        language=given("language") or None,
        fail_on=given("fail-on") or None,
        on_incomplete=given("on-incomplete") or None,
    )


def _truth(name: str, text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise BadConfiguration(f"The input {name} is '{text}'.", next_step="Write true or false.")
    return text.lower() in _YES


def _dollars(text: str) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal(-1)
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise BadConfiguration(f"The input budget-usd is '{text}'.", next_step="Write dollars, such as 1.50.")
    return amount


def _tokens(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise BadConfiguration(f"'{text}' is no whole number.", next_step="Write digits only, such as 600000.")
    return int(text) if text else None
