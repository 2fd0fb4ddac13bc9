"""Printers of expressions: symbols, labels, numbers, spreadsheet formulas."""
