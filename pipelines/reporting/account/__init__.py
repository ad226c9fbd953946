"""The statement of account that a customer reads: invoiced, paid, open."""
