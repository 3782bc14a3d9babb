"""What is measured of a bundled model; one question a module, each a function from a `Subject` to numbers."""
