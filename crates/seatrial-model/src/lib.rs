//! Kubernetes objects, the references between them, units and bundles.
