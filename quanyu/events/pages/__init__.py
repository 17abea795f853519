"""The residents' pages and the desk's: parse, one call, a template with ready values (页面)."""
