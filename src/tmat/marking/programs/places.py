"""Which stages of a sheet do the same: those of one role, and those in the same place of each layer."""

from __future__ import annotations

from tmat.marking.key import Key


def role(stage: str) -> str:
    """A stage's name without its number: attention-2 does what attention does.

    >>> role("attention-2"), role("addnorm")
    ('attention', 'addnorm')
    """
    return stage.rstrip("0123456789").rstrip("-")


def layers_of(key: Key) -> list[list[str]]:
    """The stages of each layer: the shortest run of stages that repeats to the end; without a repetition none.

    >>> from tmat.stages.encode import encode
    >>> layers_of(Key(encode([[0.5, 1.0], [1.5, 0.0]], layers=2)))[1]
    ['attention-2', 'addnorm-3', 'ffn-2', 'addnorm-4']
    """
    stages = list(dict.fromkeys(matrix.stage for matrix in key.steps))
    roles = [role(stage) for stage in stages]
    for start in range(len(stages)):
        count = len(stages) - start
        for size in range(1, count // 2 + 1):
            if count % size == 0 and all(roles[n] == roles[n + size] for n in range(start, len(roles) - size)):
                return [stages[n : n + size] for n in range(start, len(stages), size)]
    return []


def places(key: Key) -> dict[str, int]:
    """The place of each stage in its layer, where there are layers.

    >>> from tmat.stages.encode import encode
    >>> places(Key(encode([[0.5, 1.0], [1.5, 0.0]], layers=2)))["addnorm-4"]
    3
    """
    return {stage: place for layer in layers_of(key) for place, stage in enumerate(layer)}
