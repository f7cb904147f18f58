"""The service and all vendors in one process and one thread, under a simulated clock: a seed reproduces a run."""
