"""The decoder: from <start> or a prompt, word by word, with an encoder's output or without, to the next word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tmat.engine.declaration import part
from tmat.engine.fields import (
    CONVENTIONS,
    INPUT,
    SHAPE,
    Numbers,
    Seed,
    StageOptions,
    Words,
    declares,
    given,
    option,
    step,
)
from tmat.engine.limits import MOST_TOKENS
from tmat.engine.staging import stages
from tmat.errors import InputError
from tmat.late import late
from tmat.progress import working
from tmat.sheet.origins import TIED
from tmat.sheet.worksheet import Array, Matrix, Worksheet
from tmat.stages.addnorm import addnorm
from tmat.stages.attention import attention
from tmat.stages.embed import embed
from tmat.stages.ffn import ffn
from tmat.stages.parts.choosing import Choosing, chosen, draws_of
from tmat.stages.parts.choosing import refuse as refuse_choice
from tmat.stages.parts.options import (
    FfnBias,
    Heads,
    Kinds,
    Layers,
    Network,
    Norm,
    NormPlaces,
    OwnWords,
    Rotation,
    Scoring,
    Waves,
    crossing,
    sublayers,
)
from tmat.stages.posenc import posenc
from tmat.text.vocabulary import Vocabulary, tokenize

if TYPE_CHECKING:
    import numpy as np

    from tmat import operations as ops
    from tmat.engine import builder
    from tmat.engine import rounding as roundings
    from tmat.engine.builder import Sheet
    from tmat.numbers import seeding
    from tmat.sheet import selecting
    from tmat.stages.parts import beams as searching
    from tmat.stages.parts import stack as stacks
    from tmat.stages.parts import words as vocabularies
    from tmat.stages.parts.stack import Sublayers
else:
    np, ops, builder = late("numpy"), late("tmat.operations"), late("tmat.engine.builder")
    roundings, seeding, selecting = (
        late("tmat.engine.rounding"),
        late("tmat.numbers.seeding"),
        late("tmat.sheet.selecting"),
    )
    searching = late("tmat.stages.parts.beams")
    stacks, vocabularies = late("tmat.stages.parts.stack"), late("tmat.stages.parts.words")

START, END = "<start>", "<end>"
MOST_WORDS = 5
BEAMS = ("costs", "sums", "kept")  # steps of a round of beams
WIDTH = 6  # of a table that is drawn without an encoder


@declares
class DecodeOptions(
    OwnWords, Layers, Heads, Rotation, Scoring, Network, FfnBias, Norm, NormPlaces, Waves, Choosing, StageOptions
):
    """What is decoded and for how long, and what the layers are told."""

    target: str | Sequence[str] | None = option(
        None, "One teacher-forced pass over <start> and this text, in place of word by word.", INPUT, "TEXT"
    )
    prompt: str | Sequence[str] | None = option(None, "The words that the decoding begins with.", INPUT, "TEXT")
    cross: bool = option(
        True, "No encoder and no attention to one: a GPT. It begins with the prompt, where one is said.", INPUT,
        flag="no-cross",
    )  # fmt: skip
    max_tokens: int | None = option(
        None, "Stop after N words if <end> has not come; 5 unless told.", SHAPE, "N", at_least=1, most=MOST_TOKENS
    )
    end: str = option(END, "The word that ends the decoding.", INPUT, "WORD")
    d_model: int | None = option(
        None, "The width of W_E where that is drawn without an encoder (6), or of an encoder's output that is drawn.",
        SHAPE, "N", at_least=1,
    )  # fmt: skip
    encoding: Literal["sinusoid", "learned", "none"] | None = option(
        None, "What is added for a word's place: sinusoid; learned, rows of PE, as where PE is given; none, as with ‹rotary›.",
        CONVENTIONS, "KIND",
    )  # fmt: skip
    tied: bool = option(False, "W_vocab is W_E transposed, as in GPT-2.", CONVENTIONS)
    project: Literal["last", "flatten"] = option(
        "last", "last: the last row, as in the paper; flatten: all rows in one, as in the thrones article.",
        CONVENTIONS, "HOW",
    )  # fmt: skip
    attention_options: Mapping[str, Any] | None = None
    norm_options: Mapping[str, Any] | None = None
    ffn_options: Mapping[str, Any] | None = None
    position_options: Mapping[str, Any] | None = None
    layer_options: Sequence[Mapping[str, Any]] | None = None  # what each layer's attention to itself is told besides
    layer_done: Callable[[Worksheet, int], Worksheet] | None = None  # what goes on of a sheet when a layer is done

    memory: Numbers = given("n×d_model", drawn="m")
    W_E: Numbers = given("N×d_model")
    PE: Numbers = given("places×d_model")
    W_vocab: Numbers = given("d_model×N")
    b_vocab: Numbers = given("1×N")
    said: Numbers = given("n×N")
    drawn: Numbers = given("1×1", name="draw")
    last: Numbers = step("1×d_model")
    flat: Numbers = step("1×(n·d_model)")
    logits: Numbers = step("n×N")
    penalized: Numbers = step("n×N", called="penalised")
    shortlist: Numbers = step("n×N")
    log_probabilities: Numbers = step("n×N")
    probabilities: Numbers = step("n×N")
    nucleus: Numbers = step("n×N")
    renormalized: Numbers = step("n×N")
    ranges: Numbers = step("n×N", called="cumulated cumulative")
    so_far: Numbers = given("beams×1")
    costs: Numbers = step("beams×N")
    sums: Numbers = step("beams×N")
    kept: Numbers = step("beams×N")
    predicted: Numbers = step("n×1", called="prediction")


@dataclass(eq=False, repr=False)
class _Head:
    """The prediction: what is given of it, the words that it is over, and how it is made."""

    given: dict[str, object]
    words: tuple[str, ...]
    vocabulary: Vocabulary
    how: DecodeOptions
    common: dict[str, Any]  # what every stage is told


@dataclass(eq=False, repr=False)
class _Plan:
    """What stays the same from word to word."""

    head: _Head
    memory: Matrix | None  # the encoder's output, where there is an encoder
    vocabulary: Vocabulary
    table: Matrix
    places: Matrix | None  # learned positions, a row a place
    stack: list[Sublayers]
    embed: dict[str, object] | None  # the norm before the first layer, where there is one
    final: dict[str, object] | None  # the norm after the last one
    options: Kinds
    position: dict[str, Any] | None  # what the stage of positions is told, where there is one
    pre: bool
    end: str
    passes: int  # of a decode before this one
    of_layers: Sequence[Mapping[str, Any]]  # what each layer's attention to itself is told besides
    layer_done: Callable[[Worksheet, int], Worksheet] | None


@stages(
    DecodeOptions,
    summary="From the encoder's output to the next word.",
    formula="probabilities = softmax(last·W_vocab), word by word from <start>, the likeliest word fed back until <end>.",
    about="A layer: masked self-attention, add and norm, attention to the encoder's output, add and norm, the network, "
    "add and norm.\n\nA word's stages are decode-1.embed, decode-1.self-attention, …; the steps are those of decode-1. "
    "Of the layers: layer1.self.W_Q, layer1.cross.W_K, layer1.W_1, layer1.gamma1 to gamma3. memory is the encoder's output.\n\n"
    "‹cross False› is a GPT: a layer is masked self-attention and the network, its matrices layer1.W_Q, layer1.W_1, layer1.gamma1 "
    "and gamma2; final.gamma is of the norm after the last layer. PE has a row a place, where positions are learned.",
    main="memory",
    examples=(
        "tmat decode --max-tokens 2",
        "tmat decode --words 'you win or die' --target 'you win or' --seed 3",
        "tmat decode --no-cross --words 'you win or die' --prompt 'you win' --norm-order pre --final-norm --tied --seed 3",
    ),
    order=80,
    opens=("target", "max_tokens"),
    prints=("top", "all_stages"),
    begins_alone=lambda options: not options["cross"],
)
def decode(sheet: object, how: DecodeOptions, matrices: dict[str, Any]) -> Worksheet:
    """Decoder layers on <start> and the words so far, then probabilities = softmax(last row·W_vocab) over the vocabulary.

    A layer: masked self-attention, add and norm, cross-attention (keys and values from the encoder's
    output), add and norm, the network, add and norm. The likeliest word is fed back until <end> or
    ``max_tokens`` (5 unless said); with ``target`` one pass over <start> and the target's words, a prediction a row.
    ``project`` takes the last row (the paper) or all rows flattened (some articles). Names carry
    their place: layer1.self.W_Q, layer1.cross.W_K, layer1.W_1, layer1.gamma3; W_vocab, b_vocab, W_E.

    ``cross=False`` leaves the encoder and the attention to it out: a GPT. It begins with the words of ``prompt``, or <start>
    without one; ``norm_order`` "pre" and a final norm, ``tied`` weights (W_vocab = W_Eᵀ) and a table of places PE make it GPT-2.

    Errors: no encoder output, no vocabulary, unknown words in the target.
    Source: Vaswani et al. 2017, §3.1, §3.4; without an encoder: Radford et al. 2018, §3.1.

    >>> sheet = decode([[1.0, 0.0]], vocabulary=["you", "win"], max_tokens=1)
    >>> sheet.stages[-1].id, sheet.stages[-1]["probabilities"].cols
    ('decode-1', ('you', 'win', '<start>', '<end>'))
    """
    _refuse(how)
    before = sheet if isinstance(sheet, Worksheet) else Worksheet()
    begun = how.prompt if how.prompt is not None else how.target
    own = how.vocabulary if how.vocabulary is not None else before.vocabulary
    if own is None and not how.cross and begun is not None:
        own = vocabularies.of_text(begun)
    given_head = _head(matrices)
    numbered = _columns(given_head, how.first_id) if own is None and begun is None else None
    ends = () if numbered or (begun is not None and not how.cross) else (START, how.end)
    words = _vocabulary(numbered or own, how.first_id, ends)
    said = [*([START] if how.cross or begun is None else []), *(_words(begun, words) if begun is not None else ())]
    if not said:
        raise InputError(
            "the prompt has no words", "there is nothing to go on from", mend="leave it out to begin with <start>"
        )
    rounding = roundings.Rounding.parse(how.round, strict=False)
    common: dict[str, Any] = {"seed": how.seed, "init": how.init, "round": rounding, "dtype": how.dtype}
    given_memory = stacks.taken(matrices, "X", "memory")
    if given_memory is None and not isinstance(sheet, Worksheet):
        given_memory = sheet
    if given_memory is not None and not how.cross:
        raise InputError("memory is given, and ‹cross False› contradicts it", mend="leave one of them out")
    table, places = stacks.taken(matrices, "W_E"), stacks.taken(matrices, "PE")
    embed_norm, final_norm = stacks.outside(matrices, "embed"), stacks.outside(matrices, "final")
    stack = stacks.by_layer(matrices, how.layers, norms=3 if how.cross else 2, crossing=how.cross)
    head = _Head(given_head, _output_words(numbered or own, words, given_head), words, how, common)
    first = len(before.stages)
    passes = sum(stage.stage == "decode" for stage in before.stages)
    if any(name in given_head for name in decode.declared.steps):  # where a step is given, the layers are not computed
        if how.tied and "logits" not in given_head and "probabilities" not in given_head:
            _tie(head, _table(before, table, words, _width_of(table), how.seed, how.init))
        result = _predict(before, head, f"decode-{passes + 1}", said if how.target is not None else [], forced=True)
    else:
        memory = _memory(before, given_memory) if how.cross else None
        table = _table(before, table, words, how.d_model if memory is None else memory.width, how.seed, how.init)
        if how.tied:
            _tie(head, table)
        most = how.max_tokens or len(draws_of(how.draw)) or MOST_WORDS
        position, learned = _places(how, places, table.width, len(said) + most)
        plan = _Plan(
            head, memory, words, table, learned, stack,
            embed_norm if how.embed_norm or embed_norm else None, final_norm if how.final_norm or final_norm else None,
            sublayers(how), position, how.norm_order == "pre", how.end, passes, how.layer_options or (),
            how.layer_done,
        )  # fmt: skip
        if how.target is not None:
            result = _pass(before, plan, said, 1, forced=True)
        elif how.beams is not None:
            result = _beamed(before, plan, said, how.beams, most)
        else:
            result = _free(before, plan, said, most)
    if how.layer_done is None:  # else nothing may be left of a step
        rounding.refuse_unknown((step.name for stage in result.stages[first:] for step in stage.steps), "decode")
    result = Worksheet(result.stages, None if numbered else words, before.tokens)
    return result if how.keep is None else selecting.chosen(result, how.keep, first=first)


def _head(matrices: dict[str, Any]) -> dict[str, object]:
    """What is given of the prediction itself, taken out of the rest."""
    begin = [name for name in decode.declared.steps if name not in ("predicted", *BEAMS)]
    return {
        name: value
        for name in ("W_vocab", "b_vocab", "said", "draw", *begin)
        if (value := stacks.taken(matrices, name)) is not None
    }


def _refuse(how: DecodeOptions) -> None:
    """Options that contradict each other."""
    refuse_choice(how, forced=how.target is not None)
    draws = len(draws_of(how.draw))
    if draws and how.max_tokens is not None and how.max_tokens > draws:
        raise InputError(f"‹max_tokens {how.max_tokens}› needs as many draws", f"‹draw› has {draws}")
    for name, value in (("max_tokens", how.max_tokens), ("prompt", how.prompt)):
        if how.target is not None and value is not None:
            raise InputError(
                f"‹target› and ‹{name}› contradict each other",
                "with a target there is one pass, and no word is fed back",
            )


def _tie(head: _Head, table: Matrix) -> None:
    """W_vocab as the table of embeddings turned over."""
    if "W_vocab" in head.given:
        raise InputError("W_vocab is given, and ‹tied› contradicts it", mend="leave one of them out")
    count = len(head.words)
    head.given["W_vocab"] = Matrix("W_vocab", table.values[:count].T, table.cols, table.rows[:count], TIED)


def _width_of(given: object) -> int | None:
    if given is None:
        raise InputError("‹tied› needs W_E", "it was not given", mend="give it: ‹-m W_E›")
    return None


def _places(how: DecodeOptions, given: object, width: int, count: int) -> tuple[dict[str, Any] | None, Matrix | None]:
    """What the stage of positions is told, and the table of them where they are learned."""
    told = {"scale_embedding": how.scale_embedding, **(how.position_options or {})}
    turned = sublayers(how)[0]["rotary"] is not None  # rotary positions turn queries and keys instead, in each layer
    kind = how.encoding or ("learned" if given is not None else "none" if turned else "sinusoid")
    if given is not None and kind != "learned":
        raise InputError(f"PE is given, and ‹encoding {kind}› contradicts it", mend="leave one of them out")
    if kind == "none":
        return None, None
    if kind == "sinusoid":
        return part(how, Waves) | told, None
    if given is None:
        drawn = "uniform" if how.init.startswith("torch") else how.init
        rows = seeding.draw(drawn, (count, width), seed=how.seed, stage="decode.posenc", name="PE")
        return told, Matrix.of("PE", rows, origin=f"drawn: {drawn}, seed {how.seed}")
    return told, given if isinstance(given, Matrix) else Matrix.of("PE", given)


def _of_places(places: Matrix | None, count: int) -> dict[str, Any]:
    """The rows of learned positions that so many words take."""
    if places is None:
        return {}
    if places.height < count:
        raise InputError(
            "PE has too few places",
            f"it has {places.height}{' from ' + places.origin if places.origin else ''}, and there are {count} words",
            mend="try fewer words: ‹max_tokens N›",
        )
    return {"PE": Matrix("PE", places.values[:count], places.rows[:count], places.cols, places.origin)}


def _columns(head: dict[str, object], first_id: int | None) -> tuple[str, ...] | None:
    """Words for columns that are given without a vocabulary: their own labels, else their numbers."""
    for name in (*decode.declared.steps, "W_vocab"):
        if name not in head or name in ("last", "flat", *BEAMS):
            continue
        value = head[name]
        cols = (value if isinstance(value, Matrix) else Matrix.of(name, value)).cols
        plain = tuple(str(n) for n in range(1, len(cols) + 1))
        return tuple(str(n) for n in range(len(cols))) if first_id == 0 and cols == plain else tuple(cols)
    return None


def _free(sheet: Worksheet, plan: _Plan, begun: list[str], max_tokens: int) -> Worksheet:
    """A word at a time, each prediction the next input."""
    said = list(begun)
    with working("decoding", max_tokens) as step:
        for n in range(1, max_tokens + 1):
            sheet = _pass(sheet, plan, said, n, forced=False)
            word = sheet.stages[-1].params["word"]
            assert isinstance(word, str)
            said.append(word)
            if word == plan.end:
                break
            step(n)
    sentence = said[1:] if said[0] == START else said
    sheet.stages[-1].params |= {"sentence": list(sentence), "ended": said[-1] == plan.end}
    return sheet


def _beamed(sheet: Worksheet, plan: _Plan, begun: list[str], count: int, max_tokens: int) -> Worksheet:
    """The likeliest texts by beam search, every candidate in the table of its round."""

    def go(sheet: Worksheet, said: list[str], n: int) -> Worksheet:
        return _pass(sheet, plan, said, n, forced=False)

    def page(sheet: Worksheet, given: dict[str, Matrix], name: str) -> Sheet:
        return builder.Sheet("decode", sheet, given, id=f"decode-{plan.passes + 1}.{name}", **plan.head.common)

    return searching.search(sheet, begun, plan.head.words, plan.end, count, max_tokens, go, page)


def _words(target: str | Sequence[str], vocabulary: Vocabulary) -> list[str]:
    return list(tokenize(target, vocabulary)) if isinstance(target, str) else list(target)


def _pass(sheet: Worksheet, plan: _Plan, said: list[str], n: int, *, forced: bool) -> Worksheet:
    at = f"decode-{plan.passes + n}"
    common = plan.head.common
    place: dict[str, Any] = {"id": f"{at}.embed", "stream": "decode.embed"}
    sheet = embed(sheet, tokens=said, vocabulary=plan.vocabulary, W_E=plan.table, **place, **common)
    if plan.position is not None:
        place = {"id": f"{at}.posenc", "stream": "decode.posenc", "matrices": _of_places(plan.places, len(said))}
        sheet = posenc(sheet, **place, **plan.position, **common)
    norms = {"add_residual": False, **plan.options[1], **common}
    if plan.embed is not None:
        sheet = addnorm(sheet, id=f"{at}.embed-norm", matrices=plan.embed, **norms)
    for layer, own in enumerate(plan.stack, start=1):
        sheet = _layer(sheet, plan, own, at, layer)
        sheet = sheet if plan.layer_done is None else plan.layer_done(sheet, layer)
    if plan.final is not None:
        sheet = addnorm(sheet, id=f"{at}.final-norm", matrices=plan.final, **norms)
    return _predict(
        sheet, plan.head, at, said, forced=forced, ordinal=(2 if plan.memory is None else 3) * len(plan.stack), n=n
    )


def _predict(
    sheet: Worksheet, head: _Head, at: str, said: list[str], *, forced: bool, ordinal: int = 0, n: int = 1
) -> Worksheet:
    """The linear layer, the softmax and the likeliest word, over what the last layer hands on."""
    words, first, project = head.words, head.vocabulary.first_id, head.how.project
    page = builder.Sheet("decode", sheet, head.given, id=at, stream="decode", ordinal=ordinal, **head.common)
    x = page.given("X", builder.arriving(sheet))
    if page.has("last"):
        rows = page.given("last")
    elif project == "flatten" or page.has("flat"):
        rows = page.step("flat", ops.flatten, x)
    else:
        rows = x if forced else page.step("last", ops.one_row, x, row=x.height)
    weight = page.weight("W_vocab", rows.width, len(words))
    if weight.width == len(words):
        weight.cols = words
    if page.has("b_vocab"):
        logits = page.step("logits", ops.linear, rows, weight, page.bias("b_vocab", len(words), fan_in=rows.width))
    else:
        page.ask("b_vocab")
        logits = page.step("logits", ops.matmul, rows, weight)
    if logits and logits.op is None:
        logits.cols = words
    page.note("input: " + " ".join(said) if said else "")
    if logits.op is not None:
        every = "every row projected" if forced else "the last row projected"
        page.note("all rows flattened" if project == "flatten" else every)
    page.note("teacher-forced" if said and forced else "")
    page.record(project=project, input=list(said) or None, forced=(forced and bool(said)) or None)
    ids = [head.vocabulary.id(word) for word in said]
    columns = [id - first for id in ids if id is not None and id - first < len(words)]
    before = [columns[: i + 1] for i in range(len(columns))] if forced else [columns]
    predicted = chosen(page, head.how, logits, words, first, before, n)
    done = page.finish(predicted)
    if predicted.op is not None:
        last = done.stages[-1]
        _refuse_undecided(last["probabilities" if "probabilities" in last else predicted.of[0].name])
    found = done.stages[-1]["predicted"].values[:, 0].astype(int) - first
    done.stages[-1].params["word"] = words[int(found[-1])]
    done.stages[-1].params["words"] = [words[int(place)] for place in found]
    return done


def _refuse_undecided(probabilities: Matrix) -> None:
    """Among numbers of which one is none, there is no largest."""
    lost = np.argwhere(np.isnan(probabilities.values))
    if len(lost):
        i, j = (int(n) for n in lost[0])
        raise InputError(
            "no word is the likeliest",
            f"{probabilities.name} has a cell that is not a number (NaN): row {i + 1}, column {j + 1} ({probabilities.cols[j]})",
            mend="the matrices have numbers so large that ∞ − ∞ or 0·∞ came of them: give smaller ones",
        )


def _layer(sheet: Worksheet, plan: _Plan, own: Sublayers, at: str, layer: int) -> Worksheet:
    """One layer: each sublayer with its norm after it, or before it and the sum after."""
    attend, norm, network = plan.options
    told = plan.of_layers[layer - 1] if layer <= len(plan.of_layers) else {}
    sublayers: list[tuple[Any, str, str, dict[str, object], dict[str, Any]]] = [
        (attention, "self-attention", "self", own.attention, {"mask": "causal", **attend, **told}),
        (ffn, "ffn", "ffn", own.ffn, network),
    ]
    if plan.memory is not None:
        sublayers.insert(
            1, (attention, "cross-attention", "cross", own.cross, {"context": plan.memory, **crossing(attend)})
        )

    def named(kind: str, per_layer: int = 1, nth: int = 1) -> str:
        number = (layer - 1) * per_layer + nth
        return f"{at}.{kind}" + (f"-{number}" if number > 1 else "")

    common, count = plan.head.common, len(sublayers)
    for k, (stage, kind, side, matrices, how) in enumerate(sublayers):
        place = {"stream": f"decode.layer{layer}.{side}", "ordinal": count * (layer - 1) + k}
        first = named("addnorm", 2 * count, 2 * k + 1)
        if plan.pre:
            sheet = addnorm(sheet, id=first, add_residual=False, matrices=own.norms.get(k + 1), **norm, **common)
        sheet = stage(sheet, id=named(kind), matrices=matrices, **place, **how, **common)
        if plan.pre:
            second = named("addnorm", 2 * count, 2 * k + 2)
            sheet = addnorm(sheet, id=second, norm="none", residual_of=first, **common)
        else:
            sheet = addnorm(sheet, id=named("addnorm", count, k + 1), matrices=own.norms.get(k + 1), **norm, **common)
    return sheet


def _memory(before: Worksheet, given: object) -> Matrix:
    """The encoder's output: given, or what the last stage hands on."""
    if given is not None:
        return given.renamed("context") if isinstance(given, Matrix) else Matrix.of("context", given)
    flowing = builder.arriving(before)
    if flowing is None:
        raise InputError(
            "decode needs the encoder's output", "it was not given", mend="pipe it in, or give it: ‹-m memory›"
        )
    return flowing.renamed("context")


