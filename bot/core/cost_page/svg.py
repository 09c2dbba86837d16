"""Pygal's drawing without what a page brings itself or must not have: its style sheet, its script, what that reads.

What stays is geometry and class names; colours and fonts are the page's style sheet's (bot/core/cost_page/page.css).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

_SVG = "http://www.w3.org/2000/svg"
_NEVER = frozenset({"defs", "script", "style", "title"})
_FOR_THE_SCRIPT = frozenset({"tooltip-overlay", "legends", "titles", "background", "text-overlay"})


def still(chart: Any, *, says: str, classes: str) -> str:
    """A chart of pygal as one `<svg>` that stands still and that a screen reader reads out as `says`.

    The label of a value becomes its `<title>`, which browsers show to whoever points at it.
    """
    drawn = ET.fromstring(chart.render(is_unicode=True))  # noqa: S314  # what has just been drawn in here
    view = drawn.get("viewBox", "")
    drawn.attrib.clear()
    drawn.attrib.update({"viewBox": view, "class": classes, "role": "img", "aria-label": says})
    _clean(drawn)
    for node in drawn.iter():
        node.tag = node.tag.removeprefix(f"{{{_SVG}}}")
    return ET.tostring(drawn, encoding="unicode")


def _clean(parent: ET.Element) -> None:
    for child in list(parent):
        tag = child.tag.removeprefix(f"{{{_SVG}}}")
        names = frozenset(child.get("class", "").split())
        if tag in _NEVER or names & _FOR_THE_SCRIPT:
            parent.remove(child)
        elif tag == "desc" and "label" in names:
            child.tag = f"{{{_SVG}}}title"
            child.attrib.clear()
        elif tag == "desc":
            parent.remove(child)
        else:
            _without_noise(child)
            _clean(child)


def _without_noise(node: ET.Element) -> None:
    """Positions to a tenth of a unit; a page with three charts is half as long for it."""
    for name in ("x", "y", "width", "height", "cx", "cy", "r"):
        if name in node.attrib:
            node.set(name, f"{float(node.attrib[name]):.1f}")
    for name in ("rx", "ry"):
        node.attrib.pop(name, None)
