"""The rules, pure and synchronous: no clock, no chance, no database, no network."""
