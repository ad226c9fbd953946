"""From a book of the page model to an XLSX file: formats, totals, live formulas."""
