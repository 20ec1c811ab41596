//! Which program's reading of a text is asked for, and how much it may cost.

/// The Go library whose behaviour a parse follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// `go.yaml.in/yaml/v2` below `sigs.k8s.io/yaml`: kubectl, Helm values,
    /// kustomization files. `yes` is a boolean, the last duplicate key wins.
    GoYaml2,
    /// `go.yaml.in/yaml/v3`: resources in Kustomize. `yes` is a string, a
    /// duplicate key is an error.
    GoYaml3,
    /// `encoding/json`, a stream of values.
    Json,
}

/// Bounds on what one text may cost. The defaults refuse nothing that the Go
/// libraries read and a person writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of text.
    pub bytes: usize,
    /// Deepest nesting, counted as the Go libraries do: block and flow
    /// collections each on their own.
    pub depth: usize,
    /// Most nodes of one text.
    pub nodes: usize,
    /// Most places of one document at which reading goes on after broken
    /// syntax; behind that, the rest of it is skipped.
    pub problems: usize,
    /// Most nodes one document may visit through aliases, whatever its size.
    pub alias_visits: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 20, depth: 10_000, nodes: 1_000_000, problems: 20, alias_visits: 4_000_000 }
    }
}
