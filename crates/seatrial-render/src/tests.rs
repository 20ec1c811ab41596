//! Whole runs over trees in memory.

use std::fmt::Write as _;

use proptest::prelude::*;
use seatrial_diagnostics::{Change, Content, Location, Notice, ObjectId, Sources, UnitId};
use seatrial_model::{KubernetesVersion, SkipCode, Target};
use seatrial_source::{
    Commit, Completeness, Entry, EntryKind, FileId, Files, MemoryFiles, ReadError, Ref, RevisionError,
    Revisions, Span, TreePath,
};

use crate::{Rendering, Request, render};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n";

mod edits;
mod kustomizations;

fn target() -> Target {
    Target { kubernetes: KubernetesVersion::DEFAULT, release: None, profile: "default".to_owned() }
}

fn rendered(files: &[(&str, &str)]) -> Rendering {
    rendered_at("", files)
}

fn rendered_at(scope: &str, files: &[(&str, &str)]) -> Rendering {
    let files: MemoryFiles = files.iter().copied().collect();
    render(Request { scope: TreePath::new(scope), ..Request::new(&files, target()) })
}

/// Units with their roles and objects, one a line.
fn units(rendering: &Rendering) -> String {
    let mut out = String::new();
    for unit in &rendering.repository.units {
        let objects = rendering.repository.bundle(unit.id).objects();
        let titles: Vec<String> = objects.iter().map(seatrial_model::Object::title).collect();
        let line = format!("{} {:?} {}", unit.name, unit.role, titles.join(", "));
        writeln!(out, "{}", line.trim_end()).expect("writing to a string never fails");
    }
    out
}

fn skips(rendering: &Rendering) -> Vec<(String, SkipCode)> {
    rendering.repository.coverage.skipped.iter().map(|skip| (skip.path.to_string(), skip.code)).collect()
}

/// `check path:line message` of every notice.
fn notices(rendering: &Rendering) -> Vec<String> {
    rendering.notices.iter().map(|notice| line_of(rendering, notice)).collect()
}

fn line_of(rendering: &Rendering, notice: &Notice) -> String {
    let origin = rendering.origin(&notice.at).expect("a notice has a place");
    let file = rendering.sources.file(origin.edit.file);
    let line = rendering.sources.positions(origin.edit).0.line;
    format!("{} {} {}:{line} {}", notice.severity, notice.check.id, file.path(), notice.message)
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_named_or_read_is_accounted_for() {
    use std::os::unix::ffi::OsStrExt;
    let place = tempfile::tempdir().expect("a directory can be made");
    let write = |name: &[u8]| {
        let name = place.path().join(std::ffi::OsStr::from_bytes(name));
        std::fs::write(name, WEB).expect("the file can be written");
    };
    [&b"web.yaml"[..], b"m\xfe.yaml", b"note\xfe.txt"].into_iter().for_each(write);
    std::os::unix::fs::symlink("../elsewhere", place.path().join(".git")).expect("the link can be made");
    let socket = place.path().join("s.yaml");
    let _socket = std::os::unix::net::UnixListener::bind(socket).expect("the socket can be made");
    let files = seatrial_source::DiskFiles::open(place.path()).expect("the directory opens");
    let rendering = render(Request::new(&files, target()));
    let skipped: Vec<String> = rendering
        .repository
        .coverage
        .skipped
        .iter()
        .map(|skip| format!("{} {:?} {}", skip.path, skip.code, skip.reason))
        .collect();
    assert_eq!(
        skipped,
        ["m\u{fffd}.yaml Unreadable its name is not UTF-8", "s.yaml Unreadable it is not a regular file"]
    );
}

#[test]
fn a_directory_of_manifests_is_a_unit() {
    let rendering = rendered(&[
        ("k8s/web.yaml", &format!("{WEB}---\n{SERVICE}")),
        ("k8s/more/service.json", r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api"}}"#),
        ("top.yml", SERVICE),
        ("README.md", "kind: Deployment"),
    ]);
    assert_eq!(
        units(&rendering),
        "manifests:. Deployed Service web\n\
         manifests:k8s Deployed Deployment web, Service web\n\
         manifests:k8s/more Deployed Service api\n"
    );
    assert_eq!(rendering.repository.coverage.found, 3);
    assert_eq!(rendering.repository.coverage.rendered, 3);
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
    assert_eq!(rendering.repository.facts.files.len(), 4);
}

#[test]
fn lists_are_opened() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n\
                - apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: b}\n";
    assert_eq!(units(&rendered(&[("a.yaml", list)])), "manifests:. Deployed ConfigMap a, ConfigMap b\n");
}

#[test]
fn a_typed_list_says_what_its_items_are() {
    let list = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleList\nitems:\n- metadata: {name: a}\n\
                - {apiVersion: v1, kind: Service, metadata: {name: b}}\n";
    let rendering = rendered(&[("a.yaml", list)]);
    assert_eq!(units(&rendering), "manifests:. Deployed Role a, Service b\n");
    let role = &rendering.repository.bundles[0].objects()[0];
    assert_eq!(role.api_version(), "rbac.authorization.k8s.io/v1");
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
}

