"""The functions and classes of a source file, and where each begins and ends.

tree-sitter parses: it reads broken code too, and each language costs its own small grammar, loaded when a file needs
it. C goes through the grammar of C++, JavaScript through that of TSX, which contain them. Kotlin and shell have no
grammar here: theirs can hang on broken code where nothing can stop them.
"""

from __future__ import annotations

import importlib
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node, Point, Tree

LARGEST_FILE = 1_000_000
"""In bytes. A larger file is written by a program or by nobody's hand alone."""

MOST_STEPS = 5_000
BYTES_PER_STEP = 40
"""The parser gives up after this many steps of a hundred operations each, sooner in a small file; ordinary code takes
one for 50 to 200 bytes. Text made to confuse a parser would otherwise keep it busy for minutes."""

_FREE_STEPS = 300
_CHUNK = 65_536

DEEPEST = 12
"""Levels of definitions inside one another; what lies deeper belongs to the last of them."""

_SIGNATURE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Grammar:
    """A grammar package, its function that returns the language, and the kinds of node that are definitions.

    Each kind comes with the fields that lead to its body; a node that lacks one of them defines nothing.
    """

    package: str
    function: str
    bodies: Mapping[str, tuple[str, ...]]


def _bodied(*kinds: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(kinds, ("body",))


_ECMASCRIPT = {
    **_bodied("function_declaration", "generator_function_declaration", "method_definition", "class_declaration"),
    **_bodied("abstract_class_declaration", "interface_declaration", "enum_declaration"),
    "variable_declarator": ("value", "body"),
    "public_field_definition": ("value", "body"),
}
_PYTHON = Grammar("tree_sitter_python", "language", _bodied("function_definition", "class_definition"))
_TYPESCRIPT = Grammar("tree_sitter_typescript", "language_typescript", _ECMASCRIPT)
_TSX = Grammar("tree_sitter_typescript", "language_tsx", _ECMASCRIPT)
_GO = Grammar(
    "tree_sitter_go", "language", {**_bodied("function_declaration", "method_declaration"), "type_spec": ("type",)}
)
_JAVA = Grammar(
    "tree_sitter_java",
    "language",
    {
        **_bodied("class_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
        **_bodied("method_declaration", "constructor_declaration"),
    },
)
_RUST = Grammar(
    "tree_sitter_rust", "language", _bodied("function_item", "impl_item", "trait_item", "struct_item", "enum_item")
)
_CPP = Grammar("tree_sitter_cpp", "language", _bodied("function_definition", "class_specifier", "struct_specifier"))

_BY_LANGUAGE = {"python": _PYTHON, "go": _GO, "rust": _RUST, "c": _CPP}
_BY_ENDING = {
    ("javascript", "js"): _TSX,
    ("javascript", "jsx"): _TSX,
    ("javascript", "mjs"): _TSX,
    ("javascript", "cjs"): _TSX,
    ("javascript", "tsx"): _TSX,
    ("javascript", "ts"): _TYPESCRIPT,
    ("javascript", "mts"): _TYPESCRIPT,
    ("javascript", "cts"): _TYPESCRIPT,
    ("jvm", "java"): _JAVA,
}


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, method, class or the like.

    `first`, `signature_end` and `last` are 1-based lines; `signature` is all before the body, on one line. `parent` is
    the definition that encloses it.
    """

    first: int
    signature_end: int
    last: int
    signature: str
    parent: Definition | None

    def chain(self) -> list[Definition]:
        """List the definition and what encloses it, outermost first."""
        return [*(self.parent.chain() if self.parent else []), self]


@dataclass(frozen=True, slots=True)
class Outline:
    """A file's definitions in order. `complete` is False where the parser met an error and may have missed some."""

    definitions: tuple[Definition, ...]
    complete: bool

    def around(self, first: int, last: int) -> Definition | None:
        """Find the smallest definition that holds all these lines."""
        index = bisect_right(self.definitions, first, key=lambda definition: definition.first)
        found = self.definitions[index - 1] if index else None
        while found is not None and found.last < last:
            found = found.parent
        return found


def outline_of(language: str, path: str, text: bytes) -> Outline | None:
    """Parse a file; None where there is no grammar for it, or where it is too large, binary or too hard to parse."""
    grammar = _BY_LANGUAGE.get(language) or _BY_ENDING.get((language, path.rpartition(".")[2].lower()))
    if grammar is None or len(text) > LARGEST_FILE or b"\0" in text:
        return None
    tree = _parsed(_language(grammar.package, grammar.function), text)
    if tree is None:
        return None
    found = ((node, body) for node in _nodes(tree) if (body := _body(node, grammar)) is not None)
    return Outline(_nested(found, text), not tree.root_node.has_error)


@cache
def _language(package: str, function: str) -> Language:
    return Language(getattr(importlib.import_module(package), function)())


def _parsed(language: Language, text: bytes) -> Tree | None:
    steps = 0
    most = min(MOST_STEPS, _FREE_STEPS + len(text) // BYTES_PER_STEP)

    def read(offset: int, _: Point) -> bytes:
        return text[offset : offset + _CHUNK]

    def give_up(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001  (tree-sitter's signature)
        nonlocal steps
        steps += 1
        return steps > most

    try:
        return Parser(language).parse(read, progress_callback=give_up)
    except ValueError:  # how the parser says that it was told to give up
        return None


def _nodes(tree: Tree) -> Iterator[Node]:
    """Walk all nodes in the order of the text; a query would take quadratic time where an error spans the file."""
    cursor = tree.walk()
    while True:
        if cursor.node is not None:
            yield cursor.node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _body(node: Node, grammar: Grammar) -> Node | None:
    """Find the body of a definition; None for any other node."""
    fields = grammar.bodies.get(node.type)
    if fields is None:
        return None
    body: Node | None = node
    for field in fields:
        body = body.child_by_field_name(field) if body is not None else None
    return body


def _nested(found: Iterable[tuple[Node, Node]], text: bytes) -> tuple[Definition, ...]:
    """Put each definition under the one that encloses it; they come in the order of the text, outer ones first."""
    definitions: list[Definition] = []
    open_ones: list[tuple[int, Definition]] = []
    for node, body in found:
        while open_ones and open_ones[-1][0] <= node.start_byte:
            open_ones.pop()
        if len(open_ones) < DEEPEST:
            definition = _definition(node, body, text, open_ones[-1][1] if open_ones else None)
            definitions.append(definition)
            open_ones.append((node.end_byte, definition))
    return tuple(definitions)


def _definition(node: Node, body: Node, text: bytes, parent: Definition | None) -> Definition:
    """Read one definition; its signature begins with its line, so that `export const` and `type` belong to it."""
    start = text.rfind(b"\n", 0, node.start_byte) + 1
    signature = text[start : body.start_byte].rstrip()
    first = node.start_point.row + 1
    name = " ".join(signature.decode("utf-8", "replace").split()).rstrip("{:= ")
    return Definition(
        first=first,
        signature_end=first + signature.count(b"\n"),
        last=node.end_point.row + 1,
        signature=name if len(name) <= _SIGNATURE_CHARS else name[: _SIGNATURE_CHARS - 1] + "…",
        parent=parent,
    )
