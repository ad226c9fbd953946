"""A representative's week: own figures, own deals, own invoices, own commission."""
