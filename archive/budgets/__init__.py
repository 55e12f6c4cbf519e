"""Budgets and final accounts: which tables are some, their lines, amounts and the identities that hold them."""