#[test]
fn an_untyped_item_of_a_list_is_noticed() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- metadata: {name: a}\n- kind: Service\n";
    let rendering = rendered(&[("a.yaml", list)]);
    assert_eq!(
        notices(&rendering),
        [
            "error missing-object-type a.yaml:4 the list's item a has no `kind`",
            "error missing-object-type a.yaml:5 an item of the list has no `apiVersion`",
        ]
    );
    assert_eq!(skips(&rendering), [("a.yaml".to_owned(), SkipCode::Unparsable)]);
}

#[test]
fn kustomize_wants_a_type_in_every_item() {
    let list = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: a}\n";
    let rendering = rendered(&[("kustomization.yaml", "resources: [a.yaml]"), ("a.yaml", list)]);
    assert_eq!(notices(&rendering), ["error missing-object-type a.yaml:4 the list's item a has no `kind`"]);
}

#[test]
fn examples_could_be_deployed() {
    assert_eq!(
        units(&rendered(&[("examples/a.yaml", SERVICE)])),
        "manifests:examples Candidate Service web\n"
    );
}

#[test]
fn a_kustomization_owns_what_it_lists() {
    let rendering = rendered(&[
        ("base/kustomization.yaml", "resources: [web.yaml]\npatches: [{path: patch.yaml}]\n"),
        ("base/web.yaml", WEB),
        ("base/patch.yaml", WEB),
        ("base/forgotten.yaml", SERVICE),
        ("prod/kustomization.yaml", "resources: [../base, extra/service.yaml]\n"),
        ("prod/extra/service.yaml", SERVICE),
        ("prod/extra/left.yaml", WEB),
    ]);
    assert_eq!(
        units(&rendering),
        "kustomize:base Base\n\
         kustomize:prod Deployed Service web, Deployment web\n\
         manifests:base Candidate Service web\n\
         manifests:prod/extra Candidate Deployment web\n"
    );
    let orphans: Vec<String> = rendering
        .repository
        .facts
        .orphans
        .iter()
        .map(|it| format!("{} {}", it.path, it.kustomization))
        .collect();
    assert_eq!(
        orphans,
        ["base/forgotten.yaml base/kustomization.yaml", "prod/extra/left.yaml prod/kustomization.yaml"]
    );
    assert!(rendering.repository.coverage.skipped.is_empty());
    assert_eq!((rendering.repository.coverage.found, rendering.repository.coverage.rendered), (4, 4));
}

/// The tree that a kustomization beside one manifest gives, without the manifest.
fn owned_by(kustomization: &str, file: &str) -> bool {
    let path = format!("k/{file}");
    let text = format!("{kustomization}\nresources: [web.yaml]\n");
    let rendering = rendered(&[("k/kustomization.yaml", &text), ("k/web.yaml", WEB), (&path, SERVICE)]);
    !units(&rendering).contains("manifests:")
}

#[test]
fn every_list_of_a_kustomization_names_files() {
    for text in [
        "patches: [x.yaml]",
        "patches: [{path: x.yaml}]",
        "patchesStrategicMerge: [x.yaml]",
        "patchesStrategicMerge:\n- |\n  kind: Service\n- x.yaml",
        "patchesJson6902: [{target: {kind: A}, path: x.yaml}]",
        "configurations: [x.yaml]",
        "crds: [x.yaml]",
        "openapi: {path: x.yaml}",
        "replacements: [{path: x.yaml}]",
        "generators: [x.yaml]",
        "transformers: [x.yaml]",
        "validators: [x.yaml]",
        "helmCharts: [{name: a, valuesFile: x.yaml}]",
        "helmCharts: [{name: a, additionalValuesFiles: [x.yaml]}]",
        "helmChartInflationGenerator: [{values: x.yaml}]",
        "configMapGenerator: [{name: a, files: [b=x.yaml]}]",
        "secretGenerator: [{name: a, envs: [x.yaml]}]",
        "secretGenerator: [{name: a, env: x.yaml}]",
        "transformers:\n- |-\n  kind: PatchTransformer\n  path: x.yaml",
        "generators:\n- |-\n  kind: ConfigMapGenerator\n  files: [x.yaml]",
    ] {
        assert!(owned_by(text, "x.yaml"), "{text}");
    }
    assert!(!owned_by("patches: [y.yaml]", "x.yaml"));
}

#[test]
fn bases_and_components_are_listed_like_resources() {
    let rendering = rendered(&[
        ("base/kustomization.yaml", "components: [service.yaml]"),
        ("base/service.yaml", SERVICE),
        ("prod/kustomization.yaml", "bases: [../base, web.yaml]"),
        ("prod/web.yaml", WEB),
    ]);
    assert_eq!(units(&rendering), "kustomize:base Base\nkustomize:prod Deployed Deployment web\n");
}