def _vocabulary(own: Words, first_id: int | None, ends: Sequence[str]) -> Vocabulary:
    """The vocabulary with the words that begin and end a sentence, at its end where it lacks them."""
    if own is None:
        raise InputError(
            "decode needs a vocabulary",
            "no stage before it has one",
            mend='start with tmat vocab, or give the words: ‹vocabulary "you win or die"›',
        )
    own = vocabularies.numbered(own, first_id)
    missing = [token for token in ends if own.id(token) is None]
    return Vocabulary((*own.words, *missing), own.first_id, own.case, own.tokenizer) if missing else own


def _output_words(own: Words, words: Vocabulary, head: dict[str, object]) -> tuple[str, ...]:
    """The words that are predicted: all of them, or those without <start> and <end> where the numbers given are so many."""
    known = own.words if isinstance(own, Vocabulary) else tuple(own or ())
    expected = words.words
    for name in ("probabilities", "logits", "W_vocab"):
        if name not in head:
            continue
        value = head[name]
        given = value if isinstance(value, Matrix) else Matrix.of(name, value)
        if given.width == len(known):
            expected = known
        elif given.width != len(words.words):
            counts = " or ".join(dict.fromkeys((str(len(known)), str(len(words.words)))))
            raise InputError(
                f"{name} does not fit the vocabulary",
                f"{name} is {given.size}{' from ' + given.origin if given.origin else ''}, a column a word; "
                f"the vocabulary has {len(known)} words"
                + (f", {len(words.words)} with {START} and {END}" if len(words.words) > len(known) else ""),
                mend=f"try a {name} with {counts} columns",
            )
    return expected


