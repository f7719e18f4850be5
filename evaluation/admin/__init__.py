"""Scores, reports and orders to look at, exclusions to state."""

from evaluation.admin import pages

__all__ = ["pages"]
