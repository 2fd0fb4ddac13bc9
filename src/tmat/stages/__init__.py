"""The stages: each reads like its article and calls operations only."""
