"""The soak: the real process under load and faults for minutes, then every promise checked. `python -m bench.soak`."""
