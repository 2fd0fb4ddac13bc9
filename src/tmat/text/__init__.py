"""Text: split into words, tokenized, counted."""
