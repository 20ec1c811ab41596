//! Generated pages and checks of the house itself.

fn main() {}
