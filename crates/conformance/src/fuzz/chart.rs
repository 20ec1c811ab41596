//! Any files as a chart, any text as values of the command line: the render
//! ends, comes out the same twice and traced as plain, in each version of Helm.

use std::sync::Arc;

use seatrial_helm::template::Limits;
use seatrial_helm::{
    Argument, HelmVersion, Loader, Options, RenderError, Rendered, Show, ValuesInput, render,
};
use seatrial_source::{MemoryFiles, SourceMap, TreePath};

use super::discover::files_of;

/// Where the lines before the first file's name go.
const FIRST: &str = "templates/a.yaml";
/// A chart that prints all its values.
const MIRROR: &[u8] = b"a: {{ toYaml .Values | nindent 2 }}
=== Chart.yaml
apiVersion: v2
name: mirror
version: 0.1.0
=== values.yaml
a: {b: [1, {c: d}], e: null}
f: 1.5
";

/// Renders a chart made of the bytes. `=== NAME` on a line of its own starts a file.
pub fn chart(bytes: &[u8]) {
    let files = files_of(bytes, FIRST);
    for helm in HelmVersion::ALL {
        agree(&files, &ValuesInput::default(), helm);
    }
}

/// Sets values: the first byte says with which flag and in which version.
pub fn strvals(bytes: &[u8]) {
    let Some((&choice, text)) = bytes.split_first() else { return };
    let text: Arc<str> = String::from_utf8_lossy(text).into();
    let file = SourceMap::new().add(TreePath::new("argument"), Arc::clone(&text));
    let given = vec![Argument { file, text }];
    let mut values = ValuesInput::default();
    match choice % 4 {
        0 => values.set = given,
        1 => values.set_string = given,
        2 => values.set_json = given,
        _ => values.set_literal = given,
    }
    let helm = HelmVersion::ALL[usize::from(choice / 4) % HelmVersion::ALL.len()];
    agree(&files_of(MIRROR, FIRST), &values, helm);
}

fn agree(files: &MemoryFiles, values: &ValuesInput, helm: HelmVersion) {
    let Some(plain) = rendered(files, values, helm, false) else { return };
    let traced = rendered(files, values, helm, true).expect("it was loaded before");
    assert_eq!(said(&plain), said(&traced), "tracing changes what is rendered by {}", helm.name());
    for file in traced.files.iter().filter(|it| !it.is_crd) {
        let length: u64 = file.pieces.iter().map(|it| u64::from(it.length)).sum();
        assert_eq!(length, file.text.len() as u64, "the pieces of {} do not make up its text", file.path);
    }
    let again = rendered(files, values, helm, false).expect("it was loaded before");
    assert_eq!(said(&plain), said(&again), "a second render says something else");
}

/// What is printed, and what speaks against it.
fn said(rendered: &Rendered) -> (Result<String, String>, Vec<String>) {
    let text = rendered.output(&Show::default()).map(|it| it.text);
    (text, rendered.errors.iter().map(RenderError::printed).collect())
}

fn rendered(files: &MemoryFiles, values: &ValuesInput, helm: HelmVersion, trace: bool) -> Option<Rendered> {
    let mut sources = SourceMap::new();
    let mut register = |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), Arc::clone(text));
    let mut loader = Loader { files, register: &mut register, helm, alone: None };
    let chart = loader.directory(&TreePath::top()).chart?;
    let limits = Limits { steps: 300_000, output_bytes: 1 << 20, depth: 2_000 };
    Some(render(&chart, values, &Options { helm, trace, limits, ..Options::default() }))
}
