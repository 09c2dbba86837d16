from __future__ import annotations

from bot.core.cost_page.svg import still

PYGALS = """<svg xmlns="http://www.w3.org/2000/svg" id="chart-1" class="pygal-chart" viewBox="0 0 9 9"><!--made today-->
<defs><style>x</style><script>y</script></defs><title>Pygal</title>
<g class="graph"><rect class="background"/><g class="bar"><desc class="label">Monday: $1</desc>
<rect x="1.23456" y="2" rx="0" class="rect"/><desc class="value">1</desc></g>
<g class="plot tooltip-overlay"><g class="tooltip"/></g></g></svg>"""


class Drawing:
    """A chart as far as `still` knows it."""

    def render(self, *, is_unicode: bool) -> str:
        assert is_unicode
        return PYGALS


def test_geometry_and_labels_are_all_that_stays() -> None:
    """What stays is what is seen, and what is read out."""
    drawn = still(Drawing(), says='Dollars "by day" <1>', classes="chart wide")
    assert "".join(drawn.split("\n")) == (
        '<svg viewBox="0 0 9 9" class="chart wide" role="img" aria-label="Dollars &quot;by day&quot; &lt;1&gt;">'
        '<g class="graph"><g class="bar"><title>Monday: $1</title><rect x="1.2" y="2.0" class="rect" /></g></g></svg>'
    )
