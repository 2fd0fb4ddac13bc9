"""The experiment on √d_k: the softmax of scores with and without the division."""
