"""Printers of expressions: cells as symbols, labels, numbers or spreadsheet formulas; formulas of whole matrices."""
