//! What a unit would apply, as text.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use seatrial_diagnostics::{Location, Sources};
use seatrial_helm::{Options, Show};
use seatrial_model::{Object, Unit, UnitKind};
use seatrial_source::{FileId, Span};
use seatrial_yaml::edit::{Content, Operation, apply, edit};
use seatrial_yaml::emit::{EmitOptions, emit};
use seatrial_yaml::{Dialect, FieldPath, Limits, Node, PathStep, parse};

use crate::template::Refusal;
use crate::{Rendering, locate};

/// Nesting that is looked into.
const DEPTH_MAX: usize = 100;

/// What a unit would apply, and what speaks against it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitText {
    /// The text.
    pub text: String,
    /// By line of the text: the places that set it, where they were asked for.
    pub origins: Vec<Vec<Span>>,
    /// What a real program would refuse.
    pub refusals: Vec<Refusal>,
}

/// The objects of a unit that one document of a text holds.
struct Page<'r> {
    objects: Vec<&'r Object>,
    span: Span,
}

/// A field of a document, and the lines that it is printed in.
struct Line {
    path: FieldPath,
    first: usize,
    last: usize,
}

impl Rendering {
    /// What a unit would apply: of a chart what `helm template` prints, of a
    /// kustomization what `kustomize build` does, of anything else its
    /// documents. With `options.trace` the lines know where they come from.
    pub fn text_of(&self, unit: &Unit, options: &Options, show: &Show) -> UnitText {
        match unit.kind {
            UnitKind::Helm => self.charts.text_of(unit.id, &self.sources, options, show),
            UnitKind::Kustomize => {
                let mut made = self.kustomizations.text_of(unit.id);
                if options.trace {
                    made.origins.iter_mut().for_each(|it| self.written(it));
                }
                made
            }
            UnitKind::Manifests => self.documents_of(unit, options.trace),
            UnitKind::ArgoCd | UnitKind::Flux => {
                let mut refusals = self.charts.refusals_of(unit.id);
                refusals.extend(self.kustomizations.refusals_of(unit.id));
                let gaps = self.gaps.get(&unit.id).into_iter().flatten();
                refusals.extend(gaps.map(|it| Refusal { message: it.clone(), at: None }));
                UnitText { refusals, ..self.documents_of(unit, options.trace) }
            }
            UnitKind::Compose => {
                let message = format!("{} cannot be rendered yet", unit.name);
                UnitText { refusals: vec![Refusal { message, at: None }], ..UnitText::default() }
            }
        }
    }

    fn documents_of(&self, unit: &Unit, is_traced: bool) -> UnitText {
        let mut all = UnitText::default();
        for page in self.pages(unit) {
            let (text, placed) = self.page_text(&page);
            all.text.push_str("---\n");
            all.text.push_str(&text);
            all.text.push('\n');
            if is_traced {
                all.origins.push(Vec::new());
                all.origins.extend(self.page_origins(unit, &page, &text, &placed));
            }
        }
        all
    }

