"""The levels that figures are counted at, as tables and keys of series name them.

Belongs here: the names alone. Does not belong here: names of units in words (units.py) and who may
see which level (audience.py).
"""

from __future__ import annotations

# The level, and at once the only unit and organisation of it.
WALES = "wales"
ORGANISATION = "organisation"
SITE, WARD = "site", "ward"
# Parts of an organisation, in the order in which its page tells them.
PARTS = (SITE, "setting", "population", WARD)
