"""Every KPI of the catalogue: a list to search, and a page for each with its values and meaning."""
