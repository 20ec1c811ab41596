//! Findings for a terminal, with source excerpts.
