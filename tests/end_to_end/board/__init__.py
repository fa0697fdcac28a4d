"""Cards on their way through the stages: the real server, the real Claude Code on the rehearsal, a real browser."""
