"""Reports: typed page models first, pages second.

Belongs here: the language-neutral model of a page, its rendering in Chinese and English, its
charts, and the atomic publication of what was rendered. Does not belong here: computing a KPI;
the page builders only read published tables and arrange them.
"""
