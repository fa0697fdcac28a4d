"""What `make bench` measures, side by side with what a user would do instead. Ratios of one run count; a machine is noisy."""
