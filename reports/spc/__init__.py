"""Control charts for many series at once: `analyse`; funnels of many units: `funnel`."""

from .analysis import Analysis, analyse
from .funnel import Funnel, funnel
from .funnel_plan import FunnelPlan
from .plan import Plan, Suggest

__all__ = ["Analysis", "Funnel", "FunnelPlan", "Plan", "Suggest", "analyse", "funnel"]
