"""The SQL of alerts and of the notices about them."""
