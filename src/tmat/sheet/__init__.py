"""The worksheet: what flows through the pipe, and its names."""
