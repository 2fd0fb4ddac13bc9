"""The vocabulary stage: the different words of a corpus, and an id for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from tmat.engine.declaration import CONVENTIONS, Options, declares, option
from tmat.engine.staging import worksheet_stage
from tmat.errors import InputError, expect, meant
from tmat.sheet.worksheet import Parameter, Stage, Worksheet
from tmat.stages.parts.words import distinct
from tmat.text.tokenizing import compared
from tmat.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from tmat.text.counting import Counts

UNKNOWN = "<unk>"
ORDERS = ("first-seen", "sorted")
_NAMED = 10


@declares
class VocabOptions(Options):
    """What counts as a word, and how words are numbered."""

    case: Literal["fold", "keep"] = option(
        "fold", "fold: When and when are one word; keep: two.", CONVENTIONS, "fold|keep"
    )
    order: str | Sequence[str] = option(
        "first-seen", "Of the ids: first-seen, sorted, or the words themselves as a text or a file.", CONVENTIONS,
        "ORDER", legal=ORDERS, open=True,
    )  # fmt: skip
    first_id: int = option(1, "The first id.", CONVENTIONS, "0|1")
    special: Sequence[str] = option(
        (), "Special tokens: '<pad>,<start>,<end>,<unk>'; they come first.", CONVENTIONS, "TOKENS"
    )
    tokenizer: Literal["words", "chars", "spaces"] = option(
        "words",
        "What a token is: a word, a character, or the text between spaces (权力 的 游戏).",
        CONVENTIONS,
        "KIND",
    )


@worksheet_stage(
    VocabOptions,
    summary="The words of a corpus and their ids.",
    formula="vocabulary = set(N), size = count(set(N)), where N is the list of the corpus's words; each word gets a "
    "number.",
    about="Words keep their apostrophes (won't) and come in any script; Chinese characters count one by one.",
    examples=(
        "tmat vocab --text 'I drink and I know things.'",
        "tmat vocab corpus.txt --order sorted --special '<pad>,<unk>' -o vocabulary.json",
    ),
    order=10,
    opens=("text", "tokenizer", "special", "order", "output"),
    then="tmat embed --text '…'",
)
def vocab(corpus: str | Iterable[str], how: VocabOptions, matrices: dict[str, Any]) -> Worksheet:
    """The different words of a corpus, each with an id: vocab size = count(set(N)), N the list of its words.

    The corpus is a text, or an iterable of chunks of one. ``case``: fold (When and when are one word, spelled as
    first seen) or keep. ``order`` of the ids: first-seen, sorted, or the words themselves in a list, which
    then sets their spelling too; words of the list that the corpus lacks are kept with count 0. ``special`` tokens
    come first, unless the list has them. Where <unk> is among the words, corpus words that the list lacks
    count as <unk>.

    Errors: no words at all; a list that repeats a word or lacks words of the corpus; a token with a space.
    Source: the thrones article, steps 2 and 3, whose order of ids is a list and whose first id is 1.

    >>> sheet = vocab("I drink and I know things.")
    >>> sheet.vocabulary.words, sheet.vocabulary.id("AND")
    (('I', 'drink', 'and', 'know', 'things'), 3)
    >>> vocab("I drink and I know things.", order="sorted", first_id=0).vocabulary.words
    ('and', 'drink', 'I', 'know', 'things')
    """
    from tmat.text.counting import count

    expect(corpus, Iterable, "vocab takes a text, or chunks of one")
    if not isinstance(corpus, str):
        corpus = (_text(chunk) for chunk in corpus)
    order, case, first_id, tokenizer = how.order, how.case, how.first_id, how.tokenizer
    kind = "characters" if tokenizer == "chars" else "words"
    _check(order, first_id)
    given = None if isinstance(order, str) else distinct(order, case, "the order of ids")
    front = distinct(how.special, case, "the special tokens")
    counts = count(
        [corpus] if isinstance(corpus, str) else corpus,
        tokenizer=tokenizer,
        case=case,
        special=[*front.values(), *(given or {}).values()],
    )
    if not counts.total:
        raise InputError(f"the corpus has no {kind}", "a vocabulary needs one or more", mend="give text")

    words, numbers, absent, unknown = _arranged(counts, case, order, given, front)
    order = order if isinstance(order, str) else "given"
    params: dict[str, Parameter] = {
        "case": case,
        "order": order,
        "first_id": first_id,
        "tokenizer": tokenizer,
        "special": list(front.values()),
        "tokens": counts.total,
        "distinct": len(counts.words),
        "count": len(words),
        "corpus": list(counts.first),
        "corpus_cut": counts.cut,
        "counts": numbers,
        "absent": absent,
        "unknown": unknown,
    }
    notes = [
        f"{counts.total} {kind if counts.total != 1 else kind[:-1]}, {len(counts.words)} different",
        "case folded" if case == "fold" else "case kept",
        {"first-seen": "ids as first seen", "sorted": "ids sorted", "given": "ids in the order given"}[order],
        f"first id {first_id}",
    ]
    if absent:
        notes.append(f"not in the corpus: {_some(absent)}")
    if unknown:
        notes.append(f"taken as {UNKNOWN}: {_some(unknown)}")
    stage = Stage("vocab", "vocab", params, tuple(notes))
    return Worksheet([stage], Vocabulary(words, first_id, case, tokenizer))


def _arranged(
    counts: Counts, case: str, order: str | Sequence[str], given: dict[str, str] | None, front: dict[str, str]
) -> tuple[tuple[str, ...], list[int], list[str], list[str]]:
    """The words in the order of their ids, their counts, the words that the corpus lacks, and those counted as <unk>."""
    number = {compared(word, case): n for word, n in counts.words.items()}
    spelling = {compared(word, case): word for word in counts.words}
    if given is None:
        body = sorted(spelling, key=lambda k: (k, spelling[k])) if order == "sorted" else list(spelling)
        spelling.update(front)
        keys = [*front, *(k for k in body if k not in front)]
        absent, unknown = [], []
    else:
        keys = [*(k for k in front if k not in given), *given]
        unknown = [word for k, word in spelling.items() if k not in given and k not in front]
        if unknown and UNKNOWN not in keys:
            raise _missing_from_order(unknown, [*given.values()])
        number[UNKNOWN] = number.get(UNKNOWN, 0) + sum(counts.words[word] for word in unknown)
        spelling.update({**front, **given})
        absent = [spelling[k] for k in given if not number.get(k)]
    return tuple(spelling[k] for k in keys), [number.get(k, 0) for k in keys], absent, unknown


def _text(chunk: object) -> str:
    expect(chunk, str, "vocab takes a text, or chunks of one")
    return str(chunk)


def _check(order: str | Sequence[str], first_id: int) -> None:
    if isinstance(order, str) and order not in ORDERS:
        raise InputError(
            f"no order '{order}'",
            "the order of ids is first-seen, sorted, or a list of the words",
            mend=meant(order, ORDERS),
        )
    if first_id not in (0, 1):
        raise InputError(f"the first id cannot be {first_id}", "ids begin at 0 or at 1")


def _some(words: list[str]) -> str:
    """The words, or the first of many and how many more."""
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(f"'{word}'" for word in words[:_NAMED]) + more


def _missing_from_order(missing: list[str], order: list[str]) -> InputError:
    return InputError(
        "the order of ids lacks words of the corpus",
        f"it has no {_some(missing)}",
        f"it lists {len(order)} words",
        mend=f"add them, or list {UNKNOWN}, which then stands for them",
    )
