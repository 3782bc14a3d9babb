"""What a site forbids in prompts and outputs: lists of literals and linear-time patterns. Torch-free; knows nothing of runs or of who keeps the lists."""
