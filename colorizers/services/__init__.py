"""What the image side does: photos in, colorizers registered, the catalogue filled."""
