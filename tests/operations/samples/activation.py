"""Samples for the activations."""

PARAMETERS = {"leaky_relu": [{"slope": 0.01}, {"slope": 0.2}]}
