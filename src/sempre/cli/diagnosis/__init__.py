"""What `sempre doctor` looks at, one file a subject. Looks only: nothing here changes anything."""
