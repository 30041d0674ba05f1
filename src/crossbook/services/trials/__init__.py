"""Trials: random faults between simulated venues and a feed, and books that must be right."""
