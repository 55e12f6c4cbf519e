"""Messages to operators and desks: watches, and changes of health."""
