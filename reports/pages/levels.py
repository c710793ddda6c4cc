"""The levels that figures are counted at, as tables and keys of series name them.

Belongs here: the names alone. Does not belong here: names of units in words (units.py) and who may
see which level (audience.py).
"""

from __future__ import annotations

# The level, and at once the only unit and organisation of it.
WALES = "wales"
ORGANISATION = "organisation"
SITE, WARD = "site", "ward"
SETTING, POPULATION = "setting", "population"
# Wales by the kind of care and by who is cared for; units are values of those columns.
WALES_SETTING, WALES_POPULATION = "wales_setting", "wales_population"
WALES_CUTS = (WALES_SETTING, WALES_POPULATION)
# Parts of an organisation, in the order in which its page tells them.
PARTS = (SITE, SETTING, POPULATION, WARD)
