"""Where batches run: in threads of this process, or on workers of a cluster. What is done to a batch is the same."""