#[test]
fn what_the_configuration_of_a_plugin_names_belongs_to_the_kustomization() {
    let rendering = rendered(&[
        ("k/kustomization.yaml", "resources: [web.yaml]\ntransformers: [plugins/patch.yaml]\n"),
        ("k/web.yaml", WEB),
        (
            "k/plugins/patch.yaml",
            "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\npath: change.yaml\n",
        ),
        ("k/change.yaml", WEB),
    ]);
    assert_eq!(units(&rendering), "kustomize:k Deployed Deployment web\n");
}

#[test]
fn a_chart_owns_its_templates() {
    let rendering = rendered(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", "a: 1\n"),
        ("chart/templates/web.yaml", "apiVersion: v1\nkind: Service\n{{- if .Values.a }}\n"),
        ("chart/crds/crd.yaml", SERVICE),
        ("chart/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        ("chart/charts/sub/templates/a.yaml", SERVICE),
    ]);
    assert_eq!(units(&rendering), "helm:chart@values.yaml Deployed Service web, Service web\n");
    assert_eq!(skips(&rendering), [("chart".to_owned(), SkipCode::NotRendered)]);
    assert_eq!(notices(&rendering), ["error template-error chart/templates/web.yaml:4 unexpected EOF"]);
}

#[test]
fn a_branch_that_no_values_take_is_warned_of() {
    let rendering = rendered(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", "cache: {enabled: false}\nworkers: []\n"),
        (
            "chart/templates/cache.yaml",
            "{{- if .Values.cache.enabled }}\nuser: {{ .Values.security.user }}\n{{- end }}\n",
        ),
        (
            "chart/templates/worker.yaml",
            "{{- range .Values.workers }}\nimage: {{ .Values.image }}\n{{- end }}\n",
        ),
    ]);
    let mut found = notices(&rendering);
    found.retain(|it| !it.contains("unreached-template"));
    assert_eq!(
        found,
        [
            "warning template-error chart/templates/worker.yaml:2 `.Values.image` is looked up in an item of \
             `range .Values.workers`, which has no such field",
            "warning template-error chart/templates/cache.yaml:2 with `cache.enabled: true`, \
             `.Values.security` is nil, and the template looks into it",
        ]
    );
}

#[test]
fn a_chart_without_values_is_judged_with_the_files_that_it_has() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: \"{{ .Values.web.name }}\"}\n";
    let chart = ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    let told = |values: &[(&str, &str)]| {
        let files = [chart, ("chart/templates/web.yaml", service)];
        let files: Vec<_> = files.iter().chain(values).copied().collect();
        notices(&rendered(&files))
    };
    assert_eq!(told(&[("chart/values-dev.yaml", "web: {name: a}\n")]), [""; 0]);
    let broken = "error template-error chart/templates/web.yaml:3 `.Values.web` is nil, and the template looks into it";
    assert_eq!(told(&[("chart/values-dev.yaml", "other: 1\nweb: null\n")]), [broken, broken]);
}

#[test]
fn a_separator_that_an_action_moved_up_to_its_object_is_one_for_helm() {
    let told = |between: &str| {
        let both = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\n{between}apiVersion: v1\nkind: Pod\n"
        );
        notices(&rendered(&[
            ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("chart/templates/web.yaml", &both),
        ]))
    };
    assert_eq!(told("---\n{{- /* a note */}}"), [""; 0]);
    assert!(!told("").is_empty());
}

#[test]
fn what_the_configuration_excludes_is_coverage() {
    let files = MemoryFiles::from_iter([("old/web.yaml", WEB), ("k8s/web.yaml", WEB), ("old.md", "")]);
    let glob = globset::Glob::new("old*").expect("a glob");
    let exclude = globset::GlobSetBuilder::new().add(glob).build().expect("a set");
    let rendering = render(Request { exclude, ..Request::new(&files, target()) });
    assert_eq!(units(&rendering), "manifests:k8s Deployed Deployment web\n");
    assert_eq!(skips(&rendering), [("old".to_owned(), SkipCode::Excluded)]);
}

#[test]
fn copies_of_packages_are_coverage_unless_asked_for() {
    let files = MemoryFiles::from_iter([
        ("k8s/web.yaml", WEB),
        ("node_modules/a/web.yaml", WEB),
        ("vendor/modules.txt", ""),
        ("vendor/example.com/a/web.yaml", WEB),
        ("apps/vendor/web.yaml", WEB),
        ("third_party/web.yaml", WEB),
    ]);
    let rendering = render(Request::new(&files, target()));
    let vendored = |path: &str| (path.to_owned(), SkipCode::Vendored);
    assert_eq!(skips(&rendering), [vendored("node_modules"), vendored("vendor")]);
    assert_eq!(rendering.repository.units.len(), 3);
    let scope = TreePath::new("vendor/example.com");
    let rendering = render(Request { scope, ..Request::new(&files, target()) });
    assert_eq!(skips(&rendering), []);
    assert_eq!(rendering.repository.units.len(), 4);
}

