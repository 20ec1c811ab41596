//! What a unit would apply, as text.

use seatrial_helm::{Options, Show};
use seatrial_model::{Unit, UnitKind};
use seatrial_source::Span;

use crate::template::Refusal;
use crate::{Rendering, secrets};

/// What a unit would apply, and what speaks against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitText {
    /// The text.
    pub text: String,
    /// What a real program would refuse.
    pub refusals: Vec<Refusal>,
}

impl Rendering {
    /// What a unit would apply: of a chart what `helm template` prints, of a
    /// directory its documents.
    pub fn text_of(&self, unit: &Unit, options: &Options, show: &Show) -> UnitText {
        match unit.kind {
            UnitKind::Helm => self.charts.text_of(unit.id, &self.sources, options, show),
            UnitKind::Kustomize => self.kustomizations.text_of(unit.id),
            UnitKind::Manifests => UnitText { text: self.documents_of(unit), refusals: Vec::new() },
            _ => {
                let message = format!("{} cannot be rendered yet", unit.name);
                UnitText { text: String::new(), refusals: vec![Refusal { message, at: None }] }
            }
        }
    }

    fn documents_of(&self, unit: &Unit) -> String {
        let mut spans: Vec<Span> = Vec::new();
        for object in self.repository.bundle(unit.id).objects() {
            let documents = object.source().stream.documents().iter();
            let around = documents.map(|it| it.span).find(|it| it.contains(object.span()));
            spans.extend(around.filter(|it| spans.last() != Some(it)));
        }
        let mut text = String::new();
        for span in spans {
            let document = self.sources.text(span);
            let document = document.strip_prefix("---").unwrap_or(document);
            text.push_str("---\n");
            text.push_str(document.trim_start_matches(['\n', '\r']).trim_end());
            text.push('\n');
        }
        text
    }
}

/// A text of objects with its secret values masked.
pub fn masked(text: &str) -> String {
    use seatrial_source::FileId;
    use seatrial_yaml::{Dialect, Limits, parse};
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let mut clean = String::new();
    let mut done = 0;
    for span in secrets::of_file(FileId(0), text, Some(&stream)) {
        clean.push_str(&text[done..span.start as usize]);
        clean.push_str("********");
        done = span.end as usize;
    }
    clean.push_str(&text[done..]);
    clean
}
