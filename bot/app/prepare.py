"""From a target to everything that can be known before money is spent: the plan and the prompt's fixed parts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from bot.app.options import Options
from bot.app.target import Target
from bot.core.calls import Feature
from bot.core.choose import arrange, choose
from bot.core.coverage import LeftOut
from bot.core.diff.model import FileDiff, FileStatus
from bot.core.enclosing import enclosing_of
from bot.core.excerpt import Batch, Enclosing, Excerpt, HunkName, Skipped
from bot.core.languages import GUIDES
from bot.core.listing import changed_lines
from bot.core.prefix_use import hash_of
from bot.core.prompt.facts import FileFact, render_facts
from bot.core.prompt.fence import boundary
from bot.core.prompt.system import Instruction, render_system, sections_of
from bot.core.prompt.templates import Templates, prompt_hash
from bot.core.redact import redact_text
from bot.core.route import Routing
from bot.core.select.files import select
from bot.core.select.marks import has_generated_mark
from bot.core.select.rules import SelectionRules, compiled_globs
from bot.core.verify import Verify
from bot.ports import SourceTexts

WIDER_CONTEXT_TOKENS = 1_500
"""Of the code around a hunk so much is shown to a second look: most classes, or the better part of a long function."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, ready to be priced or run.

    `hunks` counts all of the diff's hunks, `duplicates` those answered together with an equal one,
    `reused` those reviewed before. `excerpts` are all that is planned, in the diff's order; `batches` are the same as
    the rules route and pack them. `system` and `facts` are the parts of the prompt that all requests share; `boundary`
    fences every block. `triaged` are the keys of hunks that triage left out on an earlier push (core/reuse.py), `wider`
    is the code around a hunk, by path and header, as a second look is shown it. `feature` is what the batches are
    asked for: to be reviewed, or to be drafted. `notes` are sentences that belong on the receipt. `made_from` is the
    SHA-256 of what `system` was made from (prompt files, languages, settings): runs in which it is equal should have
    the same system prompt to the byte. `waiting` was handed in as a message batch and is not asked about, `spared` was
    reviewed before. `sections` are the parts of `system` in tokens.
    """

    target: Target
    batches: tuple[Batch, ...]
    skipped: tuple[Skipped, ...]
    hunks: int
    duplicates: int
    boundary: str
    system: str
    facts: str
    excerpts: tuple[Excerpt, ...] = ()
    reused: int = 0
    triaged: Collection[str] = frozenset()
    wider: Mapping[HunkName, Enclosing] = field(default_factory=dict)
    feature: Feature = Feature.REVIEW
    notes: tuple[str, ...] = ()
    made_from: str = ""
    waiting: tuple[Excerpt, ...] = ()
    left_out: tuple[tuple[Excerpt, LeftOut], ...] = ()
    spared: tuple[Excerpt, ...] = ()
    sections: Mapping[str, int] = field(default_factory=dict)

    @property
    def accounted(self) -> tuple[Excerpt, ...]:
        """Everything that counts as chosen: what the plan asks about, in its order, then what waits in a batch, and
        what is left out.
        """
        asked = (excerpt for batch in self.batches for excerpt in batch.excerpts)
        return (*asked, *self.waiting, *(excerpt for excerpt, _ in self.left_out))

    @property
    def hunks_asked(self) -> int:
        """How many hunks the plan asks about."""
        return sum(excerpt.part[0] == 1 for batch in self.batches for excerpt in batch.excerpts)


def prepare(
    target: Target,
    options: Options,
    templates: Templates,
    reviewed: Collection[str] = frozenset(),
    triaged: Collection[str] = frozenset(),
    in_hand: Collection[str] = frozenset(),
) -> Prepared:
    """Select, group, split, route and pack; then write the shared parts of the prompt.

    `reviewed` are the keys of hunks that earlier runs reviewed, `triaged` of those that triage left out, `in_hand` of
    those that wait in a batch (core/reuse.py).
    """
    chosen = choose(target.diff, _rules(target, options), options.sizes, reviewed, in_hand)
    around = _enclosing(chosen.excerpts, target.head, options.context_tokens)
    excerpts = tuple(replace(one, enclosing=around.get(one.name)) for one in chosen.excerpts)
    wider = _enclosing(chosen.excerpts, target.head, _wider_budget(options))
    fence = boundary(_untrusted(target, [*around.values(), *wider.values()]))
    system = _system(excerpts, options, templates)
    return Prepared(
        target=target,
        batches=arrange(excerpts, options.effective_routing, options.sizes),
        excerpts=excerpts,
        skipped=(*chosen.skipped, *target.withheld),
        hunks=chosen.hunks,
        duplicates=chosen.duplicates,
        reused=chosen.reused,
        triaged=triaged,
        wider=wider,
        feature=Feature.DRAFT if options.effective_routing is Routing.CASCADE else Feature.REVIEW,
        notes=(*target.notes, *_routing_notes(options)),
        boundary=fence,
        system=system,
        sections=_sections(system, excerpts, options, templates),
        facts=_facts(target, fence, templates),
        made_from=_made_from(excerpts, options, templates),
        waiting=chosen.waiting,
        spared=chosen.spared,
    )


def _wider_budget(options: Options) -> int:
    """Who wants no code around hunks to be sent gets none sent for a second look either."""
    return WIDER_CONTEXT_TOKENS if options.verify is not Verify.NONE and options.context_tokens else 0


def _routing_notes(options: Options) -> Iterable[str]:
    if options.routing is Routing.CASCADE and options.effective_routing is Routing.FIXED:
        yield "All tiers are one model, so nobody could draft for another: every hunk was asked about once."


def _rules(target: Target, options: Options) -> SelectionRules:
    """The selection's rules, with what the base says; only files that are still chosen without it are looked up."""
    paths = [file.path for file in target.diff.files]
    rules = SelectionRules(options.include, options.exclude, _gitattributes(paths, target.base))
    chosen = (one.file for one in select(target.diff, rules).chosen)
    old_paths = (file.old_path or file.path for file in chosen if file.status is not FileStatus.ADDED)
    marked = (path for path in old_paths if _has_mark(target.base.text(path)))
    return replace(rules, generated_in_base=frozenset(marked))


