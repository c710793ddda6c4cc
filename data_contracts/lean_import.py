"""Importing a large library without those of its own imports that are not used here.

Belongs here: putting a module off until something of it is asked for, hiding an optional one. Does
not belong here: which library is imported so, and why (expectations.py).
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """Within the block an `import` of these modules loads them only when they are first used.

    Who imported one in the block uses it as ever; who imports it later gets the module itself. One
    that is loaded already, or not installed, is left alone.
    """
    waiting = {
        name: _waiting(name) for name in names if name not in sys.modules and _is_there(name)
    }
    sys.modules.update(waiting)
    try:
        yield
    finally:
        for name, module in waiting.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """Within the block these modules are as if they were not installed, unless they are loaded."""
    gone = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(gone))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in gone:
            sys.modules.pop(name, None)


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _waiting(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = find_spec(name)

    def first_use(attribute: str) -> Any:
        if sys.modules.get(name) is module:
            del sys.modules[name]
        return getattr(importlib.import_module(name), attribute)

    # Python asks a module's own __getattr__ for whatever the module does not have (PEP 562).
    vars(module)["__getattr__"] = first_use
    return module
