"""Files as they should not come and do: a module per kind, and what becomes of one."""
