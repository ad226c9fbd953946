"""Pages: examples written by hand, small companies to build them from, words to read them with."""
