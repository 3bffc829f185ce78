"""How right the labels are, how sure that is shown to be, and what it costs: on crowds with known truth."""
