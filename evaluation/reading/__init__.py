"""From rows and files to one table of responses: the only road."""
