"""Matrices and worksheets in: typed, from files, from a stream."""
