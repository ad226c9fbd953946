"""attain: sales KPIs, receivables, commission and appraisal from a company's exports."""

__version__ = "0.1.0"
