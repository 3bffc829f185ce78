"""Reproducible measurements against named peers: `make bench`. Only ratios within one run mean anything."""