#[test]
fn a_library_chart_serves_others() {
    let rendering = rendered(&[("lib/Chart.yaml", "apiVersion: v2\nname: lib\ntype: library\n")]);
    assert_eq!(units(&rendering), "helm:lib Base\n");
}

#[test]
fn a_compose_file_is_found() {
    let rendering = rendered(&[("docker-compose.yml", "services:\n  web: {image: a}\n")]);
    assert_eq!(units(&rendering), "compose:docker-compose.yml Deployed\n");
    assert_eq!(skips(&rendering), [("docker-compose.yml".to_owned(), SkipCode::NotRendered)]);
}

#[test]
fn files_of_other_programs_are_no_units() {
    let rendering = rendered(&[
        (".gitlab-ci.yml", "a: [\n"),
        ("notes.yaml", "apiVersion: release-notes/v2\nkind: bug-fix\narea: x\n"),
        ("kind.yaml", "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"),
        ("skaffold.yaml", "apiVersion: skaffold/v4beta6\nkind: Config\n"),
        ("openapi.json", "{\"apiVersion\": \"v1\", \"kind\": \"x\"}"),
        ("mkdocs.yml", "site_name: [\n"),
        ("broken.yaml", "a: [\nb: }\n"),
        ("values.yaml", "kind: [\nmetadata: x\n"),
        ("helmfile.yaml", "releases: [{{ x }}]\n"),
        ("app.jsonnet", "{apiVersion: 'v1', kind: 'Service'}"),
        ("web.yaml.j2", "apiVersion: v1\nkind: Service\n"),
        (
            "whole.sops.yaml",
            "apiVersion: ENC[AES256_GCM,data:eA==,type:str]\nkind: ENC[AES256_GCM,data:eA==,type:str]\nmetadata:\n  \
             name: ENC[AES256_GCM,data:eA==,type:str]\nsops: {mac: \"ENC[AES256_GCM,data:eA==,type:str]\"}\n",
        ),
    ]);
    assert_eq!(units(&rendering), "");
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
    assert_eq!(
        skips(&rendering),
        [
            ("app.jsonnet".to_owned(), SkipCode::ForeignTemplate),
            ("helmfile.yaml".to_owned(), SkipCode::ForeignTemplate),
            ("kind.yaml".to_owned(), SkipCode::NotAnObject),
            ("notes.yaml".to_owned(), SkipCode::NotAnObject),
            ("skaffold.yaml".to_owned(), SkipCode::NotAnObject),
            ("web.yaml.j2".to_owned(), SkipCode::ForeignTemplate),
            ("whole.sops.yaml".to_owned(), SkipCode::ForeignTemplate),
        ]
    );
}

#[test]
fn templates_are_no_syntax_errors() {
    let rendering = rendered(&[
        ("ansible/web.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ name }}\n"),
        ("sed.yaml", "apiVersion: v1\nkind: Service\nspec:\n  clusterIP: {PREFIX}.16\n"),
        ("jinja.yaml", "apiVersion: v1\nkind: Service\n{% if a %}\nmetadata: {name: a}\n{% endif %}\n"),
        ("quoted.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: \"{{ name }}\"\n"),
        (
            "ytt.yaml",
            "#@ load(\"@ytt:data\", \"data\")\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        ),
    ]);
    assert_eq!(units(&rendering), "");
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
    assert!(skips(&rendering).iter().all(|(_, code)| *code == SkipCode::ForeignTemplate));
    assert_eq!(skips(&rendering).len(), 5);
}

#[test]
fn templates_inside_values_are_ordinary_text() {
    let rules = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  rule: '{{ $labels.pod }}'\n  b: |\n    {{ x }}\n";
    let substituted = "apiVersion: v1\nkind: Service\nmetadata: {name: \"${NAME}\"}\n";
    let rendering = rendered(&[("a.yaml", rules), ("b.yaml", substituted)]);
    assert_eq!(units(&rendering), "manifests:. Deployed ConfigMap a, Service ${NAME}\n");
}

#[test]
fn what_was_set_aside_is_judged_only_when_something_names_it() {
    let files = [("_archive/shop/app.yaml", SERVICE), ("apps/.disabled/b.yaml", WEB), ("apps/web.yaml", WEB)];
    let rendering = rendered(&files);
    assert_eq!(
        units(&rendering),
        "manifests:apps Deployed Deployment web\nmanifests:apps/.disabled Deployed Deployment web\n"
    );
    assert_eq!(skips(&rendering), [("_archive".to_owned(), SkipCode::Fixture)]);
    let built = ("apps/kustomization.yaml", "resources: [web.yaml]\n");
    let rendering = rendered(&[files[0], files[1], files[2], built]);
    assert_eq!(skips(&rendering).len(), 2, "a directory with a kustomization is deployed as that says");
    let naming = ("k8s/kustomization.yaml", "resources: [../_archive/shop/app.yaml]\n");
    assert!(skips(&rendered(&[files[0], naming])).iter().all(|it| it.1 != SkipCode::Fixture));
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n  path: ./\n  \
                sourceRef: {kind: GitRepository, name: a}\n";
    assert!(skips(&rendered(&[files[0], ("flux.yaml", flux)])).iter().all(|it| it.1 != SkipCode::Fixture));
    assert!(
        units(&rendered_at("_archive", &files)).contains("manifests:_archive/shop Deployed Service web\n")
    );
}

#[test]
fn fixtures_are_judged_only_when_asked_for() {
    let files = [("test/e2e/app.yaml", SERVICE), ("test/e2e/b.yaml", WEB), ("k8s/web.yaml", WEB)];
    let rendering = rendered(&files);
    assert_eq!(units(&rendering), "manifests:k8s Deployed Deployment web\n");
    assert_eq!(skips(&rendering), [("test".to_owned(), SkipCode::Fixture)]);
    let asked = rendered_at("test/e2e", &files);
    assert_eq!(asked.repository.coverage.found, 1);
    assert!(units(&asked).contains("manifests:test/e2e Deployed Service web, Deployment web\n"));
}

#[test]
fn a_file_that_is_named_selects_its_directory() {
    let rendering = rendered_at("k8s/web.yaml", &[("k8s/web.yaml", WEB), ("other/web.yaml", WEB)]);
    let reported: Vec<&str> = rendering
        .repository
        .units
        .iter()
        .filter(|unit| rendering.is_reported(unit))
        .map(|unit| unit.name.as_str())
        .collect();
    assert_eq!(reported, ["manifests:k8s"]);
}

#[test]
fn broken_manifests_are_noticed_once() {
    let rendering = rendered(&[("a.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n   b: c\n")]);
    let found = notices(&rendering);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("error invalid-yaml a.yaml:"), "{found:?}");
}

