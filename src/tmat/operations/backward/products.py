"""Backward rules of products: each factor's gradient is the result's gradient times the other factor."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import column_sums, transposed_matmul
from tmat.operations.backward.rule import GRADIENT, backward, step
from tmat.operations.products import additive_scores, linear, matmul, matmul_transposed
from tmat.operations.row_gradients import additive_keys_gradient, additive_queries_gradient, additive_v_gradient


@backward(matmul)
def _(a: Any, b: Any) -> Any:  # c = a·b: da = dc·bᵀ, db = aᵀ·dc
    return step(matmul_transposed, GRADIENT, b), step(transposed_matmul, a, GRADIENT)


@backward(linear)
def _(a: Any, b: Any, bias: Any) -> Any:  # the bias is added to every row
    return step(matmul_transposed, GRADIENT, b), step(transposed_matmul, a, GRADIENT), step(column_sums, GRADIENT)


@backward(matmul_transposed)
def _(a: Any, b: Any) -> Any:  # c = a·bᵀ: da = dc·b, db = dcᵀ·a
    return step(matmul, GRADIENT, b), step(transposed_matmul, GRADIENT, a)


@backward(transposed_matmul)
def _(a: Any, b: Any) -> Any:  # c = aᵀ·b: da = b·dcᵀ, db = a·dc
    return step(matmul_transposed, b, GRADIENT), step(matmul, a, GRADIENT)


@backward(additive_scores)
def _(queries: Any, keys: Any, v: Any) -> Any:
    return (
        step(additive_queries_gradient, GRADIENT, queries, keys, v),
        step(additive_keys_gradient, GRADIENT, queries, keys, v),
        step(additive_v_gradient, GRADIENT, queries, keys),
    )
