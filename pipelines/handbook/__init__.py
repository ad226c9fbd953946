"""Generated documentation: the KPI handbook and the tables that go in and come out."""
