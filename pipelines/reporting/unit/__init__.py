"""A regional manager's and a team lead's week: the unit, its people, and what to talk about."""
