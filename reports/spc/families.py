"""Which function sets the limits of which chart: one table, one shape."""

from collections.abc import Callable
from types import MappingProxyType

from . import attributes, individuals, rare_events, subgroups
from .intake import Points
from .limits import Limits
from .plan import Plan
from .vocabulary import Chart

LIMITS = MappingProxyType[Chart, Callable[[Points, Plan], Limits]](
    {
        Chart.RUN: individuals.run,
        Chart.I: individuals.individuals,
        Chart.MR: individuals.ranges,
        Chart.I_PRIME: individuals.i_prime,
        Chart.C_PRIME: individuals.c_prime,
        Chart.P: attributes.p,
        Chart.NP: attributes.np_,
        Chart.C: attributes.c,
        Chart.U: attributes.u,
        Chart.P_PRIME: attributes.p_prime,
        Chart.U_PRIME: attributes.u_prime,
        Chart.G: rare_events.g,
        Chart.T: rare_events.t,
        Chart.XBAR: subgroups.xbar,
        Chart.S: subgroups.s,
    }
)
