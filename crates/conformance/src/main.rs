//! Recorded answers of real programs against ours.

fn main() {}
