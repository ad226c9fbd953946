"""The sales director's week: where the quarter stands, why, and what needs a decision."""
