"""What happens, in order. Bodies are deterministic and short: every effect is a step."""
