"""What designs that show one picture at a time, real or fake, have in common."""
