"""A frozen report as the words and numbers that a reader sees."""

from evaluation.report.page import Page

__all__ = ["Page"]
