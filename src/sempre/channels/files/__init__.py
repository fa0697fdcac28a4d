"""Prompt files in, answer files out: a folder under `.queue/` is a worker. `channel.FilesChannel` is the way in."""
