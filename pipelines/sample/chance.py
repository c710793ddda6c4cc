"""Where chance comes from: a stream of its own for everything that is drawn.

A new column or file leaves the draws of all others as they were, so the sample changes only where
it was changed.
"""

from zlib import crc32

import numpy as np


def stream(*names: object) -> np.random.Generator:
    """The stream of chance that belongs to these names; the same names, the same draws."""
    return np.random.default_rng([crc32(str(name).encode()) for name in names])