def _has_mark(text: bytes | None) -> bool:
    return text is not None and has_generated_mark(text)


def _gitattributes(paths: Iterable[str], base: SourceTexts) -> dict[str, str]:
    """The base's .gitattributes of every folder that a changed file lies in, by folder ('' is the root)."""
    folders = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    found = {}
    for folder in sorted("" if folder == "." else folder for folder in folders):
        text = base.text(f"{folder}/.gitattributes" if folder else ".gitattributes")
        if text is not None:
            found[folder] = text.decode("utf-8", "surrogateescape")
    return found


def _enclosing(excerpts: Sequence[Excerpt], head: SourceTexts, budget: int) -> dict[HunkName, Enclosing]:
    """The definition around each hunk, where the file's text is at hand."""
    by_path: dict[str, list[Excerpt]] = {}
    for excerpt in excerpts:
        by_path.setdefault(excerpt.path, []).append(excerpt)
    enclosing = {}
    for path, group in by_path.items():
        text = head.text(path) if budget and group[0].file.status is not FileStatus.REMOVED else None
        if text is not None:
            file = group[0].file
            enclosing.update(enclosing_of(file, group[0].language, text, [one.hunk for one in group], budget))
    return enclosing


def _untrusted(target: Target, around: Iterable[Enclosing]) -> Iterable[bytes | str]:
    """Every text of the change that a prompt may show."""
    yield target.facts.title
    yield target.facts.description
    for file in target.diff.files:
        yield from (file.path, file.old_path or "")
        for hunk in file.hunks:
            yield from (hunk.section, hunk.body)
    for enclosing in around:
        yield enclosing.title
        yield from (text for _, text in enclosing.lines)


def _system(excerpts: Sequence[Excerpt], options: Options, templates: Templates) -> str:
    return render_system(
        templates,
        {excerpt.language for excerpt in excerpts},
        language=options.language,
        severity_floor=options.severity,
        house_style=options.style_guide,
        instructions=_instructions_for(_paths(excerpts), options.instructions),
        drafted=options.effective_routing is Routing.CASCADE,
        verified=options.verify is not Verify.NONE,
    )


def _sections(system: str, excerpts: Sequence[Excerpt], options: Options, templates: Templates) -> dict[str, int]:
    languages = {excerpt.language for excerpt in excerpts}
    instructions = _instructions_for(_paths(excerpts), options.instructions)
    return sections_of(system, templates, languages, options.style_guide, instructions)


def _made_from(excerpts: Sequence[Excerpt], options: Options, templates: Templates) -> str:
    """The hash of everything that `_system` reads."""
    return hash_of(
        [
            prompt_hash(templates),
            sorted({excerpt.language for excerpt in excerpts if excerpt.language in GUIDES}),
            options.language,
            options.severity.value,
            options.style_guide,
            [[one.paths, one.text, one.name] for one in _instructions_for(_paths(excerpts), options.instructions)],
        ]
    )


def _paths(excerpts: Iterable[Excerpt]) -> set[str]:
    """Every path that is asked about, those of twins included."""
    return {hunk.path for excerpt in excerpts for hunk in (excerpt.hunk, *excerpt.twins)}


def _instructions_for(paths: set[str], instructions: Iterable[Instruction]) -> list[Instruction]:
    """Those that hold for at least one chosen file: the others would be paid for and never used."""
    return [one for one in instructions if any(compiled_globs("instructions", one.paths).match_files(paths))]


def _facts(target: Target, fence: str, templates: Templates) -> str:
    return render_facts(
        templates,
        fence,
        redact_text(target.facts.title),
        redact_text(target.facts.description),
        [_file_fact(file) for file in target.diff.files],
    )


def _file_fact(file: FileDiff) -> FileFact:
    added, deleted = changed_lines(file.hunks)
    return FileFact(file.path, file.status, added, deleted)
