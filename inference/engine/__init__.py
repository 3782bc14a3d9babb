"""Loading models and decoding with them, many runs at once. Knows nothing of who asks or where the events go."""
