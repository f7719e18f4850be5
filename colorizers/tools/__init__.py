"""Small tools that all three apps use. Pure."""
