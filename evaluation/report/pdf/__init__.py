"""A report as a PDF for print and archive."""
