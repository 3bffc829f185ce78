"""The process: settings, wiring, what comes in and what goes out. Imports everybody, imported by nobody."""
