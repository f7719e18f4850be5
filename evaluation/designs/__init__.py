"""What is concluded from the answers; one file a design, of the same name as in studies/designs. Pure."""
