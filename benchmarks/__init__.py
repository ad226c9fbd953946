"""Speed, memory and growth, beside a hand-written lower bound and an analyst's pandas."""
