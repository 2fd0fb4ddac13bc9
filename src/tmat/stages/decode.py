"""The decoder: from <start> or a prompt to the next word, again and again, with an encoder's output or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tmat.engine.declaration import (
    CONVENTIONS,
    INPUT,
    SHAPE,
    Numbers,
    StageOptions,
    declares,
    given,
    option,
    step,
)
from tmat.engine.limits import MOST_TOKENS
from tmat.engine.rounding import Rounding
from tmat.engine.staging import worksheet_stage
from tmat.errors import InputError
from tmat.progress import working
from tmat.sheet.names import chosen
from tmat.sheet.worksheet import Matrix, Worksheet, arriving
from tmat.stages.addnorm import addnorm
from tmat.stages.embed import embed
from tmat.stages.parts import beginning, tables
from tmat.stages.parts import sequence as sequences
from tmat.stages.parts import stack as stacks
from tmat.stages.parts.beginning import END, START
from tmat.stages.parts.choosing import Choosing, draws_of
from tmat.stages.parts.choosing import refuse as refuse_choice
from tmat.stages.parts.decoder_layer import decoder_layer
from tmat.stages.parts.lazy import builder, searching
from tmat.stages.parts.options import (
    FfnBias,
    Heads,
    Layers,
    Network,
    Norm,
    NormPlaces,
    OwnWords,
    Rotation,
    Scoring,
    Sinusoids,
    SublayerOptions,
    sublayer_options,
)
from tmat.stages.parts.predicting import Head, predict, taken
from tmat.stages.parts.stack import Sublayers
from tmat.stages.posenc import posenc

if TYPE_CHECKING:
    from tmat.engine.builder import Sheet

MOST_WORDS = 5


@declares
class DecodeOptions(
    OwnWords, Layers, Heads, Rotation, Scoring, Network, FfnBias, Norm, NormPlaces, Sinusoids, Choosing, StageOptions
):
    """The text to begin with, the number of words, and the options of the layers."""

    target: str | Sequence[str] | None = option(
        None, "One teacher-forced pass over <start> and this text, instead of decoding word by word.", INPUT, "TEXT"
    )
    prompt: str | Sequence[str] | None = option(None, "The words to begin with.", INPUT, "TEXT")
    cross: bool = option(
        True, "A decoder without encoder and cross-attention: a GPT. It begins with ‹prompt›, where one is given.", INPUT,
        flag="no-cross",
    )  # fmt: skip
    max_tokens: int | None = option(
        None, "Stop after N words if <end> has not come; default 5.", SHAPE, "N", at_least=1, most=MOST_TOKENS
    )
    end: str = option(END, "The word that ends the decoding.", INPUT, "WORD")
    d_model: int | None = option(
        None, "The width of W_E where it is drawn without an encoder (6), or of a drawn encoder output.",
        SHAPE, "N", at_least=1,
    )  # fmt: skip
    encoding: Literal["sinusoid", "learned", "none"] | None = option(
        None, "The positional encoding: sinusoid; learned, rows of PE, as where PE is given; none, as with ‹rotary›.",
        CONVENTIONS, "KIND",
    )  # fmt: skip
    tied: bool = option(False, "W_vocab is W_E transposed, as in GPT-2.", CONVENTIONS)
    project: Literal["last", "flatten"] = option(
        "last", "last: the last row, as in the paper; flatten: all rows joined to one, as in the thrones article.",
        CONVENTIONS, "HOW",
    )  # fmt: skip
    attention_options: Mapping[str, Any] | None = None
    norm_options: Mapping[str, Any] | None = None
    ffn_options: Mapping[str, Any] | None = None
    position_options: Mapping[str, Any] | None = None
    layer_options: Sequence[Mapping[str, Any]] | None = None  # more options of each layer's self-attention
    until: int | None = None  # the last pass ends after this layer
    layer_done: Callable[[Worksheet, int], Worksheet] | None = (
        None  # called after each layer: what of the sheet to keep
    )

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
    chosen: Numbers = step("n×1")
    losses: Numbers = step("n×1")
    total: Numbers = step("1×1")
    sequence_: Numbers = step("1×1", name="sequence", called="sequence_probability")
    loss: Numbers = step("1×1")
    perplexity: Numbers = step("1×1")
    predicted: Numbers = step("n×1", called="prediction")


@worksheet_stage(
    DecodeOptions,
    summary="From the encoder's output to the next word.",
    formula="probabilities = softmax(last·W_vocab), word by word from <start>, the likeliest word fed back until <end>.",
    about="A layer: masked self-attention, add and norm, attention to the encoder's output, add and norm, the network, "
    "add and norm.\n\nA word's stages are decode-1.embed, decode-1.self-attention, …; the steps are those of decode-1. "
    "Of the layers: layer1.self.W_Q, layer1.cross.W_K, layer1.W_1, layer1.gamma1 to gamma3. memory is the encoder's output.\n\n"
    "‹cross False› is a GPT: a layer is masked self-attention and the network, its matrices layer1.W_Q, layer1.W_1, layer1.gamma1 "
    "and gamma2; final.gamma is of the norm after the last layer. PE has one row per position, where positions are learned.",
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
    ``max_tokens`` (default 5); with ``target`` there is one pass over <start> and the target's words, a prediction for each row.
    ``project`` takes the last row (the paper) or all rows flattened (some articles). Names carry
    their place: layer1.self.W_Q, layer1.cross.W_K, layer1.W_1, layer1.gamma3; W_vocab, b_vocab, W_E.

    ``cross=False`` is a decoder without encoder and cross-attention: a GPT. It begins with ``prompt``, or <start>;
    ``norm_order`` "pre", ``final_norm``, ``tied`` weights (W_vocab = W_Eᵀ) and learned positions PE make it GPT-2.

    Errors: no encoder output, no vocabulary, unknown words in the target.
    Source: Vaswani et al. 2017, §3.1, §3.4; without an encoder: Radford et al. 2018, §3.1.

    >>> sheet = decode([[1.0, 0.0]], vocabulary=["you", "win"], max_tokens=1)
    >>> sheet.stages[-1].id, sheet.stages[-1]["probabilities"].cols
    ('decode-1', ('you', 'win', '<start>', '<end>'))
    """
    _refuse(how)
    before = sheet if isinstance(sheet, Worksheet) else Worksheet()
    given = taken(matrices, decode.declared.steps)
    text = beginning.first_text(how, before, given)
    rounding = Rounding.parse(how.round, strict=False)
    head = Head(given, text, how, {"seed": how.seed, "init": how.init, "round": rounding, "dtype": how.dtype})
    passes = sum(stage.stage == "decode" for stage in before.stages)
    memory = stacks.taken(matrices, "X", "memory")
    if memory is None and not isinstance(sheet, Worksheet):
        memory = sheet
    if memory is not None and not how.cross:
        raise InputError("memory is given, and ‹cross False› contradicts it", mend="leave one of them out")
    plan, at = _plan(head, before, memory, matrices, passes), f"decode-{passes + 1}"
    if "chosen" in given:
        result = sequences.of_probabilities(before, head, at, given)
    elif plan is None:
        result = predict(before, head, at, text.tokens if how.target is not None else [], forced=True)
    elif how.target is not None:
        result = _pass(before, plan, text.tokens, 1, forced=True)
    elif how.beams is not None:
        result = _beamed(before, plan, how.beams)
    else:
        result = _free(before, plan)
    if how.sequence and (plan is None or how.target is not None) and "chosen" not in given:
        result = sequences.of_text(result, head, f"{at}.sequence")
    first = len(before.stages)
    if how.layer_done is None:  # else a step may already be freed
        rounding.refuse_unknown((step.name for stage in result.stages[first:] for step in stage.steps), "decode")
    result = Worksheet(result.stages, None if text.numbered else text.vocabulary, before.tokens)
    return result if how.keep is None else chosen(result, how.keep, first=first)


