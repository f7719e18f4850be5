"""A report as a PDF for print and archive: the same report, the same bytes."""

from evaluation.report.pdf.document import pdf

__all__ = ["pdf"]
