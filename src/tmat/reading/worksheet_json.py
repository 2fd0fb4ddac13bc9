"""A worksheet from JSON: every field is checked, every error has a path; unknown fields are ignored."""

from __future__ import annotations

from typing import Any

from tmat.engine.rounding import MOST as MOST_DECIMALS
from tmat.reading.json_matrix import SPECIAL, matrix
from tmat.reading.json_text import parse
from tmat.reading.place import Place, shown
from tmat.sheet.worksheet import Matrix, Parameter, Stage, Step, Worksheet
from tmat.text.vocabulary import Vocabulary

VERSION = 1
_KINDS: dict[type, str] = {dict: "an object", list: "an array", str: "a string", int: "a whole number"}


def loads(data: bytes, origin: str = "the worksheet") -> Worksheet:
    r"""The worksheet that a JSON text holds (the inverse of ``dumps``, bit for bit).

    Raises InputError with line and column where the text is no JSON, with the JSON path where it is no worksheet.

    >>> loads(b'{"tmat": 1, "tokens": ["When", "you"], "stages": []}\n').tokens
    ('When', 'you')
    """
    return worksheet(parse(data, origin), Place(origin))


def worksheet(value: object, place: Place) -> Worksheet:
    """A worksheet from parsed JSON, which is consumed: large arrays are freed as they are converted."""
    if not isinstance(value, dict):
        raise place.error(f"is {shown(value)}", 'a worksheet: {"tmat": 1, "stages": […]}')
    version = _field(value, "tmat", int, place)
    if version != VERSION:
        raise place["tmat"].error(f"is {version}", f"{VERSION}, the only version that this tmat reads")
    stages: list[Stage] = []
    ids: dict[str, int] = {}
    earlier: dict[str, Stage] = {}
    for n, entry in enumerate(_field(value, "stages", list, place)):
        stage = _stage(entry, place["stages"][n], earlier)
        first = ids.setdefault(stage.id, n)
        if first != n:
            raise place["stages"][n]["id"].error(
                f"is {shown(stage.id)}, as is $.stages[{first}].id", "another id for each stage"
            )
        stages.append(stage)
        earlier[stage.id] = stage
    tokens = _words(_field(value, "tokens", list, place, []), place["tokens"])
    return Worksheet(stages, _vocabulary(value.get("vocabulary"), place["vocabulary"]), tokens)


def _stage(value: object, place: Place, earlier: dict[str, Stage]) -> Stage:
    fields = _object(value, place)
    given: dict[str, Matrix] = {}
    for name, entry in _field(fields, "given", dict, place, {}).items():
        at = place["given"][name]
        source = _field(_object(entry, at), "origin", str, at, "")
        if "same" in entry:
            first = _same(entry["same"], at["same"], earlier)
            given[name] = Matrix(name, first.values, first.rows, first.cols, source)
            continue
        _field(entry, "values", list, at)
        given[name] = matrix(entry, name, source, at)
    steps: list[Step] = []
    names: set[str] = set()
    for n, entry in enumerate(_field(fields, "steps", list, place)):
        step = _step(entry, place["steps"][n])
        if step.name in names:
            raise place["steps"][n]["name"].error(f"is {shown(step.name)} once more", "each step's name once a stage")
        names.add(step.name)
        steps.append(step)
    id, kind, params = _field(fields, "id", str, place), _field(fields, "stage", str, place), _params(fields, place)
    notes = _words(_field(fields, "notes", list, place, []), place["notes"])
    stage = Stage(id, kind, params, notes, given, steps, _field(fields, "output", str, place))
    if stage.output and stage.output not in stage:
        raise place["output"].error(f"is {shown(stage.output)}", f"one of {', '.join(stage.names()) or 'its steps'}")
    return stage


