"""How models are reached: keys and addresses from the environment, keyless sign-in, or the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.bootstrap.ledger import named_ledger, usual_ledger
from bot.core.chain import Link, ProviderKind
from bot.errors import BadConfiguration

USUAL_KEY = "ANTHROPIC_API_KEY"


def _nothing(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Keyless sign-in at Anthropic: which rule of which organisation takes which identity token."""

    rule_id: str
    organization_id: str
    identity_token: Callable[[], str] = field(repr=False)
    service_account_id: str = ""
    workspace_id: str = ""

    def __post_init__(self) -> None:
        """Raises BadConfiguration where half of it is missing."""
        if not self.rule_id or not self.organization_id:
            raise BadConfiguration(
                "Keyless sign-in needs a federation rule and an organisation, and one of them is missing.",
                next_step="Give ANTHROPIC_FEDERATION_RULE_ID and ANTHROPIC_ORGANIZATION_ID, or those inputs.",
            )


@dataclass(frozen=True, slots=True)
class Access:
    """How models are reached; with nothing at all to reach one by, the stand-in answers.

    `api_key` and `base_url` are Anthropic's; `variable` gives those that a chain names. `store` is a folder that keeps
    answers which were paid for, '' for none; the stand-in's are never kept. `database_url` names the database in which
    processes share their rate limits, '' for none. `ledger` is the ledger that was named, and `usual_ledger` the file
    that is used where none was, unless the stand-in answers; '' for none. `heard` are tokens that were got in return
    for an identity: they are masked as they come, and never published. `on_a_runner` says that this machine is gone, or
    another one, the next time: what is counted here alone says nothing of the others.
    """

    api_key: str = field(default="", repr=False)
    base_url: str = ""
    simulate: bool = False
    store: str = ""
    database_url: str = field(default="", repr=False)
    ledger: str = field(default="", repr=False)
    usual_ledger: str = ""
    variable: Callable[[str], str] = field(default=_nothing, repr=False)
    sign_in: SignIn | None = None
    mask: Callable[[str], None] = field(default=lambda _: None, repr=False)
    heard: list[str] = field(default_factory=list, repr=False, compare=False)
    on_a_runner: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, simulate: bool) -> Access:
        """Read the variables that every Claude tool reads, and the folder that answers are kept in.

        Raises BadConfiguration for half of a keyless sign-in.
        """

        def variable(name: str) -> str:
            return environment.get(name, "").strip()

        api_key, rule = variable(USUAL_KEY), variable("ANTHROPIC_FEDERATION_RULE_ID")
        sign_in = None
        if rule and not api_key and not simulate:
            sign_in = SignIn(
                rule,
                variable("ANTHROPIC_ORGANIZATION_ID"),
                lambda: token_of_environment(variable),
                variable("ANTHROPIC_SERVICE_ACCOUNT_ID"),
                variable("ANTHROPIC_WORKSPACE_ID"),
            )
        return cls(
            api_key,
            variable("ANTHROPIC_BASE_URL"),
            simulate,
            environment.get("HUNKWISE_STORE", ""),
            variable("HUNKWISE_DATABASE_URL"),
            named_ledger(environment),
            usual_ledger(environment),
            variable,
            sign_in,
            on_a_runner=variable("RUNNER_ENVIRONMENT") == "github-hosted",
        )

    def key_of(self, link: Link) -> str:
        """The link's key, '' where its variable is not set or it has none."""
        if link.key_env == USUAL_KEY:
            return self.api_key or self.variable(USUAL_KEY)
        return self.variable(link.key_env) if link.key_env else ""

    def signs_in(self, link: Link) -> bool:
        """Whether the link is reached without a key, by an identity token."""
        usual = link.kind is ProviderKind.ANTHROPIC and link.key_env == USUAL_KEY
        return usual and self.sign_in is not None and not self.key_of(link)

    def obstacle(self, link: Link) -> str:
        """Why the link cannot be asked, '' where it can. Platforms sign in in their own way where no key is named."""
        if self.key_of(link) or self.signs_in(link):
            return ""
        if link.kind is ProviderKind.ANTHROPIC:
            reachable = bool(self.base_url) and link.key_env == USUAL_KEY and not link.base_url
            return "" if reachable else f"the variable {link.key_env} is not set"
        if not link.key_env or link.key_env == "AWS_BEARER_TOKEN_BEDROCK":
            return ""
        return f"the variable {link.key_env} is not set"

    def address_of(self, link: Link) -> str:
        """The address that was configured for it, '' for its usual one."""
        anthropic = link.kind is ProviderKind.ANTHROPIC
        return link.base_url or (self.base_url if anthropic else "")

    def is_simulated(self, chain: Sequence[Link]) -> bool:
        """Whether the stand-in is used, because it was asked for or because nobody of the chain can be."""
        return self.simulate or all(self.obstacle(link) for link in chain)

    def secrets(self, chain: Collection[Link]) -> tuple[str, ...]:
        """Values that must never be published or logged."""
        addresses = (one for one in (self.database_url, self.ledger) if "://" in one)
        keys = (self.api_key, *addresses, *(self.key_of(link) for link in chain), *self.heard)
        return tuple(dict.fromkeys(key for key in keys if key))

    def hear(self, secret: str) -> None:
        """Take note of a token that was got: it is masked before it is used."""
        self.heard.append(secret)
        self.mask(secret)

    def signing_secret(self, chain: Sequence[Link]) -> str:
        """What the memory of a pull request is signed with where no secret was given for it.

        Raises BadConfiguration where there is nothing that would be the same in the next run.
        """
        signed_in = f"{self.sign_in.organization_id} {self.sign_in.rule_id}" if self.sign_in else ""
        keys = sorted(key for key in (self.key_of(link) for link in chain) if key)
        secret = self.api_key or (keys[0] if keys else "") or signed_in or self.base_url
        if not secret:
            raise BadConfiguration(
                "There is no key that the memory of a pull request could be signed with.",
                next_step="Set the Action's input state-secret to a secret of your own.",
            )
        return secret


def token_of_environment(variable: Callable[[str], str]) -> str:
    """An identity token that somebody else has put there; a file is read anew each time, since it is kept fresh."""
    token, path = variable("ANTHROPIC_IDENTITY_TOKEN"), variable("ANTHROPIC_IDENTITY_TOKEN_FILE")
    if not token and path:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise BadConfiguration(
                f"The identity token cannot be read: {error}.", next_step="Look at ANTHROPIC_IDENTITY_TOKEN_FILE."
            ) from None
    if not token:
        raise BadConfiguration(
            "There is no identity token to sign in with.",
            next_step="Set ANTHROPIC_IDENTITY_TOKEN or ANTHROPIC_IDENTITY_TOKEN_FILE, or a key: ANTHROPIC_API_KEY.",
        )
    return token
