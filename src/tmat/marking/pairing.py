"""Pairs each answer with its step: by name, ignoring case and underscores, and by stage where that is given."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from tmat.errors import fold, nearest
from tmat.marking.answers import Answer, Answers
from tmat.marking.key import Key, KeyMatrix
from tmat.marking.verdicts import Unknown
from tmat.sheet.names import canonical, gradient, meanings
from tmat.stages import said_otherwise

NEAR = 0.75
"""How like a step's name one must be to be taken for it: one letter of five wrong, or two exchanged."""

TRANSPOSED = re.compile(r"(?<=.)(\.T|\^\{?T\}?|ᵀ|⊤|\^⊤)$")
"""How people write that a matrix is transposed."""


class Pairing:
    """The answers by the index of their matrix in the key, and those that belong nowhere."""

    def __init__(self, key: Key, answers: Iterable[Answer]) -> None:
        self.answers: dict[int, Answer] = {}
        self.unknown: list[Unknown] = []
        self.read_as: dict[int, str] = {}  # answers whose name is only near that of their step
        self._matrices = key.matrices
        self._flowed = key.flowed
        self._named: dict[str, list[KeyMatrix]] = {}
        for matrix in key.matrices:
            self._named.setdefault(fold(matrix.name), []).append(matrix)
        last = -1
        missed: list[Answer] = []
        answers = list(answers)
        self._exact = Counter(canonical(_parted(answer)[1]) for answer in answers)
        for answer in answers:
            index = self._index(answer, last)
            if index is None and (stem := TRANSPOSED.sub("", answer.name)) != answer.name:
                transposed = replace(answer.transposed(), name=stem)
                index = self._index(transposed, last)
                answer = transposed if index is not None else answer
            if index is None:
                missed.append(answer)
            else:
                self.answers[index] = answer
                last = index
        for answer in missed:
            self._miss(answer)

    def _index(self, answer: Answer, last: int) -> int | None:
        """The matrix that an answer is for: of several with its name the next that is free, steps before givens."""
        stage, name = _parted(answer)
        wanted = fold(name)
        for sought in dict.fromkeys((*meanings(wanted), _usual(wanted))):
            found = self._named.get(sought, [])
            if stage is not None:
                its = [matrix for matrix in found if fold(matrix.stage) == fold(stage)]
                found = its or [matrix for matrix in found if _same_stage(stage, matrix.stage)]
            steps = [matrix for matrix in found if not matrix.given] or found
            free = [matrix.index for matrix in steps if matrix.index not in self.answers]
            if sought not in (wanted, canonical(wanted)) and self._exact[sought] >= len(free):
                continue  # what is called so itself comes before what may mean it
            if free:
                return next((index for index in free if index > last), free[0])
        return None

    def _miss(self, answer: Answer) -> None:
        stage, name = _parted(answer)
        if answer.given or any(
            own == fold(name) and (stage is None or _same_stage(stage, place)) for place, own in self._flowed
        ):
            return  # what flowed from one stage to the next, a residual or a context, is held once, where it was made
        if answer.stage is not None and not answer.stage[:1].isdigit() and fold(answer.name) in self._named:
            return  # of a stage that the key has not; in a further worksheet it is an answer given twice
        steps = [matrix.label for matrix in self._matrices if not matrix.given]
        free = {m.label: m for m in self._matrices if not m.given and m.index not in self.answers}
        meant = [free[label] for label in nearest(answer.name, list(free), 1) if _misspelt(answer.name, label)]
        if meant and answer.values.shape == meant[0].values.shape:
            self.answers[meant[0].index] = answer
            self.read_as[meant[0].index] = answer.name
            return
        if taken := next(
            (self.answers[m.index] for m in self._named.get(fold(name), []) if m.index in self.answers), None
        ):
            if answer.stage is not None and taken.values.tobytes() == answer.values.tobytes():
                return
            why = f"'{answer.name}' is answered already" + (f", by '{taken.name}'" if taken.name != answer.name else "")
            self.unknown.append(Unknown(answer.name, None, answer.where, why))
            return
        near = nearest(answer.name, steps) or nearest(answer.name, [matrix.label for matrix in self._matrices])
        self.unknown.append(Unknown(answer.name, near[0] if near else None, answer.where))


def unread(answers: Answers) -> list[Unknown]:
    """What could not be read among the answers, each with the reason."""
    return [Unknown(each.name, None, "; ".join(each.error.details[:1]), each.error.what) for each in answers.unread]


def _parted(answer: Answer) -> tuple[str | None, str]:
    """The stage that an answer says, if it does, and its name without what stands behind it in brackets."""
    stage, name = answer.stage, gradient(answer.name) or answer.name
    if stage is None and "." in name:
        stage, _, name = name.rpartition(".")
    return stage, re.sub(r"\s*\(.*\)$", "", name)


def _misspelt(name: str, label: str) -> bool:
    """Whether a name can be no other than a step's, misspelt: of some letters, and with the same number behind it."""
    from difflib import SequenceMatcher  # loaded for such a name alone

    own, due = fold(name), fold(label)
    digits = [text[len(text.rstrip("0123456789")) :] for text in (own, due)]
    return len(own) > 2 and digits[0] == digits[1] and SequenceMatcher(None, own, due).ratio() >= NEAR


def _usual(name: str) -> str:
    stem = name.rstrip("0123456789")
    return said_otherwise().get(stem, stem) + name[len(stem) :]


def _same_stage(said: str, stage: str) -> bool:
    return fold(said) == fold(stage) or fold(stage).endswith("." + fold(said))