#[test]
fn what_does_not_parse_beside_objects_is_noticed() {
    let json =
        format!("{{{}}} trailing", r#""apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}"#);
    let yaml = format!("{WEB}---\na: [\n");
    let rendering = rendered(&[("a.json", &json), ("b.yaml", &yaml), ("c.yaml", "a: [\n")]);
    let found = notices(&rendering);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("error invalid-yaml a.json:1"), "{found:?}");
    assert!(found[1].starts_with("error invalid-yaml b.yaml:"), "{found:?}");
    assert!(skips(&rendering).contains(&("a.json".to_owned(), SkipCode::Unparsable)));
}

#[test]
fn a_template_of_a_kustomization_is_no_syntax_error() {
    let rendering =
        rendered(&[("kustomization.yaml", "resources: [a.yaml]\n{% if x %}\nnamePrefix: b\n{% endif %}\n")]);
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
    let skipped = skips(&rendering);
    assert!(skipped.contains(&("kustomization.yaml".to_owned(), SkipCode::ForeignTemplate)), "{skipped:?}");
}

#[test]
fn duplicate_keys_name_their_place() {
    let twice = format!("{WEB}  replicas: 3\n");
    let same = format!("{WEB}  replicas: 2\n  replicas: 2\n");
    let words = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  y: '1'\n  on: '2'\n";
    let rendering = rendered(&[("a.yaml", &twice), ("b.yaml", &same), ("c.yaml", words)]);
    assert_eq!(
        notices(&rendering),
        [
            "error duplicate-key a.yaml:7 key `replicas` stands twice in spec of Deployment web",
            "warning duplicate-key b.yaml:7 key `replicas` stands twice in spec of Deployment web",
            "error duplicate-key c.yaml:6 keys `y` and `on` in data of ConfigMap c are both read as `true`",
        ]
    );
}

#[test]
fn kustomize_refuses_any_duplicate_key_of_a_resource_and_none_of_a_patch() {
    let same = format!("{WEB}  replicas: 2\n");
    let other = format!("{WEB}  replicas: 3\n");
    let rendering = rendered(&[
        ("k/kustomization.yaml", "resources: [a.yaml]\npatches: [{path: b.yaml}, {path: c.yaml}]\n"),
        ("k/a.yaml", &same),
        ("k/b.yaml", &same),
        ("k/c.yaml", &other),
    ]);
    assert_eq!(
        notices(&rendering),
        [
            "error duplicate-key k/a.yaml:7 key `replicas` stands twice in spec of Deployment web",
            "warning duplicate-key k/b.yaml:7 key `replicas` stands twice in spec of Deployment web",
            "error duplicate-key k/c.yaml:7 key `replicas` stands twice in spec of Deployment web",
        ]
    );
    let labels: Vec<&str> = rendering.notices.iter().map(|it| it.related[0].label.as_str()).collect();
    assert_eq!(labels, ["the first one", "the first one, which counts", "the first one, which counts"]);
    assert_eq!(rendering.repository.facts.built_from.len(), 4);
}

