from __future__ import annotations

import subprocess
import sys

import pytest

from bot.core.enclosing.outline import LARGEST_FILE, outline_of

PYTHON = """\
class Cart(Base):
    @cached
    def total(
        self,
        items,
    ) -> int:
        def inner(x):
            return x
        return sum(items)

    async def save(self): ...
"""
TYPESCRIPT = """\
export class Cart<T> extends Base {
  private add = async (item: T) => {
    this.push(item)
  }
  get size(): number { return 1 }
}
export const total = (items: Item[]): number => {
  return 0
}
const limit = 3
interface Item { price: number }
"""
JAVASCRIPT = """\
const Box = function (props) {
  return <b>{props.text}</b>
}
function* numbers() { yield 1 }
"""
GO = """\
package cart

type Cart struct {
\titems []Item
}

func (c *Cart) Total() (int, error) {
\treturn 0, nil
}
"""
JAVA = """\
public class Cart {
  Cart() { clear(); }
  @Override
  public int total(List<Item> items) throws Broken {
    return 0;
  }
  abstract int later();
}
"""
RUST = """\
impl<T> Cart for Basket<T> where T: Clone {
    pub fn total(&self) -> u8 { 1 }
}
struct Item { price: u8 }
"""
C = """\
static int
total(int *items, int count)
{
  return 0;
}
struct item { int price; };
"""
CPP = """\
namespace shop {
template <typename T> class Cart : public Base {
  int total() const { return 0; }
};
}
"""

OUTLINES = {
    ("python", "cart.py", PYTHON): [
        "1-1-11 class Cart(Base)",
        "3-6-9 class Cart(Base) / def total( self, items, ) -> int",
        "7-7-8 class Cart(Base) / def total( self, items, ) -> int / def inner(x)",
        "11-11-11 class Cart(Base) / async def save(self)",
    ],
    ("javascript", "cart.ts", TYPESCRIPT): [
        "1-1-6 export class Cart<T> extends Base",
        "2-2-4 export class Cart<T> extends Base / private add = async (item: T) =>",
        "5-5-5 export class Cart<T> extends Base / get size(): number",
        "7-7-9 export const total = (items: Item[]): number =>",
        "11-11-11 interface Item",
    ],
    ("javascript", "box.jsx", JAVASCRIPT): ["1-1-3 const Box = function (props)", "4-4-4 function* numbers()"],
    ("go", "cart.go", GO): ["3-3-5 type Cart", "7-7-9 func (c *Cart) Total() (int, error)"],
    ("jvm", "Cart.java", JAVA): [
        "1-1-8 public class Cart",
        "2-2-2 public class Cart / Cart()",
        "3-4-6 public class Cart / @Override public int total(List<Item> items) throws Broken",
    ],
    ("rust", "cart.rs", RUST): [
        "1-1-3 impl<T> Cart for Basket<T> where T: Clone",
        "2-2-2 impl<T> Cart for Basket<T> where T: Clone / pub fn total(&self) -> u8",
        "4-4-4 struct Item",
    ],
    ("c", "cart.c", C): ["1-2-5 static int total(int *items, int count)", "6-6-6 struct item"],
    ("c", "cart.hpp", CPP): [
        "2-2-4 template <typename T> class Cart : public Base",
        "3-3-3 template <typename T> class Cart : public Base / int total() const",
    ],
}


@pytest.mark.parametrize(("source", "expected"), OUTLINES.items(), ids=[path for _, path, _ in OUTLINES])
def test_definitions_of_each_language(source: tuple[str, str, str], expected: list[str]) -> None:
    """Every language with a grammar: first line, end of the signature, last line, and the names from outside in."""
    language, path, text = source
    outline = outline_of(language, path, text.encode())
    assert outline is not None
    assert outline.complete
    assert [
        f"{found.first}-{found.signature_end}-{found.last} " + " / ".join(part.signature for part in found.chain())
        for found in outline.definitions
    ] == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(9, 9, "total"), (8, 8, "inner"), (8, 9, "total"), (9, 11, "Cart"), (10, 10, "Cart"), (12, 12, None)],
)
def test_the_smallest_definition_around_lines(first: int, last: int, expected: str | None) -> None:
    """A hunk over two methods belongs to their class; one below the class to nothing."""
    outline = outline_of("python", "cart.py", PYTHON.encode())
    assert outline is not None
    around = outline.around(first, last)
    assert around is None if expected is None else around is not None and expected in around.signature


def test_broken_code_is_read_as_far_as_it_goes() -> None:
    """Half a file is better than nothing, but it is not the whole."""
    outline = outline_of("python", "cart.py", PYTHON.encode() + b"\nclass (:\n  ]]]\n")
    assert outline is not None
    assert not outline.complete
    assert any("total" in found.signature for found in outline.definitions)


@pytest.mark.parametrize(
    ("language", "path", "text"),
    [
        ("markdown", "a.md", b"# Title"),
        ("jvm", "a.kt", b"fun main() {}"),
        ("javascript", "a.vue", b"<script>"),
        ("python", "a.py", b"x = 1\0"),
        ("python", "a.py", b"x = 1\n" * (LARGEST_FILE // 6 + 1)),
        ("rust", "a.rs", b"a<" * 50_000),
    ],
    ids=["no code", "no grammar", "mixed", "binary", "too large", "too hard"],
)
def test_what_cannot_be_parsed_has_no_outline(language: str, path: str, text: bytes) -> None:
    """Nothing is said about a file that was not read."""
    assert outline_of(language, path, text) is None


def test_deep_nesting_ends_somewhere() -> None:
    """A name made of fifty names tells a reader nothing, and depth must not cost stack."""
    text = "".join(f"{' ' * depth}def f{depth}():\n" for depth in range(60)) + " " * 60 + "pass\n"
    outline = outline_of("python", "a.py", text.encode())
    assert outline is not None
    assert len(outline.definitions[-1].chain()) == len(outline.definitions) == 12


def test_a_grammar_is_loaded_when_a_file_needs_it() -> None:
    """A change in Python does not pay for the grammar of C++."""
    code = (
        "import sys\nfrom bot.core.enclosing.outline import outline_of\n"
        "outline_of('python', 'a.py', b'x = 1')\n"
        "print(sorted(name for name in sys.modules if name.startswith('tree_sitter_')))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() in {"['tree_sitter_python']", "['tree_sitter_python', 'tree_sitter_python._binding']"}
