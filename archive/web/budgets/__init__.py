"""Pages of budgets and final accounts: a county's grid, a year's table, a unit's money, the cell of a figure."""
