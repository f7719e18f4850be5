"""Simulated people and the visitor that takes part over HTTP."""
