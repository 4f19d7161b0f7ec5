"""The ``atlex`` command: sessions, calls, records and what the generator offers, on the command line."""
