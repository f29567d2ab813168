"""Network definitions, one architecture a file."""
