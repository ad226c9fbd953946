"""Modules that are loaded when something of them is first asked for.

Belongs here: putting off what a library imports for parts that a run does not use. Does not belong
here: our own heavy imports, which stand in the functions that need them.
"""

from __future__ import annotations

import importlib.util
import sys


def on_demand(*names: str) -> None:
    """Let modules load at the first use of an attribute; parents are named before their parts."""
    for name in names:
        if name in sys.modules:
            continue
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            continue
        spec.loader = importlib.util.LazyLoader(spec.loader)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        parent, _, leaf = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], leaf, module)
