"""Pages on which readers subscribe to what is observed, confirm that, and leave."""
