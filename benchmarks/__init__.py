"""Measurements that anyone can repeat: ``make bench``, or one at a time, ``python -m benchmarks.engine``. Never part of the tests."""
