"""Worksheets out, a module a format: each is named as its format and says in FORMAT what it is."""
