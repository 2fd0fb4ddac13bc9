"""An equation set in a row: operands and result side by side, their signs on the middle row."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from tmat.rendering.layout.drawer import MOST, UNLIMITED, Drawer, View
from tmat.rendering.layout.formula import Part, Place, Sign, parts, places
from tmat.rendering.layout.numbers import texts
from tmat.rendering.styled import EMPTY, Block, Line, Span, air, beside, captioned, columns, fenced, sign, space
from tmat.sheet.remarks import Mask
from tmat.sheet.worksheet import Matrix, Stage, Step
from tmat.stages.parts.masks import PAD, visibility

THINNING = ("multiply", "renormalize", "dropout")  # where an operand's cell is nothing, so is the result's
PASSING = ("softmax_gradient", "divide_by_root", "divide")  # the same, where a mask made it nothing
LEAVING_OUT = ("mask_fill", "keep_largest", "nucleus")  # what puts 0 where it keeps nothing


class Equation:
    """The equation of one step, laid out for a gap between columns; over the result's columns stand their words."""

    def __init__(
        self, drawer: Drawer, stage: Stage, step: Step, tree: Sequence[Part], operands: Sequence[Matrix],
        *, even: bool,
    ) -> None:  # fmt: skip
        self.drawer = drawer
        self.tree = tree
        self.operands = operands
        self.seen: dict[tuple[int, bool], View] = {}
        for place in places(tree):
            matrix = operands[place.n]
            if place.transposed:
                matrix = Matrix(matrix.name + "ᵀ", matrix.values.T, matrix.cols, matrix.rows)
            self.seen[place.n, place.transposed] = drawer.view(
                matrix, most=decimals(stage, step.of[place.n], used=True)
            )
        result = drawer.view(step.result, most=decimals(stage, step.name), result=True)
        self.result = result.worded(None if even else 0) if result.has_words else result
        self.headed = any(seen.heads_fit for seen in (*self.seen.values(), self.result))

    def least(self, gap: int) -> int:
        """The width of the matrices alone."""
        return sum(self.seen[p.n, p.transposed].width(gap) for p in places(self.tree)) + self.result.width(gap)

    def block(self, gap: int) -> Block:
        first = places(self.tree)[0]
        blocks = [self._part(part, gap) for part in self.tree]
        ends_in_arrow = isinstance(self.tree[-1], Sign) and self.tree[-1].text.strip() == "→"
        if not ends_in_arrow:
            blocks.append(self._sign(" = ", gap))
        blocks.append(self._matrix(self.result, "result", gap))
        labelled = self.seen[first.n, first.transposed]
        if len(labelled.rows) < len(self.result.rows):  # one number for every row
            labelled = self.result
        return beside([self.drawer.labels(labelled), air(2), *blocks])

    def scale(self, width: int, gap: int) -> list[Line]:
        """The scale of the result's colours, under the result."""
        if self.result.scale is None:
            return []
        lines = self.drawer.scale_lines(self.result, width)
        wide = max(map(columns, lines))
        start = min(width - self.result.width(gap) + 1, max(width - wide, 0))
        return [EMPTY, *((*space(start), *line) for line in lines)]

    def _part(self, part: Part, gap: int) -> Block:
        if isinstance(part, Sign):
            return self._sign(part.text, gap)
        if isinstance(part, Place):
            drawn = self._matrix(self.seen[part.n, part.transposed], "given", gap)
            return _raised(drawn, self.drawer.spell(part.raised)) if part.raised else drawn
        inner = [self._part(own, gap) for own in part.parts]
        pair = ("(", ")") if part.bracket == "(" else ("[", "]")
        return fenced(beside(inner), *pair, spell=self.drawer.spell)

    def _sign(self, text: str, gap: int) -> Block:
        """A sign with the air around it that its blanks ask for; a comma between matrices is only air."""
        told = text.strip()
        before, after = (gap if end == " " else 0 for end in (text[:1], text[-1:]))
        if told == ",":
            return air(gap)
        return sign(" " * before + self.drawer.spell(told) + " " * after)

    def _matrix(self, seen: View, role: str, gap: int) -> Block:
        drawn = self.drawer.matrix(seen, role, gap, heads=seen.heads_fit)
        if self.headed and not drawn.above:
            drawn.above = [space(drawn.width)]
        caption = Span(self.drawer.spell.word(seen.matrix.name), "name" if role == "result" else "operand")
        return captioned(drawn, (caption,))


def _raised(block: Block, text: str) -> Block:
    """A square's 2 at the upper right."""
    first, *rest = block.core
    wide = len(text)
    core = [(*first, Span(text, "operator")), *((*line, *space(wide)) for line in rest)]
    return Block(core, block.width + wide, [(*line, *space(wide)) for line in block.above])


