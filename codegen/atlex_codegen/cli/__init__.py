"""The commands of ``atlex`` that make packages: one module for each. ``atlex_cli`` has the list of all."""
