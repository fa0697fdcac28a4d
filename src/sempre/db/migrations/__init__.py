"""Alembic's folder: env.py runs what stands in versions/, on the connection that schema.ensure gives it."""
