"""Pictures: files, colour, and the way from lightness to a coloured picture. Pure."""
