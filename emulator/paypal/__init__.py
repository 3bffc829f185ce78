"""A local stand-in of PayPal Payouts: strict, faulty on demand, and with a count of what it really paid."""
