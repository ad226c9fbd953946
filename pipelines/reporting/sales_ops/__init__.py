"""The week of sales operations: what must be set right, by whom."""
