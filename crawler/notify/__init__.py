"""Messages: watches, changes of health, delivery by mail and webhook."""
