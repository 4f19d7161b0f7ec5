"""What is measured: each module runs in a fresh interpreter and prints one JSON object of figures."""
