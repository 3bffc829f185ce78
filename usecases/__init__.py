"""Everything the product can do, as verbs: plain functions of a transaction, one each. They know no language."""
