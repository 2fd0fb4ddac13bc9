"""A stage under way: matrices given or drawn, steps written down, then computed."""
