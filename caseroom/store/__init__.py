"""Memory: what outlives a process."""
