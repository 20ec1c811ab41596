//! The YAML dialects of Kubernetes' tools, lossless and with byte spans.
