"""From page models to files: rendering, the build folder, the index, notices, the swap."""
