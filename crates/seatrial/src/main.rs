//! Takes a Kubernetes application through its sea trials before it sails.

fn main() {}
