"""What proves an event: its sheet, and the bundle that anybody can check without the archive."""