@dataclass(eq=False, repr=False)
class _Plan:
    """What all passes share."""

    head: Head
    memory: Matrix | None  # the encoder's output, where there is an encoder
    table: Matrix
    places: Matrix | None  # learned positions
    position: dict[str, Any] | None  # the options of posenc, where there is one
    stack: list[Sublayers]
    embed: dict[str, object] | None  # matrices of the norm before the first layer, where there is one
    final: dict[str, object] | None  # those of the norm after the last layer
    options: SublayerOptions
    passes: int  # of decode stages before this one
    most: int  # words to decode at most


def _plan(head: Head, before: Worksheet, memory: object, matrices: dict[str, Any], passes: int) -> _Plan | None:
    """The layers and their matrices; None where a step of the prediction is given, so that no layer is computed."""
    how, words = head.how, head.text.vocabulary
    table, places = stacks.taken(matrices, "W_E"), stacks.taken(matrices, "PE")
    embed, final = stacks.outside(matrices, "embed"), stacks.outside(matrices, "final")
    stack = stacks.by_layer(matrices, how.layers, norms=3 if how.cross else 2, crossing=how.cross)
    if head.begins:
        if how.tied and not {"logits", "probabilities"} & set(head.given):
            if table is None:
                raise InputError("‹tied› needs W_E", "it was not given", mend="give it: ‹-m W_E›")
            tables.tie(head, tables.embeddings(before, table, words, None, how.seed, how.init))
        return None
    encoded = _memory(before, memory) if how.cross else None
    width = how.d_model if encoded is None else encoded.width
    rows = tables.embeddings(before, table, words, width, how.seed, how.init)
    if how.tied:
        tables.tie(head, rows)
    most = how.max_tokens or len(draws_of(how.draw)) or MOST_WORDS
    position, learned = tables.positions(how, places, rows.width, len(head.text.tokens) + most)
    return _Plan(
        head, encoded, rows, learned, position, stack,
        embed if how.embed_norm or embed else None, final if how.final_norm or final else None, sublayer_options(how), passes, most,
    )  # fmt: skip


