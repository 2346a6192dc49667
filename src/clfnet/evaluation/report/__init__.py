"""A table and its images as one HTML file, to look at without a network."""

from clfnet.evaluation.report.page import as_html

__all__ = ["as_html"]
