"""Samples for caps, sinks and other bases of the softmax."""

PARAMETERS = {
    "soft_cap": [{"cap": 50.0}, {"cap": 0.7}],
    "softmax_sink": [{"head": 2}, {"head": 1}],
    "softmax_based": [{"base": 3.0}, {"base": 1.5}],
}
