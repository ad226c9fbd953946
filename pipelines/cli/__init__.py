"""The `attain` command: words in, words out. The only place that asks the clock.

Belongs here: options, exit codes, what is printed; a module per theme of commands, and beside it in
`console_*` what those print. Does not belong here: computing anything.
"""
