"""`sempre key`: the key that everything stored is encrypted with."""
