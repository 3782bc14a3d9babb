"""Looking into what a model makes of a text, through the engine. Knows nothing of sites, sockets or tasks."""
