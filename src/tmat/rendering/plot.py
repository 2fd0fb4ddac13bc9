"""Heat maps of matrices as PNG, SVG or PDF, drawn with matplotlib (the extra ``plot``): words on both axes, a scale beside."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tmat.errors import InputError, LimitError, MissingExtra
from tmat.rendering.layout.drawer import named
from tmat.rendering.layout.heat import ONE_SIDED, TWO_SIDED, Scale, ink
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.numbers import hidden, texts
from tmat.rendering.several import Entry, entries
from tmat.sheet.names import stem
from tmat.sheet.worksheet import Worksheet
from tmat.stages import declared, stage_names
from tmat.visible import visible

MAPS = ("softmax", "softmax_tempered", "renormalize", "sinusoid")
"""The operations whose results are drawn where none is chosen: attention weights, probabilities, positions."""
MOST = 64  # maps in a picture
NUMBERED = 16  # rows and columns up to which each cell has its number
PIXELS = 1200  # more cells than this on a side no picture shows
TICKS = 40  # labels along a side
LONGEST = 24  # characters of a label
LACKING = re.compile(r"Glyph (\d+) .* missing from font")
FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Hiragino Sans GB", "Microsoft YaHei", "Arial Unicode MS",
    "PingFang SC", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
"""Fonts with more scripts than matplotlib's own: those that are here are taken, in this order, where a word wants them."""
SIDES = {("n", "m"): ("query", "key"), ("n", "N"): ("after", "word"), ("n", "d"): ("token", "dimension")}
"""What rows and columns are, by the letters of a declared shape: n tokens, m of the context, N words, d numbers each."""
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "tmat", "svg.fonttype": "path", "font.size": 9.0, "axes.titlesize": 10.0, "figure.dpi": 100,
}  # fmt: skip


