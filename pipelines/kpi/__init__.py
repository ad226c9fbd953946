"""The KPI layer: from the catalogue to SQL models, and from a value back to its rows."""