def _same(value: object, place: Place, earlier: dict[str, Stage]) -> Matrix:
    """The matrix of an earlier stage that a reference means; its array is shared."""
    said = _words(value, place)
    found = earlier[said[0]].given.get(said[1]) if len(said) == 2 and said[0] in earlier else None
    if found is None:
        raise place.error(f"is {shown(value)}", "an earlier stage's id and the name of a matrix given to it")
    return found


def _step(value: object, place: Place) -> Step:
    fields = _object(value, place)
    name = _field(fields, "name", str, place)
    of = _words(_field(fields, "of", list, place), place["of"])
    _field(fields, "values", list, place)
    result = matrix(fields, name, _field(fields, "origin", str, place, ""), place)
    decimals, used = (_decimals(fields, key, place) for key in ("round", "used"))
    return Step(result, _field(fields, "op", str, place), of, _params(fields, place), decimals, used)


def _decimals(fields: dict[str, Any], key: str, place: Place) -> int | None:
    """How many decimals a step is rounded to, within what the command line takes."""
    if fields.get(key) is None:
        return None
    count: int = _field(fields, key, int, place)
    if not 0 <= count <= MOST_DECIMALS:
        raise place[key].error(f"is {shown(count)}", f"a number of decimals from 0 to {MOST_DECIMALS}")
    return count


def _vocabulary(value: object, place: Place) -> Vocabulary | None:
    if value is None:
        return None
    fields = _object(value, place)
    words = _words(_field(fields, "words", list, place), place["words"])
    if len(set(words)) != len(words):
        first: dict[str, int] = {}
        for n, word in enumerate(words):
            if first.setdefault(word, n) != n:
                raise place["words"][n].error(f"is {shown(word)}, as is word {first[word]}", "each word once")
    kinds = {key: _field(fields, key, str, place) for key in ("case", "tokenizer") if key in fields}
    return Vocabulary(words, _field(fields, "first_id", int, place, 0), **kinds)


def _params(fields: dict[str, Any], place: Place) -> dict[str, Parameter]:
    given = _field(fields, "params", dict, place, {})
    return {name: _parameter(value, place["params"][name]) for name, value in given.items()}


def _parameter(value: Any, place: Place) -> Parameter:
    if isinstance(value, list):
        kinds = set()
        for n, item in enumerate(value):
            if type(item) in (list, type(None)):
                raise place[n].error(f"is {shown(item)}", "a number or a string")
            value[n] = _scalar(item, place[n])
            kinds.add(type(value[n]) is str)
        if len(kinds) > 1:
            raise place.error("mixes numbers and words", "a list of one kind")
        return value
    return _scalar(value, place)


def _scalar(value: Any, place: Place) -> float | int | str | bool | None:
    """A parameter; the three names stand for numbers, and a word that is one of them is written {"text": word}."""
    if isinstance(value, str) and value in SPECIAL:
        return SPECIAL[value]
    if isinstance(value, dict):
        if list(value) != ["text"] or not isinstance(value["text"], str):
            raise place.error("is an object", 'a number, a string, true, false, null, or {"text": "NaN"}')
        return value["text"]
    if isinstance(value, (float, int, str, bool, type(None))):
        return value
    raise place.error(f"is {shown(value)}", "a number, a string, true, false, null or a list of these")


def _words(value: object, place: Place) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise place.error(f"is {shown(value)}", "an array of words")
    if set(map(type, value)) <= {str}:
        return tuple(value)
    n = next(n for n, word in enumerate(value) if not isinstance(word, str))
    raise place[n].error(f"is {shown(value[n])}", "a word in quotes")


def _object(value: object, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise place.error(f"is {shown(value)}", "an object")
    return value


def _field(fields: dict[str, Any], key: str, kind: type, place: Place, default: Any = None) -> Any:
    if key not in fields:
        if default is not None:
            return default
        raise place.error(f'has no "{key}"', f"{_KINDS[kind]} there")
    value = fields[key]
    if type(value) is not kind:
        raise place[key].error(f"is {shown(value)}", _KINDS[kind])
    return value
