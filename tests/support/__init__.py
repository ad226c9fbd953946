"""What tests use and are not tests: workspaces, exports, warehouses and rows to try things on.

Belongs here: every helper that a test imports, by its full name (`tests.support.laboratory`).
Does not belong here: fixtures (`conftest.py` beside the tests that ask for them) and tests.
"""
