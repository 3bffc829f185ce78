"""Tests of the local Bot API server, all over real HTTP."""
