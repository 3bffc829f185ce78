"""The peers: bare bots of other libraries, each a process that does the calls of a step and keeps nothing."""
