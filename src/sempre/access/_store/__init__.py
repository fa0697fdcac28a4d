"""The SQL of logins and stored credentials."""
