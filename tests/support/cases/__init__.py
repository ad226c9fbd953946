"""Companies of worked cases: canonical files and plans as an example in a book has them."""
