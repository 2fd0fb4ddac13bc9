"""Heat maps of matrices as PNG, SVG or PDF, drawn with matplotlib (the extra ``plot``), with labels on both axes and a scale."""

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
from tmat.rendering.layout.look import ONE_SIDED, TWO_SIDED, Look, Scale, ink
from tmat.rendering.layout.numbers import hidden, texts
from tmat.rendering.several import Entry, entries
from tmat.sheet.names import stem
from tmat.sheet.worksheet import Worksheet
from tmat.stages import declared, stage_names
from tmat.visible import visible

MAPS = ("softmax", "softmax_tempered", "renormalize", "sinusoid")
"""The operations whose results are drawn by default: attention weights, probabilities, positions."""
MOST = 64  # maps in a picture
NUMBERED = 16  # rows and columns up to which each cell has its number
PIXELS = 1200  # the most rows and columns that a picture can show
TICKS = 40  # labels along a side
LONGEST = 24  # characters of a label
LACKING = re.compile(r"Glyph (\d+) .* missing from font")
FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Hiragino Sans GB", "Microsoft YaHei", "Arial Unicode MS",
    "PingFang SC", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
"""Fonts with more scripts than matplotlib's own: the installed ones are used, in this order, if a label needs them."""
SIDES = {("n", "m"): ("query", "key"), ("n", "N"): ("after", "word"), ("n", "d"): ("token", "dimension")}
"""The names of the axes by the declared shape: n tokens, m tokens of the context, N words, d dimensions."""
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "tmat", "svg.fonttype": "path", "font.size": 9.0, "axes.titlesize": 10.0, "figure.dpi": 100,
}  # fmt: skip


def picture(draw: Callable[[Any], None], size: tuple[float, float], kind: str, **settings: Any) -> bytes:
    """A figure of that size in inches as a file, the same bytes every time. Errors: matplotlib missing."""
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("plot", "a picture") from None

    with mpl.rc_context():  # the user's settings are not used, and not lost
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS | settings)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        stream = io.BytesIO()
        metadata: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
        figure.savefig(stream, format=kind, dpi=150, metadata=metadata[kind])
    return stream.getvalue()


def plotted(sheets: Sequence[Worksheet], look: Look | None = None, kind: str = "png") -> bytes:
    """One picture with a heat map of each matrix that ``only`` chooses, else of weights, probabilities and encodings.

    The same worksheet gives the same bytes. Errors: matplotlib missing; no such matrix, or too many. A warning names the
    characters that no installed font has.
    """
    chosen = maps(sheets, look or Look())
    columns = math.ceil(math.sqrt(len(chosen)))
    rows = math.ceil(len(chosen) / columns)
    width, height = _size(chosen)

    def draw(figure: Any) -> None:
        import matplotlib as mpl

        mpl.rcParams["font.family"] = _fonts(chosen)
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for axis, entry in zip(axes, chosen, strict=False):
            if is_line(entry):
                _draw_line(axis, entry)
            else:
                _draw(figure, axis, entry, look or Look())
        for axis in axes[len(chosen) :]:
            axis.set_axis_off()

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        settings = {"text.parse_math": False}  # a dollar in a word is a dollar
        data = picture(draw, (width * columns, height * rows), kind, **settings)
    codes = {match[1] for warning in warned if (match := LACKING.match(str(warning.message)))}
    if codes:
        missing = visible("".join(sorted(chr(int(code)) for code in codes)), 40)
        warnings.warn(
            f"no font here has {missing}: drawn as boxes; install one that does, such as {FONTS[0]}", stacklevel=2
        )
    return data


def maps(sheets: Sequence[Worksheet], look: Look) -> list[Entry]:
    """The matrices to draw.

    Errors: none that is drawn by default; more than a picture holds.
    """
    candidates = [entry for entry in entries(sheets, look) if entry.matrix.values.size and not entry.blank]
    if look.only is None:
        lines = [entry for entry in candidates if is_line(entry)]
        candidates = lines or [entry for entry in candidates if entry.step is not None and entry.step.op in MAPS]
    if not candidates:
        names = ", ".join(dict.fromkeys(entry.name for entry in entries(sheets, Look())))
        raise InputError(
            "nothing to draw: no attention weights, probabilities or positions here",
            f"there are {visible(names, 300) or 'no matrices'}",
            mend="choose matrices with ‹keep›",
        )
    if len(candidates) > MOST:
        raise LimitError(
            f"{len(candidates)} heat maps are too many for one picture", f"at most {MOST}", mend="choose with ‹keep›"
        )
    return candidates


