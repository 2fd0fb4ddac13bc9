"""The scaling experiment as a picture, drawn with matplotlib (the extra ``plot``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from tmat.errors import InputError, MissingExtra
from tmat.experiment.scaling import Comparison, Scaling, article_scores
from tmat.rendering.plot import picture

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = (".png", ".svg", ".pdf")
# Okabe and Ito's colours, which colour-blind readers can tell apart; lines differ in their dashes too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":")


def check_plot(path: str) -> None:
    """Refuse a file type that cannot be drawn, or a missing matplotlib, before any work is done."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in KINDS:
        raise InputError(
            f"‹plot {path}›: no such kind of picture",
            f"its suffix is {suffix or 'missing'}; expected one of {' '.join(KINDS)}",
        )
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingExtra("plot", "‹plot›") from None


def plotted(result: Scaling, kind: str = "png") -> bytes:
    """The picture's bytes, the same for the same result: above, q·k for every d; below, the article's case."""

    def draw(figure: Any) -> None:
        axes = figure.subplots(2, 3)
        _distributions(axes[0][0], axes[0][1], result.widths)
        _saturations(axes[0][2], result)
        _article(axes[1], result)

    bare = {"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False}
    return picture(draw, (11, 6.4), kind, **bare)


def _distributions(left: Any, right: Any, widths: Sequence[Comparison]) -> None:
    """The density of q·k, which spreads with √d, and of q·k/√d, which is standard normal for every d."""
    for n, each in enumerate(widths):
        for axis, scores in ((left, each.before), (right, each.after)):
            merged = scores.histogram.merged(120 if axis is left else 60)
            counts = np.asarray(merged.counts, dtype=np.float64)
            edges = np.linspace(merged.low, merged.high, len(counts) + 1)
            density = counts / max(counts.sum() + merged.outside, 1.0) / (edges[1] - edges[0])
            axis.stairs(
                density,
                edges,
                color=COLOURS[n % len(COLOURS)],
                linestyle=DASHES[n % len(DASHES)],
                label=f"d = {each.d}",
            )
    left.set(title="q·k", xlabel="score", ylabel="density")
    curve = np.linspace(-4, 4, 161)
    right.plot(
        curve,
        np.exp(-(curve**2) / 2) / np.sqrt(2 * np.pi),
        color="0.6",
        linewidth=3,
        alpha=0.5,
        label="N(0, 1)",
        zorder=0,
    )
    right.set(title="q·k / √d", xlabel="score")
    left.legend()
    right.legend()


def _saturations(axis: Any, result: Scaling) -> None:
    """The largest weight and the gradient against the width of q and k."""
    widths = [each.d for each in result.widths]
    curves = (
        ("largest weight, q·k", [each.before.softmax.largest for each in result.widths], COLOURS[1], "-", "o"),
        ("gradient, q·k", [each.before.softmax.gradient for each in result.widths], COLOURS[1], "--", "s"),
        ("largest weight, q·k/√d", [each.after.softmax.largest for each in result.widths], COLOURS[0], "-", "o"),
        ("gradient, q·k/√d", [each.after.softmax.gradient for each in result.widths], COLOURS[0], "--", "s"),
    )
    for label, values, colour, dash, mark in curves:
        axis.plot(widths, values, color=colour, linestyle=dash, marker=mark, markersize=4, label=label)
    axis.set_xscale("log", base=2)
    axis.set_xticks(widths, [str(width) for width in widths])
    axis.minorticks_off()
    axis.set(title=f"softmax over {result.keys} keys (median row)", xlabel="d", ylim=(0, 1.02))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


def _article(axes: Any, result: Scaling) -> None:
    """The article's case: the histogram of its draws, and its weights with and without the division."""
    numbers = article_scores(result.article_draws, result.deviation, result.seed)
    over = f"{result.deviation:g}"
    merged = result.article.before.histogram.merged(60)
    axes[0].stairs(merged.counts, np.linspace(merged.low, merged.high, len(merged.counts) + 1), fill=True, color="0.55")
    above = axes[0].secondary_xaxis("top", functions=(lambda x: x / result.deviation, lambda x: x * result.deviation))
    above.spines["top"].set_visible(True)
    axes[0].set(
        title=f"{result.article_draws:,} draws of N(0, {over}²); above: over {over}", xlabel="score", ylabel="draws"
    )
    pairs = (
        (axes[1], numbers, f"softmax of N(0, {over}²)"),
        (axes[2], numbers / result.deviation, f"softmax of the same over {over}"),
    )
    for axis, scores, title in pairs:
        powers = np.exp(scores - scores.max())
        axis.vlines(np.arange(scores.size), 0, powers / powers.sum(), color=COLOURS[0], linewidth=0.6, rasterized=True)
        axis.set(title=title, xlabel="draw", ylabel="weight", ylim=(0, None))