def _table(before: Worksheet, given: object, words: Vocabulary, d_model: int | None, seed: Seed, init: str) -> Matrix:
    """The embedding table of the decoder: the encoder's, with rows drawn for the words it lacks."""
    known = given if given is not None else next((s.given["W_E"] for s in before.stages if "W_E" in s.given), None)
    values: Array
    if known is None:
        d_model = d_model or WIDTH
        values, origin = np.empty((0, d_model)), f"drawn: {init}, seed {seed}"
    else:
        table = known if isinstance(known, Matrix) else Matrix.of("W_E", known)
        values, origin = table.values, table.origin
    if d_model is not None and values.shape[1] != d_model:
        raise InputError(
            "W_E does not fit the encoder's output",
            f"W_E is {values.shape[0]}×{values.shape[1]}, the encoder's output has width {d_model}",
            mend=f"try a W_E with {d_model} columns",
        )
    d_model = values.shape[1]
    lacking = len(words.words) - values.shape[0]
    if lacking < 0:
        raise InputError(
            "W_E does not fit the vocabulary",
            f"W_E has {values.shape[0]} rows, the vocabulary with {START} and {END} has {len(words.words)} words",
        )
    if lacking and known is not None:
        origin = f"{origin or 'given'}, {lacking} more row{'' if lacking == 1 else 's'} drawn"
    if lacking:
        kind = "uniform" if init.startswith("torch") else init
        rows = seeding.draw(kind, (lacking, d_model), seed=seed, stage="decode.embed", name="W_E")
        values = np.vstack([values, rows])
    return Matrix.of("W_E", values, words.words, [f"e{n}" for n in range(1, d_model + 1)], origin)
