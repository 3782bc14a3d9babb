"""The generator of the training text. Everything in it was written for this project."""
