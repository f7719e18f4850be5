"""Tables of answers that others made, read and checked. Pure."""
