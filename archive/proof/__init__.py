"""Proofs of events: the sheet, and the bundle that anybody can check without the archive."""
