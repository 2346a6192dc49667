"""A report for a customer: one page per image, as HTML or PDF."""

from clfnet.inspection.report.html import as_html
from clfnet.inspection.report.page import Page, page_of
from clfnet.inspection.report.pdf import as_pdf

__all__ = ["Page", "as_html", "as_pdf", "page_of"]
