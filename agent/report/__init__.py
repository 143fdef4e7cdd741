"""The report: what office IT gets to see of the status document, and nothing else."""
