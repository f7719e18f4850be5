"""The processes of an installation on one machine: Redis, worker and web, started and stopped together."""
