"""What `make check` runs. Tooling only: nothing here is part of the product."""
