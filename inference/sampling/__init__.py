"""From logits to a token: stages, the dice and the trace. Knows nothing of models, caches, strategies or I/O.

``choose`` takes the logits of one step of a batch and the ``Sampler`` of each row. It works in numpy float64 on the CPU: at
these sizes an operation of numpy costs a fraction of one of torch, and its results do not depend on threads or neighbours.
"""
