"""Modules that are loaded when something of them is first asked for.

Belongs here: putting off what a library imports for parts that a run does not use. Does not belong
here: our own heavy imports, which stand in the functions that need them.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def on_demand(*names: str) -> None:
    """Let modules load at the first use of an attribute; parents are named before their parts."""
    for name in names:
        if name not in sys.modules and find_spec(name) is not None:
            sys.modules[name] = _Deferred(name)


class _Deferred(ModuleType):
    """Stands for a module until something of it is needed.

    Not `importlib.util.LazyLoader`: that loads at `import name as other`, which asks for the
    module's `__spec__`.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = find_spec(name)

    def __getattr__(self, name: str) -> Any:  # asked for what is not there yet
        own = self.__name__
        if sys.modules.get(own) is self:
            del sys.modules[own]
        loaded = importlib.import_module(own)
        self.__dict__.update(loaded.__dict__)
        return getattr(loaded, name)
