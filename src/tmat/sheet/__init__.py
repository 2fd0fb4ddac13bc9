"""The worksheet, which flows through the pipe: matrices, steps, stages, and their names."""