def picture(draw: Callable[[Any], None], size: tuple[float, float], kind: str, **settings: Any) -> bytes:
    """What is drawn on a figure of that size in inches, the same bytes every time. Errors: matplotlib missing."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("plot", "a picture") from None

    with mpl.rc_context():  # a reader's own settings neither show here nor are lost
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS | settings)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        stream = io.BytesIO()
        undated: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
        figure.savefig(stream, format=kind, dpi=150, metadata=undated[kind])
    return stream.getvalue()


def plotted(sheets: Sequence[Worksheet], look: Look | None = None, kind: str = "png") -> bytes:
    """One picture with a heat map of each matrix that ``only`` chooses, else of the weights, probabilities and encodings.

    The same worksheet makes the same bytes. Errors: matplotlib missing; no such matrix, or too many. A warning names the
    characters that no font here has.
    """
    chosen = maps(sheets, look or Look())
    across = math.ceil(math.sqrt(len(chosen)))
    down = math.ceil(len(chosen) / across)
    wide, high = _size(chosen)

    def draw(figure: Any) -> None:
        import matplotlib as mpl

        mpl.rcParams["font.family"] = _fonts(chosen)
        axes = figure.subplots(down, across, squeeze=False).ravel()
        for axis, entry in zip(axes, chosen, strict=False):
            if is_line(entry):
                _draw_line(axis, entry)
            else:
                _draw(figure, axis, entry, look or Look())
        for axis in axes[len(chosen) :]:
            axis.set_axis_off()

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        plain = {"text.parse_math": False}  # a dollar in a word is a dollar
        made = picture(draw, (wide * across, high * down), kind, **plain)
    lacking = {match[1] for each in found if (match := LACKING.match(str(each.message)))}
    if lacking:
        shown = visible("".join(sorted(chr(int(code)) for code in lacking)), 40)
        warnings.warn(
            f"no font here has {shown}: drawn as boxes; install one that does, such as {FONTS[0]}", stacklevel=2
        )
    return made


def maps(sheets: Sequence[Worksheet], look: Look) -> list[Entry]:
    """The matrices to draw.

    Errors: none that is drawn unasked; more than a picture holds.
    """
    found = [entry for entry in entries(sheets, look) if entry.matrix.values.size and not entry.blank]
    if look.only is None:
        lines = [entry for entry in found if is_line(entry)]
        found = lines or [entry for entry in found if entry.step is not None and entry.step.op in MAPS]
    if not found:
        known = ", ".join(dict.fromkeys(entry.name for entry in entries(sheets, Look())))
        raise InputError(
            "nothing to draw: no attention weights, probabilities or positions here",
            f"there are {visible(known, 300) or 'no matrices'}",
            mend="choose matrices with ‹keep›",
        )
    if len(found) > MOST:
        raise LimitError(
            f"{len(found)} heat maps are too many for one picture", f"at most {MOST}", mend="choose with ‹keep›"
        )
    return found


def is_line(entry: Entry) -> bool:
    """Whether a matrix is drawn as a line: one number after another, the losses of a training."""
    return entry.stage.stage == "train" and entry.step is None and entry.matrix.width == 1


def _fonts(chosen: Sequence[Entry]) -> list[str]:
    own = ["DejaVu Sans"]
    words = {text for entry in chosen for text in (*entry.matrix.rows, *entry.matrix.cols)}
    if all(character < "\u0600" for text in words for character in text):
        return own
    import logging

    from matplotlib import font_manager

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a weight that a font lacks is no news
    known = set(font_manager.get_font_names())
    return own + [name for name in FONTS if name in known]


def _size(chosen: Sequence[Entry]) -> tuple[float, float]:
    """The inches of one map, so that its numbers and labels have room."""
    if all(map(is_line, chosen)):
        return 6.4, 4.0
    width = max(min(entry.matrix.width, TICKS) for entry in chosen)
    height = max(min(entry.matrix.height, TICKS) for entry in chosen)
    label = max(
        len(visible(text, LONGEST))
        for entry in chosen
        for text in (*entry.matrix.rows[:TICKS], *entry.matrix.cols[:TICKS])
    )
    each = 0.52 if width <= NUMBERED else 0.22
    return max(each * width + 1.6 + 0.08 * label, 3.4), max(0.34 * min(height, 30) + 1.0 + 0.06 * label, 2.2)


def _draw(figure: Any, axis: Any, entry: Entry, look: Look) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    matrix = entry.matrix
    scale = Scale.of(matrix.values)
    anchors = [tuple(part / 255 for part in colour) for colour in (TWO_SIDED if scale.two_sided else ONE_SIDED)]
    colours = LinearSegmentedColormap.from_list("tmat", anchors)
    every = [-(-side // PIXELS) for side in matrix.values.shape]  # what the picture would leave out is not copied
    shown = matrix.values[:: every[0], :: every[1]]
    shown = np.clip(np.where(np.isnan(shown), 0.0, shown), scale.low, scale.high)
    image = axis.imshow(
        shown, cmap=colours, vmin=scale.low, vmax=scale.high, aspect="auto", interpolation="nearest",
        extent=(-0.5, matrix.width - 0.5, matrix.height - 0.5, -0.5),
    )  # fmt: skip
    axis.set_title(visible(entry.name, 60))
    down, across = sides(entry)
    axis.set_ylabel(down)
    axis.set_xlabel(across)
    _ticks(axis.set_xticks, matrix.cols, turned=True)
    _ticks(axis.set_yticks, matrix.rows)
    if max(matrix.height, matrix.width) <= NUMBERED:
        nothing = hidden(entry.stage, entry.step) if entry.step is not None else None
        for i, row in enumerate(texts(matrix.values, look.digits, 2, nothing)):
            for j, text in enumerate(row):
                colour = ink(scale.colour(float(matrix.values[i, j])))
                axis.text(j, i, text.replace("-", "−"), ha="center", va="center", color=colour, fontsize=8)
    figure.colorbar(image, ax=axis)


def _draw_line(axis: Any, entry: Entry) -> None:
    values = entry.matrix.values[:, 0]
    axis.plot(np.arange(len(values)), values, color="#0072B2", marker="." if len(values) <= NUMBERED else None)
    axis.set_title(visible(entry.name, 60))
    axis.set_xlabel("step")
    axis.set_ylabel(visible(entry.matrix.cols[0], LONGEST))
    axis.grid(alpha=0.3)


def sides(entry: Entry) -> tuple[str, str]:
    """What the rows and the columns of a matrix are, by the shape that its stage declares; nothing where it declares none."""
    if entry.step is None or entry.stage.stage not in stage_names():
        return "", ""
    shapes = {stem(name): one.shape for name, one in declared(entry.stage.stage).steps.items()}
    rows, _, columns = shapes.get(stem(entry.step.name), "").partition("×")
    own = SIDES.get((rows, columns)) or SIDES.get((rows, columns[:1]), ("", ""))
    return ("position", own[1]) if entry.step.op == "sinusoid" else own


def _ticks(put: Any, labels: Sequence[str], *, turned: bool = False) -> None:
    """Every label, or of many every so-manieth; those below are turned where they are words."""
    step = -(-len(labels) // TICKS)
    places = range(0, len(labels), step)
    shown = [visible(labels[n], LONGEST) for n in places]
    slant = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if turned and named(labels) else {}
    put(list(places), shown, **slant)