    fn pages(&self, unit: &Unit) -> Vec<Page<'_>> {
        let mut pages: Vec<Page<'_>> = Vec::new();
        // Who names a file of a directory asks for nothing else of it.
        let named = self.sources.find(&self.scope).filter(|_| unit.kind == UnitKind::Manifests);
        let objects = self.repository.bundle(unit.id).objects().iter();
        for object in objects.filter(|it| named.is_none_or(|file| it.span().file == file)) {
            let documents = object.source().stream.documents().iter();
            let Some(span) = documents.map(|it| it.span).find(|it| it.contains(object.span())) else {
                continue;
            };
            match pages.last_mut().filter(|it| it.span == span) {
                Some(page) => page.objects.push(object),
                None => pages.push(Page { objects: vec![object], span }),
            }
        }
        pages
    }

    /// The text of a document, with the namespaces that its objects are put
    /// into, and where these stand in it.
    fn page_text(&self, page: &Page<'_>) -> (String, FxHashSet<FieldPath>) {
        let stream = &page.objects[0].source().stream;
        let is_made = self.is_generated(page.span.file);
        let mut text = if let Some(root) = document_root(page).filter(|_| is_made) {
            // Nobody sees the text that it was made as.
            emit(root, &EmitOptions::new(Dialect::GoYaml2))
        } else {
            let written = stream.text().get(page.span.range()).unwrap_or_default();
            let written = written.strip_prefix("---").unwrap_or(written);
            written.trim_start_matches(['\n', '\r']).to_owned()
        };
        text.truncate(text.trim_end().len());
        let unwritten = page.objects.iter().filter(|it| it.field(&["metadata", "namespace"]).is_none());
        let words = unwritten
            .filter_map(|it| Some((path_of(page, it).key("metadata").key("namespace"), it.namespace()?)));
        with_texts(text, words)
    }

    /// By line, where each field of a document comes from.
    fn page_origins(
        &self,
        unit: &Unit,
        page: &Page<'_>,
        text: &str,
        placed: &FxHashSet<FieldPath>,
    ) -> Vec<Vec<Span>> {
        let mut origins: Vec<Vec<Span>> = vec![Vec::new(); text.lines().count()];
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
        let breaks: Vec<u32> = text.match_indices('\n').map(|(at, _)| at as u32).collect();
        let mut lines = Vec::new();
        for root in stream.roots() {
            walk(root, &FieldPath::root(), &breaks, DEPTH_MAX, &mut lines);
        }
        let roots: Vec<(FieldPath, &Object)> =
            page.objects.iter().map(|it| (path_of(page, it), *it)).collect();
        let by_root: FxHashMap<&[PathStep], &Object> =
            roots.iter().map(|(path, it)| (path.steps(), *it)).collect();
        let depths: BTreeSet<usize> = roots.iter().map(|(path, _)| path.len()).collect();
        let destination = self.destination(unit);
        for Line { path, first, last } in lines {
            let places = if placed.contains(&path) {
                destination.into_iter().collect()
            } else {
                let steps = path.steps();
                let holder = depths.iter().find_map(|&at| by_root.get(steps.get(..at)?).map(|it| (at, *it)));
                holder.map(|(at, object)| self.places(object, &steps[at..])).unwrap_or_default()
            };
            for origin in origins.iter_mut().take(last + 1).skip(first) {
                let new = places.iter().filter(|it| !origin.contains(it)).copied().collect::<Vec<_>>();
                origin.extend(new);
            }
        }
        origins
    }

    /// The places that set a field of an object.
    fn places(&self, object: &Object, steps: &[PathStep]) -> Vec<Span> {
        let own: FieldPath = steps.iter().cloned().collect();
        let origin = self.origin(&Location::field(object.unit(), object.id(), own));
        let spans = origin.into_iter().flat_map(|it| {
            let via = it.via.into_iter().map(|step| step.span);
            std::iter::once(it.edit).chain(via).collect::<Vec<_>>()
        });
        let mut found = Vec::new();
        for span in spans.filter(|it| !self.is_made(it.file)) {
            if !found.contains(&span) {
                found.push(span);
            }
        }
        found
    }

    /// Where the object that has a unit applied names the namespace.
    fn destination(&self, unit: &Unit) -> Option<Span> {
        let by = self.repository.facts.deliveries.iter().find(|it| it.unit == unit.id)?.by;
        let object = self.repository.objects().find(|it| it.span() == by)?;
        let destination = object.field(&["spec", "destination", "namespace"]);
        let node = destination.or_else(|| object.field(&["spec", "targetNamespace"]))?;
        let origin = self.origin(&Location::text(node.span()))?;
        Some(origin.edit).filter(|it| !self.is_made(it.file))
    }
}

fn document_root<'p>(page: &Page<'p>) -> Option<Node<'p>> {
    let stream = &page.objects.first()?.source().stream;
    let at = stream.documents().iter().position(|it| it.span == page.span)?;
    stream.document_root(at)
}

/// The way to an object from the top of its document.
fn path_of(page: &Page<'_>, object: &Object) -> FieldPath {
    let source = object.source();
    let own = source.stream.node(source.root);
    document_root(page).and_then(|root| locate::path_to(root, own)).unwrap_or_default()
}

/// A text with words put in where none are written, and where one could be.
fn with_texts<'w>(
    text: String,
    words: impl Iterator<Item = (FieldPath, &'w str)>,
) -> (String, FxHashSet<FieldPath>) {
    let stream = parse(FileId(0), Arc::from(&*text), Dialect::GoYaml2, &Limits::default());
    let (mut edits, mut placed) = (Vec::new(), FxHashSet::default());
    for (path, word) in words {
        let content = Content::Text(word.to_owned());
        let operation = Operation::Insert { path: path.clone(), content };
        let found = stream.roots().next().and_then(|root| edit(root, &operation).ok());
        placed.extend(found.is_some().then_some(path));
        edits.extend(found.into_iter().flatten());
    }
    match apply(&text, &edits) {
        Some(edited) => (edited, placed),
        None => (text, FxHashSet::default()),
    }
}

