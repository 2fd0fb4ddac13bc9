"""The worksheet: what flows through the pipe, its names, and its JSON Schema."""
