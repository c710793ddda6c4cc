"""Python's search for objects that only keep each other alive, and when not to pay for it.

Belongs here: one context manager for work that makes very many objects, all of them needed. Does
not belong here: which work that is.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Within the block nothing is searched: while libraries load, or a million findings are made,
    it costs a fifth of the time and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
