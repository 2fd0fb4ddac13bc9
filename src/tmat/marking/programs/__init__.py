"""Marking what a program computed: numbers that claim all that their type holds."""
