"""What a page is made of, and what it may ask the warehouse.

Belongs here: values, charts, tables, the page, queries and their context. Does not belong here: any
report, and anything that knows a language.
"""
