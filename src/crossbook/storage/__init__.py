"""Files that hold what venues sent, and what became of it."""
