"""The only SQL. One file of statements per noun; `database` runs transactions, `migrate` shapes the file."""
