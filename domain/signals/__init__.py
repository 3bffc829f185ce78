"""What stands out in how people answer: signals for a human to look at, never verdicts. See docs/quality.md."""