#[test]
fn a_missing_separator_is_one_notice() {
    let rendering = rendered(&[("a.yaml", &format!("{WEB}{SERVICE}"))]);
    assert_eq!(
        notices(&rendering),
        [
            "error duplicate-key a.yaml:7 a `---` is missing between Deployment web and Service web: only one object is left"
        ]
    );
}

#[test]
fn duplicate_keys_of_kustomizations_are_noticed() {
    let rendering = rendered(&[("kustomization.yaml", "patches: [{path: a}]\npatches: [{path: b}]\n")]);
    assert_eq!(
        notices(&rendering),
        [
            "error duplicate-key kustomization.yaml:2 key `patches` stands twice at the top",
            "error missing-resource kustomization.yaml:2 the kustomization names `b`, which does not exist",
        ]
    );
}

#[test]
fn a_merge_key_that_comes_last_hides_what_stands_before_it() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\
                one: &one {period: 5, path: /, same: 1}\n\
                two:\n  period: 30\n  same: 1\n  <<: *one\n\
                three:\n  <<: *one\n  period: 9\n  path: /b\n\
                four: {<<: *one, path: /c}\n";
    assert_eq!(
        notices(&rendered(&[("a.yaml", text)])),
        [
            "warning overlapping-merge-key a.yaml:8 `<<` in two of ConfigMap a comes after `period` and has it \
             too: kubectl and Helm take the value that is merged: 5 and not 30",
            "info overlapping-merge-key a.yaml:11 `period` stands in three of ConfigMap a and in what `<<` merges \
             there: strict readers refuse a key twice",
        ]
    );
    let built = rendered(&[("a.yaml", text), ("kustomization.yaml", "resources: [a.yaml]\n")]);
    let built = notices(&built);
    assert!(built.iter().all(|it| it.starts_with("info overlapping-merge-key a.yaml:6 ")), "{built:?}");
}

#[test]
fn a_merge_of_a_template_is_told_at_its_line() {
    let chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\
                    one: &one\n  {{- if true }}\n  period: 5\n  {{- end }}\n\
                    two:\n  period: 30\n  <<: *one\n";
    let rendering = rendered(&[("c/Chart.yaml", chart), ("c/templates/a.yaml", template)]);
    let told = notices(&rendering);
    assert!(told.iter().any(|it| it.starts_with("warning overlapping-merge-key")), "{told:?}");
    // Nobody reads values that strictly.
    let values = "one: &one {period: 5}\ntwo: {<<: *one, period: 9}\n";
    let rendering = rendered(&[("c/Chart.yaml", chart), ("c/values.yaml", values)]);
    let told = notices(&rendering);
    assert!(told.iter().all(|it| !it.contains("overlapping-merge-key")), "{told:?}");
}

#[test]
fn compose_refuses_keys_that_stand_twice() {
    let rendering = rendered(&[("compose.yaml", "services:\n  web: {image: a}\n  web: {image: a}\n")]);
    let twice = rendering.notices.iter().find(|it| it.check.id == "duplicate-key").expect("it is told");
    assert_eq!(twice.derivation, ["Compose refuses a file with a key that stands twice"]);
}

#[test]
fn an_untyped_manifest_is_noticed() {
    let rendering = rendered(&[("a.yaml", "kind: Deployment\nmetadata: {name: web}\n")]);
    assert_eq!(
        notices(&rendering),
        ["error missing-object-type a.yaml:1 Deployment web has no `apiVersion`"]
    );
}

#[test]
fn a_custom_object_without_its_version_is_noticed_by_a_name_that_only_it_bears() {
    let set = "kind: ApplicationSet\nmetadata: {name: apps}\nspec: {generators: []}\n";
    let other = "kind: Widget\nmetadata: {name: apps}\nspec: {generators: []}\n";
    let rendering = rendered(&[("a.yaml", set), ("b.yaml", other)]);
    assert_eq!(
        notices(&rendering),
        ["error missing-object-type a.yaml:1 ApplicationSet apps has no `apiVersion`"]
    );
}

#[test]
fn an_untyped_patch_needs_a_type_only_to_find_its_object() {
    let patch = "kind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n";
    let lists = |entry: &str| format!("resources: [web.yaml]\npatches: [{entry}]\n");
    let noticed = |entry: &str| {
        let kustomization = lists(entry);
        notices(&rendered(&[
            ("kustomization.yaml", &kustomization),
            ("web.yaml", WEB),
            ("patch.yaml", patch),
        ]))
    };
    assert_eq!(noticed("{path: patch.yaml, target: {kind: Deployment}}"), [""; 0]);
    assert_eq!(
        noticed("{path: patch.yaml}"),
        [
            "error failing-patch kustomization.yaml:2 the patch for Deployment web has no `apiVersion`, so no object is meant"
        ]
    );
}

