"""What happens when the machine is not as it should be, or something is killed (运维)."""
