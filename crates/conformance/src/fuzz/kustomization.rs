//! Any text as a kustomization file, and any two as an object and its patch:
//! what is built is the same each time, and is YAML.

use std::sync::Arc;

use seatrial_kustomize::{Build, Loader, Options, build};
use seatrial_source::{FileId, MemoryFiles, SourceMap, TreePath};
use seatrial_yaml::{Dialect, Limits, parse};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: b, env: [{name: x, value: y}]}\n";
const BASE: &str = "resources: [web.yaml]\nconfigMapGenerator:\n- {name: m, literals: [a=b]}\n";

/// Builds with the text as `kustomization.yaml`.
pub fn kustomization(bytes: &[u8]) {
    let tree = [
        ("kustomization.yaml", bytes),
        ("web.yaml", WEB.as_bytes()),
        ("base/kustomization.yaml", BASE.as_bytes()),
        ("base/web.yaml", WEB.as_bytes()),
        // A text that any field may name.
        ("x.yaml", bytes),
    ];
    check(&tree);
}

/// Builds with the text up to its first zero byte as an object, and the rest as
/// a patch of both kinds.
pub fn patch(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (object, patch) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    for kustomization in [
        "resources: [o.yaml]\npatches: [{path: p.yaml}]\n",
        "resources: [o.yaml]\npatches: [{path: p.yaml, target: {}}]\n",
        "resources: [o.yaml]\npatchesStrategicMerge: [p.yaml]\n",
    ] {
        check(&[("kustomization.yaml", kustomization.as_bytes()), ("o.yaml", object), ("p.yaml", patch)]);
    }
}

fn check(tree: &[(&str, &[u8])]) {
    let files: MemoryFiles = tree.iter().map(|(path, bytes)| (path, bytes.to_vec())).collect();
    let built = made(&files);
    let (text, marks) = built.marked_text();
    assert_eq!(text, made(&files).text(), "a second build differs");
    assert!(marks.iter().all(|(start, end, _)| start <= end && *end <= text.len()));
    let stream = parse(FileId(0), text.as_str().into(), Dialect::GoYaml2, &Limits::default());
    assert!(stream.is_accepted(), "what is printed is no YAML: {text}");
}

fn made(files: &MemoryFiles) -> Build {
    let mut sources = SourceMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| {
        sources.find(path).unwrap_or_else(|| sources.add(path.clone(), Arc::clone(text)))
    };
    let mut loader = Loader::new(files, &mut register);
    build(&TreePath::top(), &mut loader, &Options::default())
}
