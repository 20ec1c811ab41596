//! The pipeline as a library: discover, render, check, resolve, verdict.
