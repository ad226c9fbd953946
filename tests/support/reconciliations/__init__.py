"""For each reconciliation, rows it must find and rows it must pass; a module per topic."""
