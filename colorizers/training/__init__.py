"""Training of the networks: a recipe and a folder of photographs in, weights and their record out."""