#[test]
fn unreadable_files_are_named() {
    let files = MemoryFiles::from_iter([
        ("a.yaml", b"apiVersion: v1\nkind: Service\nmetadata: {name: \"\xff\"}\n".to_vec()),
        ("b.yaml", b"\x00\x01\x02".to_vec()),
        ("c.yaml", b"\xff\xfea\x00".to_vec()),
        ("notes.yml", b"title: caf\xe9\n".to_vec()),
    ]);
    let rendering = render(Request::new(&files, target()));
    assert_eq!(
        notices(&rendering),
        [
            "warning unreadable-file a.yaml:3 `a.yaml` is not valid UTF-8 text",
            "warning unreadable-file b.yaml:1 `b.yaml` is a binary file",
            "warning unreadable-file c.yaml:1 `c.yaml` is UTF-16 and not UTF-8 text",
        ]
    );
}

#[test]
fn a_large_file_is_not_read() {
    let files = MemoryFiles::from_iter([("a.yaml", WEB)]);
    let mut request = Request::new(&files, target());
    request.limits.file_bytes = 10;
    let rendering = render(request);
    assert_eq!(notices(&rendering), ["warning file-too-large a.yaml:1 `a.yaml` is too large to be read"]);
    assert_eq!(skips(&rendering), [("a.yaml".to_owned(), SkipCode::Limit)]);
}

#[test]
fn of_files_that_are_too_large_together_the_first_are_read() {
    let long = format!("{WEB}# {}\n", "a".repeat(100));
    let files =
        MemoryFiles::from_iter([("a.yaml", WEB), ("b.yaml", &long), ("c.yaml", WEB), ("d.yaml", WEB)]);
    let mut request = Request::new(&files, target());
    request.limits.total_bytes = 2 * WEB.len() as u64 + 1;
    let rendering = render(request);
    let skipped = |path: &str| (path.to_owned(), SkipCode::Limit);
    assert_eq!(skips(&rendering), [skipped("b.yaml"), skipped("d.yaml")]);
}

#[test]
fn what_recovery_loses_is_accounted_for() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n";
    let rendering = rendered(&[
        ("k/kustomization.yaml", "resources: [twice.yaml]\n"),
        ("k/twice.yaml", &format!("{head}  b: c\n  b: d\n")),
        ("open.yaml", &format!("{head}  b: [\n---\n{SERVICE}")),
        ("null.yaml", &format!("{head}  ~: c\n")),
    ]);
    let lost = ("open.yaml".to_owned(), SkipCode::Unparsable);
    assert_eq!(skips(&rendering), [("k/kustomization.yaml".to_owned(), SkipCode::NotRendered), lost]);
    let checks: Vec<&str> = rendering.notices.iter().map(|notice| notice.check.id).collect();
    assert_eq!(checks.len(), 3, "{checks:?}");
    assert!(units(&rendering).contains("Service web"));
}

#[test]
fn a_resource_outside_the_tree_is_noticed() {
    let rendering =
        rendered(&[("a/kustomization.yaml", "resources:\n- ../../other/x.yaml\n- https://x.y/z\n")]);
    assert_eq!(
        notices(&rendering),
        [
            "warning path-outside-tree a/kustomization.yaml:2 `../../other/x.yaml` leads outside the repository"
        ]
    );
}

