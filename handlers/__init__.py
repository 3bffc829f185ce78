"""The conversation: one file per topic. Each handler decodes, calls one use case, and answers."""
