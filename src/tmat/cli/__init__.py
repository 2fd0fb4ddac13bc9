"""The command line: one thin module a command; each parses, calls the library function of its own name, prints."""
