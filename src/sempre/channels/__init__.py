"""Where messages come from and answers go. Each channel is a leaf: it sees the contract and the foundations."""
