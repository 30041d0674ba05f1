"""The one driver of sockets and REST: what reaches the network."""
