"""Places and their tree: province, city, district, street, community, grid, building (区划、网格、房屋)."""
