"""An example as lines: each step as its stage shows it, under it what the article printed and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tmat.articles.auditing import Audit, Audited
from tmat.articles.changes import changed, side_by_side
from tmat.articles.drawing import compared, spaced, spelled
from tmat.articles.letters import due
from tmat.articles.numbers import BLANK
from tmat.articles.running import Done, PartDone
from tmat.articles.verdicts import Said, summary, verdict
from tmat.errors import InputError, fold, nearest
from tmat.rendering.layout.drawer import Pen
from tmat.rendering.layout.equation import decimals, strip
from tmat.rendering.layout.extras import words_and_ids
from tmat.rendering.layout.formula import picks
from tmat.rendering.layout.heading import StepHeads
from tmat.rendering.layout.look import Look
from tmat.rendering.layout.row import given, pieces
from tmat.rendering.layout.single import alone
from tmat.rendering.layout.stage import MARGIN, NARROWEST
from tmat.rendering.layout.wrap import folded, phrases, words
from tmat.rendering.styled import EMPTY, Line, Span, plain, space, trimmed
from tmat.sheet.selecting import matching
from tmat.sheet.worksheet import Step


def walk(
    audited: Audited,
    *,
    width: int | None = None,
    look: Look | None = None,
    only: Sequence[str] | None = None,
    verdicts: bool = True,
) -> list[Line]:
    """The whole example, or the steps of some names; without ``verdicts`` the steps alone."""
    pen = Pen(look or Look(), None if width is None else max(width - MARGIN, NARROWEST))
    walker = _Walk(pen, audited, only, verdicts)
    blocks = list(walker.blocks())
    if only:
        _refuse_unknown(audited, only)
    lines: list[Line] = []
    for block in blocks:
        lines += [*([EMPTY] if lines else []), *block]
    return [trimmed((*space(MARGIN), *line)) if plain(line).strip() else EMPTY for line in lines]


def _refuse_unknown(audited: Audited, only: Sequence[str]) -> None:
    stages = [done.key for part in audited.parts for done in part.calls]
    for name in only:
        if not any(matching(stage, name) for stage in stages):
            known = sorted({own for stage in stages for own in stage.names()})
            near = nearest(name, known)
            raise InputError(
                f"--only: no matrix '{name}' in this example",
                f"it has {', '.join(known)}",
                mend=f"did you mean {near[0]}?" if near else None,
            )


@dataclass(slots=True, eq=False)
class _Walk:
    pen: Pen
    audited: Audited
    only: Sequence[str] | None
    verdicts: bool
    above: set[str] = field(default_factory=set)

    def blocks(self) -> Iterator[list[Line]]:
        example = self.audited.example
        if not self.only:
            title = [(Span(example.name, "heading"),), *words(example.title, "sentence")]
            yield [
                *folded([(*title[0], *space(3)), *title[1:]], self.pen.width),
                *self._caption(example.summary, "caption"),
            ]
        before: PartDone | None = None
        for part in self.audited.parts:
            self.above.clear()
            for done in part.calls:
                own = list(self._call(part, done, before))
                if len(own) > (1 if self.only else 0):
                    yield []
                    yield from own
            if part.part.batch > 1 and not self.only:
                yield self._caption(f"the same for each of the {part.part.batch} of the batch", "caption")
            before = part
        if self.only:
            return
        if example.compares:
            yield []
            yield side_by_side(self.pen, self.audited.parts)
        if self.verdicts:
            yield []
            yield from self._end()

    def _end(self) -> Iterator[list[Line]]:
        if self.audited.agreements:
            lines: list[Line] = []
            for one in self.audited.agreements:
                role = "right" if one.equal == one.size else "wrong"
                lines += self._said([Said(f"{one.same.claim}: {one.equal} of {one.size} cells", role)], 0)
            yield lines
        for theirs, paper in self.audited.example.remarks:
            yield self._said([Said(f"said: {theirs}", "follows"), Said(f"the paper: {paper}", "caption")], 0)
        yield [line for said in summary(self.audited) for line in self._said([said], 0)]

    # -- one call

    def _call(self, part: PartDone, done: Done, before: PartDone | None) -> Iterator[list[Line]]:
        key = done.key
        title = folded(
            [(Span(word, "heading"),) for word in self.pen.spell(done.call.title or part.part.title).split()],
            self.pen.width,
            indent=4,
        )
        notes = folded(
            phrases((self.pen.spell.word(n) for n in key.notes), "caption", self.pen.spell(" ·")), self._room(4)
        )
        head = title + [(*space(4), *line) for line in notes]
        if self.audited.example.compares and not self.only:
            head += [line for text in changed(before, part) for line in self._said([Said(text, "sentence")], 4)]
        if done.call.says and not self.only:
            head += self._said([Said(done.call.says, "caption")], 4)
        yield head
        heads = StepHeads(self.pen, key)
        told: dict[str, list[Audit]] = {}
        for one in self.audited.of(done):
            told.setdefault(fold(one.name), []).append(one)
        shown = {name for name, matrix in key.given.items() if matrix.origin in self.above}
        wanted = None if not self.only else {own for name in self.only for own in matching(key, name)}
        numbered = [(n, step) for n, step in enumerate(key.steps, 1) if wanted is None or step.name in wanted]
        for name in [name for name in key.given if fold(name) in told and (wanted is None or name in wanted)]:
            yield from given(self.pen, key, [name])
            yield [line for n, one in enumerate(told.pop(fold(name))) for line in self._fact(one, False, n > 0)]
            shown.add(name)
        for is_part, run in groupby(numbered, key=lambda pair: picks(pair[1].op, len(pair[1].of), pair[1].params)):
            steps = list(run)
            if is_part and len(steps) > 1:
                yield from pieces(self.pen, steps, heads.short)
                yield from self._of_parts(steps, told)
                continue
            for number, step in steps:
                yield from self._before(done, step, shown, wanted)
                yield self._step(done, number, step, heads, told.pop(fold(step.name), []))
                shown.add(step.name)
        if wanted is None and done.stage.stage == "vocab":
            yield from words_and_ids(self.pen, done.stage, done.sheet.vocabulary)
        if wanted is None:
            for audits in told.values():
                yield [line for n, one in enumerate(audits) for line in self._fact(one, True, n > 0)]
        self.above.add(done.stage.id)

    def _of_parts(self, steps: Sequence[tuple[int, Step]], told: dict[str, list[Audit]]) -> Iterator[list[Line]]:
        """The verdicts of the parts of one matrix, that stand side by side."""
        lines: list[Line] = []
        for _, step in steps:
            for one in told.pop(fold(step.name), []):
                first, *rest = verdict(one, self.audited.example.data)
                lines += self._said([Said(f"{step.name} {first.text}", first.role), *rest], 4)
        if lines and self.verdicts:
            yield lines

    def _before(self, done: Done, step: Step, shown: set[str], wanted: set[str] | None) -> Iterator[list[Line]]:
        """The given matrices that the step is the first to use, where its equation does not show them."""
        slipped = _is_slipped(done, step.name)
        if wanted is None and (slipped or strip(self.pen, done.stage, step, self.pen.width) is None):
            names = [name for name in dict.fromkeys(step.of) if name in done.key.given and name not in shown]
            yield from given(self.pen, done.key, names)
        shown.update(step.of)

    def _step(self, done: Done, number: int, step: Step, heads: StepHeads, audits: Sequence[Audit]) -> list[Line]:
        lines = [*heads.lines(number, step), EMPTY]
        if self.audited.example.symbols and not self.only:
            lines += [*spelled(self.pen, spaced(due(done.key, step.name, "cells"))), EMPTY]
        wrong = next((one for one in audits if not one.good and one.printed is not None and _is_whole(one)), None)
        if wrong is not None:
            lines += compared(self.pen, step.result, wrong)
        else:
            own = done.stage.step(step.name) or step
            equation = None if self._unlike(done, own) else strip(self.pen, done.stage, own, self.pen.width)
            lines += equation or alone(self.pen, own.result, self.pen.width, most=decimals(done.key, step.name))
        if not self.verdicts:
            return lines
        if not audits:
            return [*lines, EMPTY, *self._said([Said("not printed", "caption")], 4)] if self.prints(done) else lines
        lines.append(EMPTY)
        for n, one in enumerate(audits):
            if one.symbols:
                lines += [*([EMPTY] if n else []), *spelled(self.pen, one.texts, one.unexplained), EMPTY]
            lines += self._said(verdict(one, self.audited.example.data, again=n > 0), 4)
        return lines

    def _unlike(self, done: Done, step: Step) -> bool:
        """Whether an operand is shown as printed, but the step is made of another."""
        return any(
            one.lacking and one.findings and fold(one.name) in map(fold, step.of) for one in self.audited.of(done)
        )

    def prints(self, done: Done) -> bool:
        """Whether the article prints anything of this stage."""
        return bool(done.call.prints)

    def _fact(self, one: Audit, alone_: bool, again: bool) -> list[Line]:
        if not self.verdicts:
            return []
        data = self.audited.example.data
        said = verdict(one, data, again=again)
        if not alone_ or one.lacking:
            return self._said(said, 4)
        texts = " ".join(text for row in one.texts for text in row)
        return self._said([Said(f"{one.name}: {texts}", "name"), *said], 0)

    # -- lines

    def _said(self, said: Sequence[Said], indent: int) -> list[Line]:
        lines: list[Line] = []
        for n, one in enumerate(said):
            deeper = indent + (2 if n else 0) + one.indent
            lines += self._folded(one.text, one.role, deeper, indent=2)
        return lines

    def _folded(self, text: str, role: str, deeper: int, *, indent: int = 0) -> list[Line]:
        """A text on as many lines as it takes, each line's words one span."""
        pieces_ = words(self.pen.spell(text), role)
        rows = folded(pieces_, self._room(deeper), indent=indent)
        return [(*space(deeper), *_spaces(row), Span(plain(row).strip(), role)) for row in rows]

    def _caption(self, text: str, role: str) -> list[Line]:
        return self._folded(text, role, 4)

    def _room(self, indent: int) -> int | None:
        return None if self.pen.width is None else self.pen.width - indent


def _is_slipped(done: Done, name: str) -> bool:
    return any(fold(own.removesuffix(".T")) == fold(name) for own in done.call.slipped)


def _is_whole(one: Audit) -> bool:
    return not any(text == BLANK for row in one.texts for text in row)


def _spaces(line: Line) -> Line:
    """The blanks that a line begins with."""
    text = plain(line)
    return space(len(text) - len(text.lstrip(" ")))
