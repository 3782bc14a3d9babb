"""What web processes and workers both know of a run: what travels with it, what its log says, how it ends. Torch-free."""
