"""Rules for shell scripts, Dockerfiles and CI workflows."""

from __future__ import annotations

import re

from bot.simulator.reviewer.rule import Rule, Spot, replace_match

_SHELL = frozenset({"shell"})
_DOCKER = frozenset({"docker"})
_WORKFLOW = frozenset({"workflow"})
_COMMANDS = _SHELL | _DOCKER | _WORKFLOW


def _no_other_user(spot: Spot, _: re.Match[str]) -> bool:
    others = (line for index, line in enumerate(spot.code) if index != spot.index)
    return not any(re.match(r"\s*USER\s", line) for line in others)


RULES = (
    Rule(
        id="sh-rm-empty-variable",
        languages=_COMMANDS,
        severity="error",
        category="data loss",
        title="An empty variable deletes from the root",
        body="Where the variable is unset, this becomes rm -r on /. Write ${NAME:?} so that the command fails instead.",
        confidence=0.85,
        pattern=re.compile(r"\brm\s+-\w*[rR]\w*\s+(?:\S+\s+)*[\"']?\$(?:\w+|\{\w+\})[\"']?/(?![\w.-]*\$\{\w+:)"),
    ),
    Rule(
        id="sh-pipe-to-shell",
        languages=_COMMANDS,
        severity="warning",
        category="security",
        title="A download is run unseen",
        body="Whoever controls the server or the connection runs commands here, and a broken download runs half a "
        "script. Download to a file, check its checksum, then run it.",
        confidence=0.8,
        pattern=re.compile(r"\b(?:curl|wget)\b[^|;]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"),
    ),
    Rule(
        id="sh-unquoted-test",
        languages=_SHELL,
        severity="warning",
        category="correctness",
        title="The test breaks on an empty value",
        body="Unquoted, an empty variable vanishes and a value with a space becomes two words, so [ ends with an "
        "error. Quote it.",
        confidence=0.75,
        pattern=re.compile(r"(?P<head>(?<!\[)\[ (?:! )?)(?P<name>\$\w+)(?P<tail> (?:=|==|!=) )"),
        rewrite=replace_match(r'\g<head>"\g<name>"\g<tail>'),
    ),
    Rule(
        id="sh-world-writable",
        languages=_COMMANDS,
        severity="warning",
        category="security",
        title="Everyone may change the file",
        body="Any account on the machine can replace what is there. Give rights to the owner or the group: 750 or 640.",
        confidence=0.8,
        pattern=re.compile(r"\bchmod\s+(?:-R\s+)?0?777\b"),
    ),
    Rule(
        id="sh-for-over-ls",
        languages=_SHELL,
        severity="warning",
        category="correctness",
        title="File names with spaces fall apart",
        body="The output of ls is split at every space, so such a file becomes two that do not exist. Loop over a "
        "pattern: for file in ./*.",
        confidence=0.75,
        pattern=re.compile(r"\bfor \w+ in (?:\$\(ls\b|`ls\b)"),
    ),
    Rule(
        id="sh-strict-mode-removed",
        languages=_SHELL,
        severity="warning",
        category="error handling",
        title="The script goes on after a failure",
        body="Without set -e a failed step does not stop the script, and the steps behind it work on what it left. "
        "Keep the line, or check each command that may fail.",
        confidence=0.75,
        pattern=re.compile(r"^\s*set -[a-z]*e"),
        mark="-",
    ),
    Rule(
        id="docker-root",
        languages=_DOCKER,
        severity="warning",
        category="security",
        title="The container now runs as root",
        body="With USER gone, whoever breaks into the process is root in the container. Keep an unprivileged user.",
        confidence=0.75,
        pattern=re.compile(r"^\s*USER\s+(?!root\b|0\b)\S"),
        mark="-",
        when=_no_other_user,
    ),
    Rule(
        id="docker-latest",
        languages=_DOCKER,
        severity="warning",
        category="reproducibility",
        title="The base image changes under the build",
        body="`latest` is another image tomorrow, so a build that passed can fail or behave differently without a "
        "change here. Name a version or a digest.",
        confidence=0.7,
        pattern=re.compile(r"(?i)^\s*FROM\s+(?:--\S+\s+)?\S+:latest\b"),
    ),
    Rule(
        id="docker-add-url",
        languages=_DOCKER,
        severity="warning",
        category="security",
        title="A file from the network goes into the image unchecked",
        body="What the server sends that day is what is built in. Pass --checksum, or download and verify it in a RUN.",
        confidence=0.7,
        pattern=re.compile(r"(?i)^\s*ADD\s+https?://"),
    ),
    Rule(
        id="docker-secret",
        languages=_DOCKER,
        severity="error",
        category="security",
        title="A secret is baked into the image",
        body="ENV and ARG values can be read from the image's history by anyone who has it. Use a build secret: "
        "RUN --mount=type=secret.",
        confidence=0.8,
        pattern=re.compile(
            r"^\s*(?:ENV|ARG)\s+\w*(?:PASSWORD|SECRET|TOKEN|API_?KEY)\w*[ =](?!\s*$|[\"']?\$|[\"']{2})\S"
        ),
    ),
    Rule(
        id="docker-apt-asks",
        languages=_DOCKER | _WORKFLOW,
        severity="error",
        category="correctness",
        title="apt-get asks, and nobody answers",
        body="Without -y the installation waits for a confirmation and the build aborts. Pass -y.",
        confidence=0.9,
        pattern=re.compile(r"\bapt-get install(?P<gap> )(?!.*(?:-y\b|-qq?y|-yq|--yes|--assume-yes))"),
        unless=re.compile(r"apt-get (?:-y|-qy|-yq|-qqy|--yes)"),
        rewrite=replace_match("apt-get install -y "),
    ),
    Rule(
        id="ci-script-injection",
        languages=_WORKFLOW,
        severity="error",
        category="security",
        title="A stranger's text becomes part of the script",
        body="A title or branch name such as $(curl …) is pasted into the shell before it runs, with the workflow's "
        "token at hand. Pass it through env: and use the variable, quoted.",
        confidence=0.9,
        pattern=re.compile(
            r"\$\{\{[^}]*github\.(?:head_ref|event\.(?:issue|pull_request|comment|review|discussion|head_commit)"
            r"\.(?:\w+\.)*(?:title|body|message|ref|name|email|label))\b"
        ),
        unless=re.compile(r"^\s*(?:- )?(?!run\b)[\w-]+:\s"),
    ),
    Rule(
        id="ci-untrusted-checkout",
        languages=_WORKFLOW,
        severity="error",
        category="security",
        title="Code of a stranger is checked out beside the secrets",
        body="Under pull_request_target the token can write and secrets are present, and any step that builds the "
        "checkout runs the stranger's code. Use pull_request, or do not run what was checked out.",
        confidence=0.7,
        pattern=re.compile(r"^\s*ref:\s*\$\{\{\s*github\.(?:event\.pull_request\.head\.|head_ref)"),
    ),
    Rule(
        id="ci-moving-action",
        languages=_WORKFLOW,
        severity="warning",
        category="security",
        title="The action can change under the workflow",
        body="A branch is whatever its owner pushed last, and it runs with this workflow's token. Name the full SHA of "
        "a commit.",
        confidence=0.75,
        pattern=re.compile(r"^\s*(?:- )?uses:\s*[\w./-]+@(?:main|master|develop|latest)\s*$"),
    ),
    Rule(
        id="ci-write-all",
        languages=_WORKFLOW,
        severity="warning",
        category="security",
        title="The token may do everything",
        body="One compromised step can push code, publish packages and change settings. List only the permissions the "
        "jobs need.",
        confidence=0.85,
        pattern=re.compile(r"^\s*permissions:\s*write-all\b"),
    ),
)
