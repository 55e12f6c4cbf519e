"""The sample portal, made of the 2017 report, on several days."""
