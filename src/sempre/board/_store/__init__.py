"""The board's tables: one module each. Only the package's own classes call them."""
