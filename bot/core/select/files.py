"""Selection: every hunk of a diff is either chosen for review or skipped with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.diff.model import Diff, FileDiff, FileStatus, Hunk
from bot.core.excerpt import Skipped, SkipReason
from bot.core.languages import FileKind, kind_of, language_of
from bot.core.path_rules import Verdict
from bot.core.select.marks import shows_mark_of_base
from bot.core.select.rules import PathJudge, SelectionRules

_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file to review, and those of its hunks that are reviewed, in file order."""

    file: FileDiff
    hunks: tuple[Hunk, ...]
    language: str
    kind: FileKind


@dataclass(frozen=True, slots=True)
class Selection:
    """What is reviewed and what is not, both in the diff's order."""

    chosen: tuple[ChosenFile, ...]
    skipped: tuple[Skipped, ...]


def select(diff: Diff, rules: SelectionRules) -> Selection:
    """Sort a diff's files and hunks into chosen and skipped; raises BadConfiguration for a broken glob.

    Removed files are chosen (taking code away can be wrong), at the lowest risk. Whoever has to fetch texts to
    fill `generated_in_base` selects once without it and needs the texts of the chosen files only.
    """
    judge = PathJudge(rules)
    chosen: list[ChosenFile] = []
    skipped: list[Skipped] = []
    for file in diff.files:
        rule = _whole_file(file, rules, judge)
        if rule is not None:
            skipped.append(Skipped(file.path, None, rule.reason, rule.detail, hunks=len(file.hunks)))
            continue
        hunks = []
        for hunk in file.hunks:
            left_out = _one_hunk(hunk, rules)
            if left_out is None:
                hunks.append(hunk)
            else:
                skipped.append(left_out)
        if hunks:
            chosen.append(ChosenFile(file, tuple(hunks), language_of(file.path), kind_of(file.path)))
    return Selection(tuple(chosen), tuple(skipped))


def _whole_file(file: FileDiff, rules: SelectionRules, judge: PathJudge) -> Verdict | None:
    """Why the whole file is skipped. Rules go first: what nobody wants reviewed leaves no gap when it is broken."""
    rule = judge.verdict(file.path)
    if rule is not None:
        return rule
    if _generated_in_base(file, rules) and not judge.is_reincluded(file.path):
        return Verdict(SkipReason.GENERATED, "a generator's mark in the base")
    return _by_content(file) or _by_size(file, rules)


def _generated_in_base(file: FileDiff, rules: SelectionRules) -> bool:
    if file.status in {FileStatus.ADDED, FileStatus.COPIED}:
        return False
    return (file.old_path or file.path) in rules.generated_in_base or shows_mark_of_base(file)


def _by_content(file: FileDiff) -> Verdict | None:
    if file.unreadable is not None:
        return Verdict(SkipReason.UNREADABLE, file.unreadable)
    if file.binary:
        return Verdict(SkipReason.BINARY, "")
    if _SUBMODULE in {file.old_mode, file.new_mode}:
        return Verdict(SkipReason.EMPTY, "a submodule's pointer")
    return None if file.hunks else _without_hunks(file)


def _without_hunks(file: FileDiff) -> Verdict:
    if file.status in {FileStatus.RENAMED, FileStatus.COPIED}:
        return Verdict(SkipReason.RENAME_ONLY, f"from {file.old_path}")
    if file.status is FileStatus.MODIFIED and file.old_mode != file.new_mode:
        return Verdict(SkipReason.MODE_ONLY, f"{file.old_mode} to {file.new_mode}")
    return Verdict(SkipReason.EMPTY, "")


def _by_size(file: FileDiff, rules: SelectionRules) -> Verdict | None:
    size = sum(len(hunk.body) for hunk in file.hunks)
    if size <= rules.max_file_bytes:
        return None
    return Verdict(SkipReason.TOO_LARGE, f"{size:,} bytes of changes; the limit for a file is {rules.max_file_bytes:,}")


def _one_hunk(hunk: Hunk, rules: SelectionRules) -> Skipped | None:
    if len(hunk.body) > rules.max_hunk_bytes:
        detail = f"{len(hunk.body):,} bytes; the limit for a hunk is {rules.max_hunk_bytes:,}"
        return Skipped(hunk.path, hunk.header, SkipReason.TOO_LARGE, detail, hunks=1)
    if not any(row[:1] in {b"+", b"-"} for row in hunk.body.split(b"\n")):
        return Skipped(hunk.path, hunk.header, SkipReason.EMPTY, hunks=1)
    return None
