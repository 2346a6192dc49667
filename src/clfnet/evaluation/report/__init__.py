"""A table and its images as one HTML file, to look at without a network."""

from clfnet.evaluation.report.page import as_html
from clfnet.evaluation.report.pictures import Region

__all__ = ["Region", "as_html"]
