"""Readers' work in processes of their own, which can be killed: apart from the process that makes pages."""
