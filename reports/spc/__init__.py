"""Control charts for many series at once: `analyse` is the whole of it."""

from .analysis import Analysis, analyse
from .plan import Plan, Suggest

__all__ = ["Analysis", "Plan", "Suggest", "analyse"]
