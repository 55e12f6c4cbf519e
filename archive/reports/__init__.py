"""Annual reports on disclosure 政府信息公开工作年度报告: their statistics, their prose, and what these say of each other."""
