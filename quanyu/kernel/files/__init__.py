"""Stored files: size, type by content, hash, and who may open them (附件)."""
