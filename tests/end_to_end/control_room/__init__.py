"""The control room in a real browser, before the real server in rehearsal."""
