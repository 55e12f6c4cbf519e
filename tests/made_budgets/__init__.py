"""Budgets and final accounts made up with known cells, printed in every format. No unit of them exists: all say that they are samples."""
