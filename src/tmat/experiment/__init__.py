"""The experiment behind √d_k: what softmax makes of scores with and without the root."""
