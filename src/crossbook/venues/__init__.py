"""What crossbook knows of each venue, without any input or output of its own."""
