"""Facts read out of records: budgets, numbers taken apart, annual reports and their checks, transparency cards."""
