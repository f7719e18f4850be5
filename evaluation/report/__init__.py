"""Reports: sections as plain data, and one renderer for each format."""
