"""What designs have in common that let people choose between pictures of several conditions."""
