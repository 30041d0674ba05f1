"""From a loopback socket to best prices that Python can read: how late, and how many a second."""
