"""Decoding strategies and what they share: text, stopping. Knows nothing of models or caches."""
