"""The settings file as a JSON schema, for editors: what the reader takes, with each key's meaning and default.

`python -m bot.settings.schema` prints it; docs/hunkwise.schema.json is that output.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

from bot.app.options import Options
from bot.settings.file import RepositoryFile

MEANINGS = {
    "model": "One model id for every tier; `models` wins over it.",
    "models": "A model id for each tier.",
    "models.cheap": "The model for hunks of low risk.",
    "models.standard": "The model for ordinary hunks.",
    "models.strong": "The model for hunks of high risk.",
    "effort": "How hard each tier's model thinks, where the model has such a setting.",
    "effort.cheap": "How hard the cheap tier's model thinks: low, medium or high.",
    "effort.standard": "How hard the standard tier's model thinks: low, medium or high.",
    "effort.strong": "How hard the strong tier's model thinks: low, medium or high.",
    "budget": "Limits; one that is named alone stands alone.",
    "budget.usd": "What one pull request may cost in its life, in dollars; null takes the limit away.",
    "budget.tokens": "The same in tokens, input, cache and output together; null takes the limit away.",
    "budget.cheaper_when_tight": "Near the end of the budget, ask cheaper models before leaving hunks out.",
    "budgets": "Budgets over time, for everybody, repositories, teams and authors; they need a ledger.",
    "budgets.time_zone": "By whose clock periods begin and end: an IANA name such as Europe/Berlin.",
    "budgets.ask": "Whom to ask for more; stands on the pull request where a budget is used up.",
    "budgets.best_effort": "Take a ledger that only one runner knows for good enough.",
    "budgets.limits": "Limits in dollars, one for each kind of period and each kind of spender.",
    "budgets.limits[].per": "How long it lasts before it renews: day, week (from Monday on) or month.",
    "budgets.limits[].of": "Each repository, team or author has so much; if absent, all together.",
    "budgets.limits[].usd": "Dollars for a period.",
    "budgets.limits[].warn_at": "From this part of it on runs say how much is used; if absent, 0.8.",
    "budgets.limits[].on_exhausted": "What runs do beyond it: stop, cheap, batch or warn; if absent, stop.",
    "budgets.limits[].hard_usd": "What nothing passes; all but stop need it.",
    "budgets.teams": "Teams, by logins or by CODEOWNERS, with allocations of their own.",
    "budgets.teams[].name": "What the ledger and the reports call it.",
    "budgets.teams[].logins": "The authors whose pull requests are this team's.",
    "budgets.teams[].owners": "Owners in CODEOWNERS: the files of other authors' changes that are this team's.",
    "budgets.teams[].usd": "Its own dollars for a period, in place of the limit of teams in general.",
    "budgets.teams[].per": "How long its allocation lasts: day, week or month.",
    "budgets.teams[].warn_at": "From this part of it on runs say how much is used; if absent, 0.8.",
    "budgets.teams[].on_exhausted": "What runs do beyond it: stop, cheap, batch or warn; if absent, stop.",
    "budgets.teams[].hard_usd": "What nothing passes; all but stop need it.",
    "events": "Which pull requests are reviewed, and when.",
    "events.drafts": "Review drafts too.",
    "events.review_label": "The label that asks for a review: of a draft, or of a stranger's push.",
    "events.skip_labels": "A pull request with one of these labels is not reviewed.",
    "events.skip_marks": "A pull request with one of these in its title is not reviewed.",
    "events.forks": "Under pull_request_target, authors without write access: labelled, all or none are reviewed.",
    "posting": "What is posted, and what is done beside it.",
    "posting.inline_limit": "The most comments on lines in a review; the rest stand in the summary.",
    "posting.request_changes": "Request changes from this severity on instead of commenting: error, warning or never.",
    "posting.resolve": "Resolve the threads of addressed findings; needs the permission contents: write.",
    "posting.check_run": "Add a check run with annotations; needs the permission checks: write.",
    "posting.commit_status": "Set a commit status, as a gate; needs the permission statuses: write.",
    "posting.upload_sarif": "Upload findings to code scanning; needs the permission security-events: write.",
    "prices": "Prices of models that the price list does not know, by model id.",
    "prices.*.input": "Dollars for a million input tokens.",
    "prices.*.output": "Dollars for a million output tokens.",
    "prices.*.cache_write_5m": "Dollars for a million tokens cached for 5 minutes; if absent, 1.25 times `input`.",
    "prices.*.cache_write_1h": "Dollars for a million tokens cached for an hour; if absent, twice `input`.",
    "prices.*.cache_read": "Dollars for a million tokens read from the cache; if absent, a tenth of `input`.",
    "providers": "Who may be asked, the preferred one first; if absent, Anthropic alone.",
    "providers[].name": "What calls and receipts call it: small letters, digits and hyphens.",
    "providers[].kind": "Whose API it speaks: anthropic, bedrock, mantle, vertex or gateway.",
    "providers[].base_url": "Its address, if not the usual one; https, except on this machine. A gateway needs one.",
    "providers[].region": "Its region; bedrock and mantle need one. If absent, vertex is asked at global.",
    "providers[].project": "The project at Google that pays; vertex needs one.",
    "providers[].headers": "Further headers of every request; nothing secret.",
    "providers[].key_env": "The variable that holds its key: ANTHROPIC_…, HUNKWISE_… or AWS_BEARER_TOKEN_BEDROCK.",
    "providers[].keys": "Several keys instead of one; the runs of one pull request keep to one of them.",
    "providers[].keys[].env": "The variable that holds the key.",
    "providers[].keys[].weight": "Its share of the pull requests, beside the others' weights; if absent, 1.",
    "providers[].keys[].alias": "What receipts call the key; if absent, its variable's name.",
    "providers[].models": "Its own model id for each tier, if not the usual ones.",
    "providers[].models.cheap": "Its model for hunks of low risk.",
    "providers[].models.standard": "Its model for ordinary hunks.",
    "providers[].models.strong": "Its model for hunks of high risk.",
    "providers[].price_factor": "What is charged of every list price; if absent, 1, and 1.1 in a region of vertex.",
    "routing": "How a hunk gets its tier: fixed, rules, triage or cascade.",
    "verify": "Which findings get a second look, which can only drop or lower them: none, errors or all.",
    "cache_ttl": "How long the prompt stays cached: auto (as it pays), 5m, 1h or off.",
    "concurrency": "So many requests at once, 1 to 64.",
    "auto_batch_hunks": "In the mode auto, a change with more hunks to review than this goes as a batch.",
    "batch_tokens": "Small hunks share a request up to so many tokens, 500 to 100000.",
    "context_tokens": "At most so many tokens of surrounding code go along with a hunk, up to 10000.",
    "silence_seconds": "An answer that stays silent for so long is given up.",
    "run_seconds": "The whole run ends after so long, and what it did not reach is listed.",
    "include": "Globs as in .gitignore; where there are any, nothing else is reviewed.",
    "exclude": "Globs of files that are not reviewed; a leading ! takes a file back in.",
    "folders": "Folders of a monorepo whose own .hunkwise.yml counts within them.",
    "style_guide": "The path of a style guide in this repository, which joins the prompt.",
    "instructions": "Words for the reviewer that hold for some paths only.",
    "instructions[].paths": "Globs as in .gitignore.",
    "instructions[].name": "What findings that follow from it are counted under: small letters, digits and hyphens.",
    "instructions[].text": "What the reviewer is told about files that match.",
    "language": "The language findings are written in, such as German or zh-CN.",
    "min_confidence": "Findings that are less sure than this are not shown, 0 to 1.",
    "severity": "The mildest severity that is shown: error, warning or info.",
    "fail_on": "The run fails from this severity on: error, warning, info or never.",
    "on_incomplete": "What a run says when something was left unreviewed: fail or warn.",
}
"""Every key of the file in one sentence. docs/configuration.md says the same, in this order."""

_PREFIXES = {
    "ModelsSection": "models.",
    "EffortSection": "effort.",
    "BudgetSection": "budget.",
    "BudgetsSection": "budgets.",
    "LimitSection": "budgets.limits[].",
    "TeamSection": "budgets.teams[].",
    "EventsSection": "events.",
    "PostingSection": "posting.",
    "PriceSection": "prices.*.",
    "InstructionSection": "instructions[].",
    "ProviderSection": "providers[].",
    "ProviderModelsSection": "providers[].models.",
    "KeySection": "providers[].keys[].",
}
"""Where in the file each section's keys stand."""


