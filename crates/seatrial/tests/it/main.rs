//! The command line, as a person or a pipeline uses it.
