"""Samples for the probability of a text."""

PARAMETERS = {"picked": [{"columns": [2, 5, 1]}, {"columns": [4]}]}
