"""The web server: waits for slow and idle connections without holding a thread, and logs nobody's secrets."""