/// The lines of what stands below a node, in a text with these line breaks.
fn walk(node: Node<'_>, path: &FieldPath, breaks: &[u32], depth: usize, lines: &mut Vec<Line>) {
    if depth == 0 || node.is_alias() {
        return;
    }
    let line_of = |at: u32| breaks.partition_point(|it| *it < at);
    let step = |step: PathStep| {
        let mut path = path.clone();
        path.push(step);
        path
    };
    if node.is_sequence() {
        for (at, item) in node.items().enumerate() {
            walk(item, &step(PathStep::Index(at as u32)), breaks, depth - 1, lines);
        }
    } else if node.is_mapping() {
        for entry in node.written_entries() {
            let path = step(PathStep::Key(entry.name().as_ref().into()));
            let first = line_of(entry.key.written_span().start);
            let is_leaf = !entry.value.is_mapping() && !entry.value.is_sequence();
            if !is_leaf || entry.value.is_empty() {
                lines.push(Line { path: path.clone(), first, last: first });
            }
            walk(entry.value, &path, breaks, depth - 1, lines);
        }
    } else {
        let span = node.written_span();
        let last = line_of(span.end.max(span.start + 1) - 1);
        lines.push(Line { path: path.clone(), first: line_of(span.start), last });
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::gitops::testing;

    const APP: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  \
                       source: {repoURL: 'https://github.com/example/shop', path: deploy}\n  destination:\n    namespace: shop\n";

    /// What a unit would apply, each line with where it is written.
    fn printed(unit: &str, files: &[(&str, &str)]) -> String {
        let rendering = testing::rendered("github.com/example/shop", files);
        let unit = rendering.repository.units.iter().find(|it| it.name == unit).expect("there is the unit");
        let options = Options { trace: true, ..Options::default() };
        let made = rendering.text_of(unit, &options, &Show::default());
        let mut out = String::new();
        for (at, line) in made.text.lines().enumerate() {
            let places = made.origins.get(at).into_iter().flatten().map(|it| {
                let line = rendering.sources.positions(*it).0.line;
                format!("{}:{line}", rendering.sources.file(it.file).path())
            });
            let places: Vec<String> = places.collect();
            let line = format!("{line} <- {}", places.join(" "));
            writeln!(out, "{}", line.trim_end_matches(" <- ")).expect("a string takes everything");
        }
        for refusal in made.refusals {
            writeln!(out, "refused: {}", refusal.message).expect("a string takes everything");
        }
        out
    }

    #[test]
    fn an_application_is_what_argo_cd_would_apply() {
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: |\n    b\n    c\n";
        assert_eq!(
            printed("argocd:app.yaml#argocd/web", &[("app.yaml", APP), ("deploy/one.yaml", map)]),
            "---\napiVersion: v1 <- deploy/one.yaml:1\nkind: ConfigMap <- deploy/one.yaml:2\n\
             metadata: <- deploy/one.yaml:3\n  name: one <- deploy/one.yaml:4\n  namespace: shop <- app.yaml:7\n\
             data: <- deploy/one.yaml:5\n  a: | <- deploy/one.yaml:6\n    b <- deploy/one.yaml:6\n    \
             c <- deploy/one.yaml:6\n"
        );
    }

    #[test]
    fn each_item_of_a_list_is_put_into_the_namespace() {
        let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: one\n\
                    - apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: two}\n";
        let found = printed("argocd:app.yaml#argocd/web", &[("app.yaml", APP), ("deploy/all.yaml", list)]);
        assert!(
            found.contains("    namespace: shop <- app.yaml:7\n- apiVersion: v1 <- deploy/all.yaml:8\n"),
            "{found}"
        );
        assert!(
            found.contains(
                "{name: two, namespace: shop} <- deploy/all.yaml:10 deploy/all.yaml:10 app.yaml:7\n"
            ),
            "{found}"
        );
    }

    #[test]
    fn lines_of_a_chart_lead_to_its_values() {
        let files = [
            ("app.yaml", APP),
            ("deploy/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
            ("deploy/values.yaml", "name: set\n"),
            (
                "deploy/templates/a.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n  namespace: own\n",
            ),
        ];
        assert_eq!(
            printed("argocd:app.yaml#argocd/web", &files),
            "---\napiVersion: v1 <- deploy/templates/a.yaml:1\nkind: ConfigMap <- deploy/templates/a.yaml:2\n\
             metadata: <- deploy/templates/a.yaml:3\n  name: set <- deploy/values.yaml:1 deploy/templates/a.yaml:4\n  \
             namespace: own <- deploy/templates/a.yaml:5\n"
        );
    }

    #[test]
    fn values_of_a_release_that_is_applied_lead_to_where_they_are_written() {
        let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: flux-system}\n\
                    spec:\n  path: ./apps\n  sourceRef: {kind: GitRepository, name: flux-system}\n";
        let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                       chart: {spec: {chart: ./chart, sourceRef: {kind: GitRepository, name: flux-system, namespace: flux-system}}}\n  \
                       values:\n    name: set\n";
        let chart = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name }}\n";
        let files = [
            ("flux/apps.yaml", flux),
            ("apps/web.yaml", release),
            ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
            ("chart/templates/a.yaml", chart),
        ];
        let found = printed("flux:apps/web.yaml#shop/web", &files);
        assert!(found.contains("  name: set <- apps/web.yaml:7 chart/templates/a.yaml:4\n"), "{found}");
    }

    #[test]
    fn applications_of_a_set_are_printed_as_others_would_write_them() {
        let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  \
                   generators: [{list: {elements: [{env: test}]}}]\n  template:\n    metadata:\n      name: 'web-{{env}}'\n    \
                   spec: {project: default}\n";
        let found = printed("argocd:set.yaml#argocd/all", &[("set.yaml", set)]);
        assert!(found.contains("\nmetadata: <- set.yaml:8\n  name: web-test <- set.yaml:8\n"), "{found}");
    }

    #[test]
    fn what_is_missing_is_refused() {
        let files = [("app.yaml", APP), ("other/one.yaml", "a: b\n")];
        assert_eq!(
            printed("argocd:app.yaml#argocd/web", &files),
            "refused: `deploy`, which Application web deploys, is not here\n"
        );
    }
}
