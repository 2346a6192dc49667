"""Thermal inspection: what files measure, as numbers, images and a report for a customer."""

from clfnet.inspection.measure import Measured, Plan, measure
from clfnet.inspection.picture import Look, draw
from clfnet.inspection.readings import Reading, find, readings

__all__ = ["Look", "Measured", "Plan", "Reading", "draw", "find", "measure", "readings"]