def is_line(entry: Entry) -> bool:
    """Whether a matrix is drawn as a line: the losses of a training, one a step."""
    return entry.stage.stage == "train" and entry.step is None and entry.matrix.width == 1


def _fonts(chosen: Sequence[Entry]) -> list[str]:
    fonts = ["DejaVu Sans"]
    words = {text for entry in chosen for text in (*entry.matrix.rows, *entry.matrix.cols)}
    if all(character < "\u0600" for text in words for character in text):
        return fonts
    import logging

    from matplotlib import font_manager

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a missing font weight is not worth a message
    installed = set(font_manager.get_font_names())
    return fonts + [name for name in FONTS if name in installed]


def _size(chosen: Sequence[Entry]) -> tuple[float, float]:
    """The size of one map in inches, with room for its numbers and labels."""
    if all(map(is_line, chosen)):
        return 6.4, 4.0
    columns = max(min(entry.matrix.width, TICKS) for entry in chosen)
    rows = max(min(entry.matrix.height, TICKS) for entry in chosen)
    label = max(
        len(visible(text, LONGEST))
        for entry in chosen
        for text in (*entry.matrix.rows[:TICKS], *entry.matrix.cols[:TICKS])
    )
    cell = 0.52 if columns <= NUMBERED else 0.22
    return max(cell * columns + 1.6 + 0.08 * label, 3.4), max(0.34 * min(rows, 30) + 1.0 + 0.06 * label, 2.2)


def _draw(figure: Any, axis: Any, entry: Entry, look: Look) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    matrix = entry.matrix
    scale = Scale.of(matrix.values)
    anchors = [tuple(part / 255 for part in colour) for colour in (TWO_SIDED if scale.two_sided else ONE_SIDED)]
    colours = LinearSegmentedColormap.from_list("tmat", anchors)
    strides = [-(-side // PIXELS) for side in matrix.values.shape]  # rows and columns beyond the pixels are not copied
    cells = matrix.values[:: strides[0], :: strides[1]]
    cells = np.clip(np.where(np.isnan(cells), 0.0, cells), scale.low, scale.high)
    image = axis.imshow(
        cells, cmap=colours, vmin=scale.low, vmax=scale.high, aspect="auto", interpolation="nearest",
        extent=(-0.5, matrix.width - 0.5, matrix.height - 0.5, -0.5),
    )  # fmt: skip
    axis.set_title(visible(entry.name, 60))
    row_axis, column_axis = sides(entry)
    axis.set_ylabel(row_axis)
    axis.set_xlabel(column_axis)
    _ticks(axis.set_xticks, matrix.cols, slanted=True)
    _ticks(axis.set_yticks, matrix.rows)
    if max(matrix.height, matrix.width) <= NUMBERED:
        hidden_cells = hidden(entry.stage, entry.step) if entry.step is not None else None
        for i, row in enumerate(texts(matrix.values, look.digits, 2, hidden_cells)):
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
    """The names of the row and column axes, by the shape that the stage declares; empty if it declares none."""
    if entry.step is None or entry.stage.stage not in stage_names():
        return "", ""
    shapes = {stem(name): declaration.shape for name, declaration in declared(entry.stage.stage).steps.items()}
    rows, _, columns = shapes.get(stem(entry.step.name), "").partition("×")
    names = SIDES.get((rows, columns)) or SIDES.get((rows, columns[:1]), ("", ""))
    return ("position", names[1]) if entry.step.op == "sinusoid" else names


def _ticks(set_ticks: Any, labels: Sequence[str], *, slanted: bool = False) -> None:
    """Labels along an axis, at most TICKS of them; words below are slanted."""
    step = -(-len(labels) // TICKS)
    places = range(0, len(labels), step)
    shown = [visible(labels[n], LONGEST) for n in places]
    rotation = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if slanted and named(labels) else {}
    set_ticks(list(places), shown, **rotation)
