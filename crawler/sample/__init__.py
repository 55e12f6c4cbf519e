"""The bundled sample portal: its pages day by day, and a server for them."""
