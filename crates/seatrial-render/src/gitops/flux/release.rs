//! A release of Flux: a chart with the values that the object hands over.

use std::fmt::Write as _;
use std::sync::Arc;

use seatrial_model::{SkipCode, UnitKind};
use seatrial_source::{RemoteSource, TreePath, without_credentials};
use seatrial_yaml::Node;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::super::Deliverer;
use super::post_renderers::changes_objects;
use super::sources::Lead;
use super::{Call, Gap, Yield, is_literal, word};
use crate::charts;
use crate::charts::layers::Layer;
use crate::charts::release::Release;
use crate::units::{DraftObject, Made};

/// Where a chart lies.
struct Lies<'a> {
    /// The top of its source.
    top: &'a TreePath,
    chart: &'a TreePath,
    /// Whether it was fetched from another host.
    is_away: bool,
}

/// Longest name of a release.
const NAME_MAX: usize = 53;
/// Digits of the hash that ends a longer one.
const HASH_LENGTH: usize = 12;

impl Deliverer<'_> {
    pub(super) fn flux_release(&mut self, call: &Call<'_>) -> Result<Yield, Gap> {
        let title = &call.title;
        let nothing = || unknown(format!("{title} names no chart"));
        let Some(reference) = call.spec.get("chartRef") else {
            let chart = call.spec.get("chart").and_then(|it| it.get("spec")).ok_or_else(nothing)?;
            return self.release_from(call, chart, call.namespace);
        };
        let Lead::Elsewhere(source) = self.lead(call, Some(reference), call.namespace)? else {
            return Err(nothing());
        };
        if source.identity.kind() != "HelmChart" {
            return self.remote_artifact(call, &source);
        }
        let stream = Arc::clone(&source.source.stream);
        let chart = stream.node(source.source.root).get("spec").ok_or_else(nothing)?;
        // Its source lies beside it, not beside the release.
        let namespace = word(reference, "namespace").unwrap_or(call.namespace);
        self.release_from(call, chart, namespace)
    }

    /// Installs a chart as a release says it, or an object `HelmChart` of a namespace.
    fn release_from(&mut self, call: &Call<'_>, chart: Node<'_>, namespace: &str) -> Result<Yield, Gap> {
        let title = &call.title;
        let assumption = match self.lead(call, chart.get("sourceRef"), namespace)? {
            Lead::Here { assumption } => assumption,
            Lead::Elsewhere(source) => return self.remote_chart(call, chart, &source),
        };
        let written = word(chart, "chart").unwrap_or_default();
        let directory = self.here.path(written).filter(|_| is_literal(written));
        let place =
            directory.as_ref().and_then(|it| self.charts.all.iter().position(|chart| chart.path == *it));
        let (Some(directory), Some(place)) = (directory, place) else {
            return Err(unknown(format!(
                "`{written}`, which {title} installs, is no chart that could be loaded"
            )));
        };
        let top = self.here.path("").unwrap_or_else(TreePath::top);
        let files =
            self.values_files_of(call, chart, &Lies { top: &top, chart: &directory, is_away: false })?;
        let release = self.release_of(call, chart);
        self.take_over_chart(&directory, call.unit);
        let mut made = self.installed(call, place, files, release)?;
        made.assumptions.extend(assumption);
        Ok(made)
    }

    /// The release as the object says it, of a chart.
    fn release_of(&mut self, call: &Call<'_>, chart: Node<'_>) -> Release {
        let named: Vec<Node<'_>> = named_files(chart).collect();
        let policy = call.spec.get("install").and_then(|it| word(it, "crds"));
        let mut release = Release {
            label: call.unit.to_owned(),
            name: Some(release_name(call.root, call.spec)),
            namespace: word(call.spec, "targetNamespace").unwrap_or(call.namespace).to_owned(),
            skips_crds: policy == Some("Skip"),
            // The chart is packed anew with those that are named, and no others.
            replaces_own: !named.is_empty() && !is_own_alone(&named),
            ..Release::default()
        };
        for from in call.spec.get("valuesFrom").into_iter().flat_map(Node::items) {
            self.values_from(call, from, &mut release);
        }
        if let Some(values) = call.spec.get("values").filter(|it| it.is_mapping()) {
            let inline = self.inline(call, values, "values");
            release.values.push(inline);
        }
        release
    }

    /// The values files, which are named from the top of the source.
    fn values_files_of(
        &mut self,
        call: &Call<'_>,
        chart: Node<'_>,
        lies: &Lies<'_>,
    ) -> Result<Vec<Layer>, Gap> {
        let is_lenient = chart.get("ignoreMissingValuesFiles").and_then(Node::as_bool) == Some(true);
        let named: Vec<Node<'_>> = named_files(chart).collect();
        if is_own_alone(&named) {
            return Ok(Vec::new());
        }
        let mut files: Vec<Layer> = Vec::new();
        for node in named {
            let written = node.as_str().unwrap_or_default();
            let path = lies.top.join(written.trim().trim_start_matches('/'));
            let path = path.filter(|it| it.is_within(lies.top) && is_literal(written));
            let file = path.as_ref().and_then(|path| self.text(path));
            match (path, file) {
                (Some(path), Some(file)) if !files.iter().any(|it| it.file == file) => {
                    if lies.is_away {
                        // Nobody edits it here.
                        self.generated.add_whole(file, node.span());
                    }
                    let name = path.below(lies.chart).unwrap_or(path.as_str()).to_owned();
                    files.push(Layer { file, name });
                }
                (_, None) if !is_lenient => {
                    return Err(unknown(format!("values file `{written}` of {} is not here", call.title)));
                }
                _ => {}
            }
        }
        Ok(files)
    }

    /// An artifact that is a chart, on a registry.
    fn remote_artifact(&mut self, call: &Call<'_>, source: &DraftObject) -> Result<Yield, Gap> {
        let spec = source.source.stream.node(source.source.root).get("spec");
        let url = spec.and_then(|it| word(it, "url")).unwrap_or_default();
        let reference = spec.and_then(|it| it.get("ref"));
        let named = |key| reference.and_then(|it| word(it, key));
        let version = named("digest").or(named("semver")).or(named("tag")).unwrap_or_default();
        let Some((registry, name)) = url.rsplit_once('/').filter(|_| url.starts_with("oci://")) else {
            return Err((SkipCode::Remote, format!("{} installs {}", call.title, without_credentials(url))));
        };
        self.remote_of(call, call.spec, (registry, name, version))
    }

    fn remote_chart(&mut self, call: &Call<'_>, chart: Node<'_>, source: &DraftObject) -> Result<Yield, Gap> {
        let spec = source.source.stream.node(source.source.root).get("spec");
        let url = spec.and_then(|it| word(it, "url")).unwrap_or_default();
        let name = word(chart, "chart").unwrap_or_default();
        let is = |wanted: &str| source.identity.kind() == wanted;
        if is("HelmRepository") {
            return self.remote_of(call, chart, (url, name, word(chart, "version").unwrap_or_default()));
        }
        if is("GitRepository") && is_literal(name) {
            let tree = self.remote_tree(call, source, &format!("installs chart {name} of"))?;
            let directory = tree.join(name.trim_start_matches('/')).filter(|it| it.is_within(&tree));
            let directory = directory
                .ok_or_else(|| unknown(format!("chart {name} of {} leads out of its source", call.title)))?;
            let lies = Lies { top: &tree, chart: &directory, is_away: true };
            return self.fetched_release(call, chart, &lies, name);
        }
        let shown = without_credentials(url);
        Err((SkipCode::Remote, format!("{} installs chart {name} of {shown}", call.title)))
    }

    fn remote_of(
        &mut self,
        call: &Call<'_>,
        chart: Node<'_>,
        (repository, name, version): (&str, &str, &str),
    ) -> Result<Yield, Gap> {
        let is_known = [repository, name, version].into_iter().all(is_literal) && !name.is_empty();
        let remote = RemoteSource::chart(repository, name, version);
        let hint = if is_known { self.remember(call, &remote) } else { String::new() };
        if is_known && let Ok(archive) = self.request.files.fetched(&remote) {
            let unpacked = archive.as_str().strip_suffix(".tgz").map(TreePath::new);
            let directory = unpacked.and_then(|it| it.join(name.rsplit('/').next().unwrap_or(name)));
            let directory = directory.ok_or_else(|| {
                let title = &call.title;
                unknown(format!("chart {name}, which {title} installs, cannot be loaded: it is not packed"))
            })?;
            let lies = Lies { top: &directory, chart: &directory, is_away: true };
            return self.fetched_release(call, chart, &lies, name);
        }
        let version = if version.is_empty() { String::new() } else { format!(" {version}") };
        let shown = without_credentials(repository);
        Err((SkipCode::Remote, format!("{} installs chart {name}{version} of {shown}{hint}", call.title)))
    }

    /// A chart of another host that was fetched before.
    fn fetched_release(
        &mut self,
        call: &Call<'_>,
        asked: Node<'_>,
        lies: &Lies<'_>,
        chart: &str,
    ) -> Result<Yield, Gap> {
        let title = &call.title;
        let unreadable =
            |why: &str| unknown(format!("chart {chart}, which {title} installs, cannot be loaded: {why}"));
        let files = self.values_files_of(call, asked, lies)?;
        let release = self.release_of(call, asked);
        let chart = call.spec.get("chartRef").or(call.spec.get("chart"));
        let entry = self.entry_in(&call.found.file, chart.unwrap_or(call.root).span());
        let home = (&call.found.file, entry);
        let loaded = charts::load_fetched(lies.chart, home, self.request, self.sources);
        self.charts.all.push(loaded.map_err(|why| unreadable(&why))?);
        self.installed(call, self.charts.all.len() - 1, files, release)
    }

    /// The objects of a release, with what is done to them behind the templates.
    fn installed(
        &mut self,
        call: &Call<'_>,
        chart: usize,
        files: Vec<Layer>,
        release: Release,
    ) -> Result<Yield, Gap> {
        let namespace = SmolStr::new(&release.namespace);
        let lacks = release.lacks.clone();
        let (at, objects) = self.release(chart, files, release);
        if !lacks.is_empty() && !self.charts.units[at].is_complete() {
            // What its templates refuse, those values may set.
            self.charts.served.insert(at);
            return Err(unknown(format!("{} cannot be rendered without {}", call.title, lacks.join(", "))));
        }
        let missing = lacks.into_iter().map(|it| format!("{} is rendered without {it}", call.title));
        let assumptions: Vec<String> = missing.collect();
        for reason in &assumptions {
            self.skip(call.found, call.root.span(), SkipCode::NotRendered, reason.clone());
        }
        let mut made = Yield { objects, made: vec![Made::Chart(at)], assumptions };
        if changes_objects(call.spec) {
            self.post_render(call, at, &mut made);
        }
        if !namespace.is_empty() {
            made.objects.iter_mut().for_each(|it| it.namespace = Some(namespace.clone()));
        }
        Ok(made)
    }

    /// The chart alone is judged through its release.
    fn take_over_chart(&mut self, directory: &TreePath, consumer: &str) {
        let charts = self.drafts.iter_mut().filter(|it| it.kind == UnitKind::Helm && it.path == *directory);
        for draft in charts.filter(|it| it.suffix.is_empty()) {
            draft.consumer.get_or_insert_with(|| consumer.to_owned());
        }
    }
}

