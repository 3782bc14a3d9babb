"""What a worker process does with a run: load its model, decode it, and log what the engine says. Knows nothing of Celery."""
