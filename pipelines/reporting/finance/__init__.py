"""Finance's month: receivables, the commission close, every difference with its reason."""
