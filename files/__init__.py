"""Bytes in, bytes out: archives, pictures, tables, charts. Pure functions that run in worker processes."""
