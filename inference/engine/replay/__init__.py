"""A model's forward pass run again as straight-line code, without the model's own Python.

Of a decode step on a small model, more than half of the time goes into the Python between the torch calls: modules, hooks,
configuration, output classes. ``recorder`` writes down the torch calls of one pass, ``learn`` finds out from several what depends on the
number of tokens, ``simplify`` takes out what need not be computed in every step, ``program`` makes code of it. A model whose course
depends on the values in its tensors raises ``Untapeable``, and runs as it is. None of this knows of families or of requests.
"""