/// The values files that a chart is packed with.
fn named_files(chart: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let files = chart.get("valuesFiles").into_iter().flat_map(Node::items).chain(chart.get("valuesFile"));
    files.filter(|it| it.as_str().is_some_and(|it| !it.is_empty()))
}

/// Whether the chart's own file is all that is named: Flux then packs nothing,
/// wherever the path leads.
fn is_own_alone(named: &[Node<'_>]) -> bool {
    let [only] = named else { return false };
    only.as_str().is_some_and(|it| it.trim_start_matches("./") == "values.yaml")
}

pub(super) fn unknown(reason: String) -> Gap {
    (SkipCode::NotRendered, reason)
}

/// What the release is called: as it says, or as the object behind the
/// namespace that it aims at, cut to what Helm takes.
fn release_name(root: Node<'_>, spec: Node<'_>) -> String {
    let own = root.get("metadata").and_then(|it| word(it, "name")).unwrap_or_default();
    let name = match (word(spec, "releaseName"), word(spec, "targetNamespace")) {
        (Some(name), _) => name.to_owned(),
        (None, Some(namespace)) => format!("{namespace}-{own}"),
        (None, None) => own.to_owned(),
    };
    shortened(name)
}

fn shortened(name: String) -> String {
    if name.len() <= NAME_MAX {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let hash = digest.iter().fold(String::new(), |mut hash, byte| {
        let _ = write!(hash, "{byte:02x}");
        hash
    });
    let end = (0..NAME_MAX - HASH_LENGTH).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
    format!("{}-{}", &name[..end], &hash[..HASH_LENGTH])
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_names_end_with_a_hash() {
        let name = "a-namespace-of-some-length-and-a-release-of-more-length";
        assert_eq!(shortened("web".to_owned()), "web");
        let short = shortened(name.to_owned());
        assert_eq!(short.len(), 53);
        assert!(short.starts_with("a-namespace-of-some-length-and-a-release-"), "{short}");
    }
}
