"""Production without Docker: the same processes as ``docker/compose.yaml``, started and kept by one command on one machine.

Knows nothing of Django: it must start before there is a database.
"""
