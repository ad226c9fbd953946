"""The commission statement of a payee: every line with its source, rate and ledger."""
