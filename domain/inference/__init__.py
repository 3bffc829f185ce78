"""What labels are right, how sure that is, and how reliable who gave them: see docs/quality.md."""
