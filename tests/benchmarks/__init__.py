"""Measurements, kept apart from the tests: ``python -m tests.benchmarks.run`` writes docs/performance.md."""
