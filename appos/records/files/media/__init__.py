"""What files look like inside: one module for each family of formats."""
