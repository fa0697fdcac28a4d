"""All that a channel, a skill or an agent may rely on: words and protocols, no behaviour, no I/O."""