def _memory(before: Worksheet, given: object) -> Matrix:
    """The encoder's output: given, else the output of the last stage."""
    if given is not None:
        return given.renamed("context") if isinstance(given, Matrix) else Matrix.of("context", given)
    flowing = arriving(before)
    if flowing is None:
        raise InputError(
            "decode needs the encoder's output", "it was not given", mend="pipe it in, or give it: ‹-m memory›"
        )
    return flowing.renamed("context")


def _free(sheet: Worksheet, plan: _Plan) -> Worksheet:
    """Decode word by word, each prediction the next input."""
    how, tokens, passes = plan.head.how, list(plan.head.text.tokens), list[tuple[str, float]]()
    with working("decoding", plan.most) as step:
        for n in range(1, plan.most + 1):
            sheet = _pass(sheet, plan, tokens, n, forced=False)
            if n == plan.most and how.until is not None:
                return sheet
            word = sheet.stages[-1].params["word"]
            assert isinstance(word, str)
            tokens.append(word)
            if how.sequence:
                own = sequences.chances(sheet.stages[-1])
                passes.append((word, float(own.values[-1, own.cols.index(word)])))
            if word == how.end:
                break
            step(n)
    if passes:
        sheet = sequences.of_words(sheet, plan.head, f"decode-{plan.passes + 1}.sequence", passes)
    sentence = tokens[1:] if tokens[0] == START else tokens
    sheet.stages[-1].params |= {"sentence": list(sentence), "ended": tokens[-1] == how.end}
    return sheet


def _beamed(sheet: Worksheet, plan: _Plan, count: int) -> Worksheet:
    """Decode by beam search."""
    text, end = plan.head.text, plan.head.how.end

    def go(sheet: Worksheet, tokens: list[str], n: int) -> Worksheet:
        return _pass(sheet, plan, tokens, n, forced=False)

    def page(sheet: Worksheet, given: dict[str, Matrix], name: str) -> Sheet:
        return builder.Sheet("decode", sheet, given, id=f"decode-{plan.passes + 1}.{name}", **plan.head.common)

    return searching.search(sheet, text.tokens, text.predicted, end, count, plan.most, go, page)


def _pass(sheet: Worksheet, plan: _Plan, tokens: list[str], n: int, *, forced: bool) -> Worksheet:
    """One pass of the words so far through every layer, to the n-th prediction."""
    at, how, common = f"decode-{plan.passes + n}", plan.head.how, plan.head.common
    place: dict[str, Any] = {"id": f"{at}.embed", "stream": "decode.embed"}
    sheet = embed(sheet, tokens=tokens, vocabulary=plan.head.text.vocabulary, W_E=plan.table, **place, **common)
    if plan.position is not None:
        place = {"id": f"{at}.posenc", "stream": "decode.posenc", "matrices": tables.first(plan.places, len(tokens))}
        sheet = posenc(sheet, **place, **plan.position, **common)
    norms = {"add_residual": False, **plan.options[1], **common}
    if plan.embed is not None:
        sheet = addnorm(sheet, id=f"{at}.embed-norm", matrices=plan.embed, **norms)
    self_options = how.layer_options or ()
    for layer, own in enumerate(plan.stack, start=1):
        sheet = decoder_layer(
            sheet, own, plan.options, plan.memory, at, layer, pre=how.norm_order == "pre",
            self_options=self_options[layer - 1] if layer <= len(self_options) else {}, common=common,
        )  # fmt: skip
        sheet = sheet if how.layer_done is None else how.layer_done(sheet, layer)
        if layer == how.until and (forced or (n == plan.most and how.beams is None)):
            return sheet
    if plan.final is not None:
        sheet = addnorm(sheet, id=f"{at}.final-norm", matrices=plan.final, **norms)
    ordinal = (2 if plan.memory is None else 3) * len(plan.stack)
    return predict(sheet, plan.head, at, tokens, forced=forced, ordinal=ordinal, n=n)


def _refuse(how: DecodeOptions) -> None:
    """Refuse options that contradict each other."""
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
