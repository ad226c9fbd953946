"""The `attain` command: words in, words out. The only place that asks the clock.

Belongs here: options, exit codes, what is printed. Does not belong here: computing anything.
"""
