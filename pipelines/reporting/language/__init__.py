"""Values and messages in words: Chinese and English, numbers, days, amounts.

Belongs here: how anything is written in a language. Does not belong here: which words a report
needs; each room has its own `messages/`.
"""
