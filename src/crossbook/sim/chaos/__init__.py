"""What goes wrong between simulated venues and their clients, by seed and plan or on demand."""