def settings_schema() -> dict[str, Any]:
    """The schema as a JSON value. Raises KeyError for a key of the file that has no meaning here."""
    schema = RepositoryFile.model_json_schema()
    defaults = _defaults()
    _explain(schema["properties"], "", defaults)
    for section, prefix in _PREFIXES.items():
        _explain(schema["$defs"][section]["properties"], prefix, defaults)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Settings of Hunkwise",
        "description": "The file .github/hunkwise.yml as it stands in the base branch. Every key is optional.",
    }


def _explain(properties: dict[str, dict[str, Any]], prefix: str, defaults: dict[str, Any]) -> None:
    """Give each property its meaning and its default, in place of what pydantic made of its name."""
    for name, node in properties.items():
        node.pop("title", None)
        node.pop("default", None)
        node["description"] = MEANINGS[prefix + name]
        if prefix + name in defaults:
            node["default"] = defaults[prefix + name]


def _defaults() -> dict[str, Any]:
    """What counts where the file says nothing, by dotted key. Keys without a default are left out."""
    options = Options()
    single = RepositoryFile.model_fields.keys() - {"models", "effort", "budgets", "events", "posting"}
    said = {
        **{f"models.{tier}": model for tier, model in options.models.items()},
        **{f"effort.{tier}": effort for tier, effort in options.effort.items()},
        **{f"events.{name}": value for name, value in dataclasses.asdict(options.events).items()},
        **{f"posting.{name}": value for name, value in dataclasses.asdict(options.posting).items()},
        **{name: getattr(options, name) for name in single if hasattr(options, name)},
        "budgets.time_zone": options.budgets.zone.key,
        "budgets.best_effort": options.budgets.best_effort,
        "budget.usd": float(options.limits.usd or 0),
        "budget.tokens": options.limits.tokens,
        "budget.cheaper_when_tight": options.cheaper_when_tight,
        "batch_tokens": options.sizes.batch_tokens,
        "posting.request_changes": "never",
        "fail_on": "never",
    }
    as_json = {key: list(value) if isinstance(value, tuple) else value for key, value in said.items()}
    return {key: value for key, value in as_json.items() if value not in (None, "", [], {})}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(settings_schema(), indent=2) + "\n")
