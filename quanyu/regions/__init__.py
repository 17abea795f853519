"""Places and their tree: from province to street, grid and building (区划、网格、房屋)."""