/// A repository whose rules ignore one path.
struct Ignoring(&'static str);

impl Revisions for Ignoring {
    fn refs(&self) -> Result<Vec<Ref>, RevisionError> {
        Ok(Vec::new())
    }

    fn remotes(&self) -> Vec<String> {
        Vec::new()
    }

    fn completeness(&self) -> Completeness {
        Completeness::Complete
    }

    fn resolve(&self, revision: &str) -> Result<Commit, RevisionError> {
        Err(RevisionError::Unknown { name: revision.to_owned() })
    }

    fn files(&self, commit: &Commit) -> Result<Box<dyn Files>, RevisionError> {
        Err(RevisionError::Unknown { name: commit.to_string() })
    }

    fn is_ignored(&self, path: &TreePath, _is_directory: bool) -> bool {
        path.as_str() == self.0
    }
}

#[test]
fn ignored_files_are_read_only_when_they_are_named() {
    let listed =
        MemoryFiles::from_iter([("k/kustomization.yaml", "resources: [web.yaml]"), ("k/web.yaml", WEB)]);
    let revisions = Ignoring("k/web.yaml");
    let rendering = render(Request { revisions: Some(&revisions), ..Request::new(&listed, target()) });
    assert_eq!(units(&rendering), "kustomize:k Deployed Deployment web\n");
    assert_eq!(
        notices(&rendering),
        [
            "warning ignored-resource k/kustomization.yaml:1 `k/web.yaml` is listed and ignored by git: a fresh clone lacks it"
        ]
    );
    let alone = MemoryFiles::from_iter([("k/web.yaml", WEB)]);
    let rendering = render(Request { revisions: Some(&revisions), ..Request::new(&alone, target()) });
    assert_eq!(units(&rendering), "");
    assert!(rendering.notices.is_empty());
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_tree_only() {
    use seatrial_source::DiskFiles;
    use std::os::unix::fs::symlink;

    let outside = tempfile::tempdir().expect("a directory can be made");
    std::fs::write(outside.path().join("secret.yaml"), WEB).expect("the file can be written");
    let inside = tempfile::tempdir().expect("a directory can be made");
    std::fs::create_dir(inside.path().join("k8s")).expect("the directory can be made");
    std::fs::write(inside.path().join("k8s/web.yaml"), WEB).expect("the file can be written");
    let link = |target: &str, name: &str| {
        symlink(target, inside.path().join(name)).expect("the link can be made");
    };
    link(outside.path().join("secret.yaml").to_str().expect("a plain path"), "leak.yaml");
    link(outside.path().to_str().expect("a plain path"), "k8s/away");
    link("web.yaml", "k8s/again.yaml");
    link("../k8s", "k8s/loop");
    link("nowhere.yaml", "dangling.yaml");
    let files = DiskFiles::open(inside.path()).expect("the directory opens");
    let rendering = render(Request::new(&files, target()));
    assert_eq!(units(&rendering), "manifests:k8s Deployed Deployment web\n");
    let outside_links: Vec<(String, SkipCode)> = skips(&rendering);
    assert_eq!(
        outside_links,
        [
            ("dangling.yaml".to_owned(), SkipCode::Unreadable),
            ("k8s/away".to_owned(), SkipCode::Outside),
            ("leak.yaml".to_owned(), SkipCode::Outside)
        ]
    );
    let mut checks: Vec<&str> = rendering.notices.iter().map(|notice| notice.check.id).collect();
    checks.sort_unstable();
    assert_eq!(checks, ["path-outside-tree", "path-outside-tree", "unreadable-file"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_accounted_for() {
    use std::os::unix::fs::symlink;

    let place = tempfile::tempdir().expect("a directory can be made");
    std::fs::write(place.path().join("web.yaml"), WEB).expect("the file can be written");
    for (target, name) in [
        ("nowhere.yaml", "dangling.yaml"),
        ("dangling.yaml", "again.yaml"),
        ("loop.yaml", "loop.yaml"),
        ("there.json", "back.json"),
        ("back.json", "there.json"),
        ("web.yaml", "whole.yaml"),
        ("nowhere", "note.txt"),
    ] {
        symlink(target, place.path().join(name)).expect("the link can be made");
    }
    let files = seatrial_source::DiskFiles::open(place.path()).expect("the directory opens");
    let rendering = render(Request::new(&files, target()));
    assert_eq!(units(&rendering), "manifests:. Deployed Deployment web\n");
    let expected = ["again.yaml", "back.json", "dangling.yaml", "loop.yaml", "there.json"];
    assert_eq!(skips(&rendering), expected.map(|name| (name.to_owned(), SkipCode::Unreadable)));
    assert_eq!(
        notices(&rendering)[2],
        "warning unreadable-file dangling.yaml:1 `dangling.yaml` links to `nowhere.yaml`, and the link leads nowhere"
    );
    assert_eq!(rendering.notices.len(), expected.len());
}

/// A tree of which some files are listed and then refused.
struct Refusing(MemoryFiles, Vec<(&'static str, ReadError)>);

impl Files for Refusing {
    fn list(&self, directory: &TreePath) -> Result<Vec<Entry>, ReadError> {
        self.0.list(directory)
    }

    fn kind(&self, path: &TreePath) -> Option<EntryKind> {
        self.0.kind(path)
    }

    fn read(&self, path: &TreePath, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.1.iter().find(|(name, _)| *name == path.as_str()) {
            Some((_, error)) => Err(error.clone()),
            None => self.0.read(path, limit),
        }
    }
}

#[test]
fn a_file_that_disappears_or_is_refused_hides_nothing_else() {
    let denied = ReadError::Failed { message: "permission denied".to_owned() };
    let refused = vec![("k8s/gone.yaml", ReadError::Missing), ("k8s/shut.yaml", denied)];
    let names = ["k8s/gone.yaml", "k8s/shut.yaml", "k8s/web.yaml"];
    let files = Refusing(names.map(|name| (name, WEB)).into_iter().collect(), refused);
    let rendering = render(Request::new(&files, target()));
    assert_eq!(units(&rendering), "manifests:k8s Deployed Deployment web\n");
    assert_eq!(
        notices(&rendering),
        [
            "warning unreadable-file k8s/gone.yaml:1 `k8s/gone.yaml` disappeared while it was read",
            "warning unreadable-file k8s/shut.yaml:1 `k8s/shut.yaml` cannot be read: permission denied",
        ]
    );
    let unreadable = ["k8s/gone.yaml", "k8s/shut.yaml"].map(|it| (it.to_owned(), SkipCode::Unreadable));
    assert_eq!(skips(&rendering), unreadable);
}

fn set(content: Content) -> impl Fn(Location) -> Change {
    move |at| Change::Set { at, content: content.clone() }
}