def hidden(stage: Stage, step: Step) -> Mask | None:
    """Where a step is 0 because of a mask: a score of −∞ has no weight, a weight times a given 0 is nothing."""
    if step.result.name in (stage.remarks.corrections if stage.remarks else ()):
        return None
    out = np.zeros(step.values.shape, dtype=bool)
    for name in step.of:
        matrix, made = operand(stage, name), stage.step(name)
        if matrix is None:  # it was let go: the mask is still known
            out |= _behind_the_mask(stage, step) if "softmax" in step.op else False
        elif matrix.values.shape == step.values.shape:
            out |= np.isneginf(matrix.values)
            if step.op in THINNING or step.op in PASSING:
                before = hidden(stage, made) if made is not None else hidden_in_given(stage, name)
                if step.op in THINNING and made is None:
                    before = matrix.values == 0.0
                out |= False if before is None else before
    if step.op in LEAVING_OUT and 0.0 in step.params.values():
        mask = operand(stage, step.of[-1]) if len(step.of) > 1 else step.result
        out |= mask is not None and mask.values == 0.0
    found: Mask = out & (step.values == 0.0)
    return found if found.any() else None


def hidden_in_given(stage: Stage, name: str) -> Mask | None:
    """Where the shares of a softmax on the way there are 0 because of the mask that came with them."""
    matrix, mask = stage.given.get(name), stage.given.get("mask")
    shares = any(step.op == PASSING[0] and step.of[0] == name for step in stage.steps)
    if not shares or matrix is None or mask is None or mask.values.shape != matrix.values.shape:
        return None
    found: Mask = mask.values == 0.0
    return found if found.any() and not found.all() and not matrix.values[found].any() else None


def _behind_the_mask(stage: Stage, step: Step) -> Mask | bool:
    """Where the mask of a stage, which was given or goes by rules, hides a key from a query."""
    head = re.sub(r"^\D*", "", step.name)
    given = stage.given.get("mask" + head, stage.given.get("mask"))
    if given is not None:
        hides = given.values == 0.0 if "mask_value" in stage.params else np.isneginf(given.values)
        return hides if hides.shape == step.values.shape else False
    rules, keys = stage.params.get("mask"), step.result.cols
    named = rules if isinstance(rules, list) else ()
    valid, window = (own if isinstance(own := stage.params.get(name), int) else None for name in ("valid", "window"))
    seen = visibility(
        step.result.rows,
        keys,
        causal="causal" in named,
        padding="padding" in named and PAD in keys,
        valid=valid,
        window=window,
    )
    return False if seen is None or seen.make is None else seen.make(0, step.result.height) == 0.0


def as_shown(stage: Stage, name: str, digits: int | None, *, used: bool) -> list[list[str]]:
    """The texts of all cells of a matrix, as its own table has them, or as the step that takes it has."""
    step = stage.step(name)
    matrix = operand(stage, name) if used else stage[name]
    assert matrix is not None, name
    return texts(
        matrix.values,
        digits,
        decimals(stage, name, used=used),
        hidden(stage, step) if step else hidden_in_given(stage, name),
    )


def decimals(stage: Stage, name: str, *, used: bool = False) -> int:
    """How many decimals a matrix may be shown with: those it was rounded to, where that was said."""
    step = stage.step(name)
    if step is None:
        return MOST
    said = step.used if used and step.used is not None else step.decimals
    return MOST if said is None else max(said, MOST)


def operand(stage: Stage, name: str) -> Matrix | None:
    """A matrix as a step takes it; None where it was let go."""
    step = stage.step(name)
    if step is not None:
        return step.taken
    return stage[name] if name in stage else None  # noqa: SIM401 - a Stage forgives case; it has no get


def equation(drawer: Drawer, stage: Stage, step: Step, room: int | None) -> list[Line] | None:
    """The step as one row of matrices, its result's columns alike or as their words need, with wide or narrow gaps; None where it does not fit or is no equation."""
    room = UNLIMITED if room is None else room
    tree = parts(step.op, len(step.of), step.params)
    if tree is None or not step.result.values.size:
        return None
    operands: list[Matrix] = []
    for name in step.of:
        found = operand(stage, name)
        if found is None:
            return None
        operands.append(found)
    shown = places(tree)
    if any(place.n >= len(operands) for place in shown):
        return None
    wide = [operands[p.n].height if p.transposed else operands[p.n].width for p in shown]
    if 2 * (sum(wide) + step.result.width) > room:
        return None  # no need to look at the numbers: they cannot fit
    for even, gap in ((True, 2), (True, 1), (False, 2), (False, 1)):
        made = Equation(drawer, stage, step, tree, operands, even=even)
        if made.least(gap) > room:
            continue
        block = made.block(gap)
        if block.width <= room:
            return [*block.lines(), *made.scale(block.width, gap)]
    return None
