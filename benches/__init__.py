"""What crossbook costs on recorded frames, beside the alternatives, in one run."""
