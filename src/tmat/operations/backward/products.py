"""Backward rules of products: each factor's gradient is the result's gradient times the other factor."""

from __future__ import annotations

from typing import Any

from tmat.operations.adding import column_sums, transposed_matmul
from tmat.operations.backward.rule import SLOPE, backward, made
from tmat.operations.products import additive_scores, linear, matmul, matmul_transposed
from tmat.operations.shares import additive_keys_gradient, additive_queries_gradient, additive_v_gradient


@backward(matmul)
def _(a: Any, b: Any) -> Any:  # c = a·b: da = dc·bᵀ, db = aᵀ·dc
    return made(matmul_transposed, SLOPE, b), made(transposed_matmul, a, SLOPE)


@backward(linear)
def _(a: Any, b: Any, bias: Any) -> Any:  # the bias is added to every row
    return made(matmul_transposed, SLOPE, b), made(transposed_matmul, a, SLOPE), made(column_sums, SLOPE)


@backward(matmul_transposed)
def _(a: Any, b: Any) -> Any:  # c = a·bᵀ: da = dc·b, db = dcᵀ·a
    return made(matmul, SLOPE, b), made(transposed_matmul, SLOPE, a)


@backward(transposed_matmul)
def _(a: Any, b: Any) -> Any:  # c = aᵀ·b: da = b·dcᵀ, db = a·dc
    return made(matmul_transposed, b, SLOPE), made(matmul, a, SLOPE)


@backward(additive_scores)
def _(queries: Any, keys: Any, v: Any) -> Any:
    return (
        made(additive_queries_gradient, SLOPE, queries, keys, v),
        made(additive_keys_gradient, SLOPE, queries, keys, v),
        made(additive_v_gradient, SLOPE, queries, keys),
    )
