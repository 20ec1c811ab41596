//! Trees with objects of Flux in memory, and the units they become.

use std::fmt::Write as _;

use seatrial_model::UnitKind;
use seatrial_source::RemoteSource;

use super::super::testing;
use crate::Rendering;

/// What `flux bootstrap` writes.
const SYNC: &str = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, \
                    namespace: flux-system}\nspec: {url: 'ssh://git@github.com/example/fleet', ref: {branch: main}}\n";

fn kustomization(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: \
         flux-system}}\nspec:\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{spec}"
    )
}

fn config(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{key: '{value}'}}\n")
}

/// The units of Flux with their objects, what is missing, and what is wrong.
fn deployed(rendering: &Rendering) -> String {
    let mut out = testing::deployed(rendering, UnitKind::Flux, |it| {
        let value = it.field(&["data", "key"]).and_then(seatrial_yaml::Node::scalar_text);
        value.filter(|it| !it.is_empty()).map(|it| format!("={it}")).unwrap_or_default()
    });
    for notice in &rendering.notices {
        writeln!(out, "{}: {}", notice.check.id, notice.message).expect("a string takes everything");
    }
    out
}

fn rendered(files: &[(&str, &str)]) -> Rendering {
    testing::rendered("github.com/example/fleet", files)
}

fn check(files: &[(&str, &str)], expected: &str) {
    let files: Vec<(&str, &str)> = files.iter().copied().chain([("clusters/a/sync.yaml", SYNC)]).collect();
    assert_eq!(deployed(&rendered(&files)), expected);
}

#[test]
fn a_directory_is_built_with_what_the_object_puts_over_it() {
    let spec = "  path: ./apps\n  targetNamespace: shop\n  namePrefix: a-\n  patches:\n  - target: {kind: ConfigMap}\n    \
                patch: |\n      - {op: add, path: /data/key, value: patched}\n";
    check(
        &[
            ("clusters/a/apps.yaml", &kustomization("apps", spec)),
            ("apps/kustomization.yaml", "resources: [one.yaml]\n"),
            ("apps/one.yaml", &config("one", "written")),
        ],
        "flux:clusters/a/apps.yaml#flux-system/apps: shop/ConfigMap a-one=patched\n",
    );
}

#[test]
fn a_tree_of_no_known_repository_is_what_the_cluster_was_started_from() {
    let files = [
        ("clusters/a/apps.yaml", kustomization("apps", "  path: ./apps\n")),
        ("apps/one.yaml", config("one", "1")),
        ("clusters/a/sync.yaml", SYNC.to_owned()),
    ];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    assert_eq!(
        deployed(&testing::rendered_alone(&files)),
        "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=1\n"
    );
}

#[test]
fn an_artifact_may_hold_a_part_of_the_tree() {
    let apps = kustomization("apps", "  path: ./apps\n").replace("GitRepository", "OCIRepository");
    let files = [("k/clusters/a/apps.yaml", apps.as_str()), ("k/apps/one.yaml", &config("one", "1"))];
    let told = deployed(&rendered(&files));
    assert!(told.starts_with("flux:k/clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=1\n"), "{told}");
}

#[test]
fn an_instance_of_flux_makes_the_source_it_follows() {
    let shown = |url: &str, render: fn(&[(&str, &str)]) -> Rendering| {
        let instance = format!(
            "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata: {{name: flux, namespace: \
             flux-system}}\nspec:\n  sync: {{kind: GitRepository, name: cluster, url: '{url}', path: clusters/a}}\n"
        );
        let apps = kustomization("apps", "  path: ./apps\n");
        let apps = apps.replace("GitRepository, name: flux-system", "GitRepository, name: cluster");
        let one = config("one", "written");
        let files = [
            ("clusters/a/apps.yaml", &*apps),
            ("apps/one.yaml", &*one),
            ("clusters/a/flux.yaml", &*instance),
        ];
        deployed(&render(&files))
    };
    let own = "https://github.com/example/fleet.git";
    let unit = "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=written\n";
    assert_eq!(shown(own, rendered), unit);
    assert_eq!(shown(own, testing::rendered_alone), unit);
    let other = shown("https://github.com/example/other.git", rendered);
    assert!(!other.contains("ConfigMap one"), "{other}");
}

#[test]
fn of_sources_with_one_name_the_nearest_is_meant() {
    let source = |url: &str| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: fleet, namespace: \
             flux-system}}\nspec: {{url: 'https://{url}'}}\n"
        )
    };
    let apps = |path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: apps, namespace: \
             flux-system}}\nspec: {{sourceRef: {{kind: GitRepository, name: fleet}}, path: {path}}}\n"
        )
    };
    check(
        &[
            ("clusters/b/fleet.yaml", &source("github.com/example/fleet")),
            ("clusters/b/apps/apps.yaml", &apps("apps")),
            ("clusters/c/fleet.yaml", &source("example.com/other")),
            ("clusters/d/apps.yaml", &apps("apps")),
            ("apps/one.yaml", &config("one", "1")),
        ],
        "flux:clusters/b/apps/apps.yaml#flux-system/apps: -/ConfigMap one=1\n\
         flux:clusters/d/apps.yaml#flux-system/apps (not whole):\n\
         clusters/d/apps.yaml: Kustomization apps names GitRepository fleet, which differs between clusters\n",
    );
}

#[test]
fn without_a_kustomization_every_manifest_is_taken() {
    check(
        &[
            ("clusters/a/apps.yaml", &kustomization("apps", "  path: apps\n")),
            ("apps/one.yaml", &config("one", "1")),
            ("apps/deep/two.yaml", &config("two", "2")),
            ("apps/built/kustomization.yaml", "namePrefix: x-\nresources: [three.yaml]\n"),
            ("apps/built/three.yaml", &config("three", "3")),
            ("apps/built/unlisted.yaml", &config("four", "4")),
        ],
        "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=1, -/ConfigMap two=2, -/ConfigMap x-three=3\n",
    );
}

#[test]
fn variables_are_filled_in_behind_the_build() {
    let spec = "  path: apps\n  postBuild:\n    substitute: {a: alpha}\n    substituteFrom: [{kind: ConfigMap, name: vars}]\n";
    let vars = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars, namespace: flux-system}\ndata: {b: beta, a: no}\n";
    check(
        &[
            ("clusters/a/apps.yaml", &kustomization("apps", spec)),
            ("clusters/a/vars.yaml", vars),
            ("apps/one.yaml", &config("one", "${a} ${b} ${c:=d} $${e}")),
            ("apps/two.yaml", &config("two", "${f}.example.com")),
            ("apps/zed.yaml", &config("zed", "${{ g }}")),
        ],
        "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=alpha beta d ${e}, -/ConfigMap \
         two=${f}.example.com, -/ConfigMap zed=${{ g }}\n\
         unset-variable: Kustomization apps gives the variable `f` no value\n\
         invalid-substitution: Flux cannot read the variable `${{`\n",
    );
}

#[test]
fn what_is_not_known_is_left_as_it_stands() {
    let spec = "  path: apps\n  postBuild:\n    substituteFrom: [{kind: Secret, name: vars}]\n";
    check(
        &[("clusters/a/apps.yaml", &kustomization("apps", spec)), ("apps/one.yaml", &config("one", "${a}"))],
        "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=${a}\n",
    );
}

#[test]
fn objects_that_a_kustomization_brings_are_followed() {
    let inner = kustomization("inner", "  path: apps\n");
    check(
        &[
            ("clusters/a/all.yaml", &kustomization("all", "  path: ./more\n")),
            ("more/kustomization.yaml", "resources: [inner.yaml]\n"),
            ("more/inner.yaml", &inner),
            ("apps/one.yaml", &config("one", "1")),
        ],
        "flux:clusters/a/all.yaml#flux-system/all: flux-system/Kustomization inner\n\
         flux:more/inner.yaml#flux-system/inner: -/ConfigMap one=1\n",
    );
}

#[test]
fn a_chart_of_the_tree_gets_its_values() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                   chart:\n    spec:\n      chart: ./charts/web\n      sourceRef: {kind: GitRepository, name: flux-system, \
                   namespace: flux-system}\n  valuesFrom:\n  - {kind: ConfigMap, name: base}\n  values:\n    b: here\n";
    let base = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: base, namespace: shop}\ndata:\n  values.yaml: |\n    a: from\n    b: no\n";
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\ndata: {key: '{{ .Values.a \
                    }} {{ .Values.b }} {{ .Values.c }} {{ .Release.Namespace }}'}\n";
    check(
        &[
            ("clusters/a/web.yaml", release),
            ("clusters/a/base.yaml", base),
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
            ("charts/web/values.yaml", "a: own\nb: own\nc: own\n"),
            ("charts/web/templates/map.yaml", template),
        ],
        "flux:clusters/a/web.yaml#shop/web: shop/ConfigMap web=from here own shop\n",
    );
}

#[test]
fn named_values_files_stand_in_place_of_the_own_of_a_chart() {
    let release = |files: &str| {
        format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: shop}}\nspec:\n  \
             chart:\n    spec:\n      chart: ./charts/web\n      valuesFiles: {files}\n      \
             ignoreMissingValuesFiles: true\n      sourceRef: {{kind: GitRepository, name: flux-system, \
             namespace: flux-system}}\n  values: {{d: here}}\n"
        )
    };
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {key: '{{ .Values.a }} {{ .Values.b }} \
                    {{ .Values.d }}'}\n";
    for (files, expected) in [
        ("[./charts/web/values-prod.yaml]", "prod  here"),
        ("[charts/web/values.yaml, charts/web/values-prod.yaml]", "prod own here"),
        // Flux packs nothing for this one, and so never opens it.
        ("[./values.yaml]", "own own here"),
        ("[gone.yaml]", "  here"),
        ("[]", "own own here"),
    ] {
        check(
            &[
                ("clusters/a/web.yaml", &release(files)),
                ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
                ("charts/web/values.yaml", "a: own\nb: own\nd: own\n"),
                ("charts/web/values-prod.yaml", "a: prod\n"),
                ("charts/web/templates/map.yaml", template),
            ],
            &format!("flux:clusters/a/web.yaml#shop/web: shop/ConfigMap web={expected}\n"),
        );
    }
}

#[test]
fn a_release_of_a_chart_that_an_object_names_is_rendered() {
    let chart = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmChart\nmetadata: {name: web, namespace: flux-system}\n\
                 spec:\n  chart: ./charts/web\n  valuesFiles: [charts/web/values-prod.yaml]\n  sourceRef: {kind: \
                 GitRepository, name: flux-system}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec: \
                   {chartRef: {kind: HelmChart, name: web, namespace: flux-system}}\n";
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {key: '{{ .Values.a }}'}\n";
    check(
        &[
            ("clusters/a/chart.yaml", chart),
            ("clusters/a/web.yaml", release),
            ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
            ("charts/web/values.yaml", "a: own\n"),
            ("charts/web/values-prod.yaml", "a: prod\n"),
            ("charts/web/templates/map.yaml", template),
        ],
        "flux:clusters/a/web.yaml#shop/web: shop/ConfigMap web=prod\n",
    );
}

#[test]
fn ranges_of_versions_that_come_to_nothing_are_known() {
    let source = |name: &str, range: &str| {
        format!(
            "---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata: {{name: {name}, namespace: \
             flux-system}}\nspec: {{url: 'oci://host/{name}', ref: {{semver: '{range}'}}}}\n"
        )
    };
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec: \
                   {chart: {spec: {chart: web, version: 1.2.3.4, sourceRef: {kind: GitRepository, name: x}}}}\n";
    let sources = [source("a", "latest"), source("b", ">=1.2 <2 || ~3.x"), source("c", "${RANGE}")].concat();
    let rendering = rendered(&[("clusters/a/sources.yaml", &sources), ("clusters/a/web.yaml", release)]);
    let ranges: Vec<&String> = rendering.repository.facts.idle_ranges.keys().collect();
    // The version of a chart in git is not looked at.
    assert_eq!(ranges, ["latest"]);
}

#[test]
fn what_a_release_does_behind_its_templates_is_done() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                   chart:\n    spec:\n      chart: ./charts/web\n      sourceRef: {kind: GitRepository, name: flux-system, \
                   namespace: flux-system}\n  postRenderers:\n  - kustomize:\n      patches:\n      - target: {kind: \
                   ConfigMap}\n        patch: |\n          - {op: add, path: /data/key, value: patched}\n      images:\n      - \
                   {name: web, newTag: '2'}\n  commonMetadata:\n    annotations: {team: a}\n";
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {key: own}\n---\napiVersion: v1\nkind: \
                    Pod\nmetadata: {name: web, annotations: {team: b}}\nspec: {containers: [{name: web, image: 'web:1'}]}\n";
    let test = "apiVersion: v1\nkind: Pod\nmetadata: {name: try, annotations: {helm.sh/hook: test}}\n";
    let rendering = rendered(&[
        ("clusters/a/sync.yaml", SYNC),
        ("clusters/a/web.yaml", release),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("charts/web/templates/all.yaml", template),
        ("charts/web/templates/tests/try.yaml", test),
        ("charts/web/crds/kind.yaml", CRD),
    ]);
    assert_eq!(
        deployed(&rendering),
        "flux:clusters/a/web.yaml#shop/web: -/CustomResourceDefinition things.example.com, shop/ConfigMap web=patched, \
         shop/Pod web\n"
    );
    let unit = rendering.repository.units.iter().find(|it| it.kind == UnitKind::Flux).expect("it is there");
    let options = seatrial_helm::Options { trace: true, ..Default::default() };
    let made = rendering.text_of(unit, &options, &seatrial_helm::Show::default());
    let line = |wanted: &str| {
        let at =
            made.text.lines().position(|it| it.trim() == wanted).unwrap_or_else(|| panic!("{}", made.text));
        let places = made.origins[at].iter().map(|it| {
            let line = rendering.sources.positions(*it).0.line;
            format!("{}:{line}", rendering.sources.file(it.file).path())
        });
        places.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("key: patched"), "clusters/a/web.yaml:14 charts/web/templates/all.yaml:4");
    assert_eq!(line("- image: web:2"), "clusters/a/web.yaml:16 charts/web/templates/all.yaml:9");
    assert_eq!(line("team: a"), "clusters/a/web.yaml:18");
}

/// A definition that a chart brings.
const CRD: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n";

#[test]
fn metadata_that_all_get_goes_to_the_objects_alone() {
    let spec = "  path: ./apps\n  commonMetadata: {labels: {team: a}, annotations: {owner: b}}\n  images: [{name: web, newTag: \
                '2'}]\n";
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec: {containers: \
               [{name: web, image: web}]}\n";
    let rendering = rendered(&[
        ("clusters/a/sync.yaml", SYNC),
        ("clusters/a/apps.yaml", &kustomization("apps", spec)),
        (
            "apps/kustomization.yaml",
            "resources: [web.yaml]\nimages:\n- {name: web, newName: host/web, newTag: '1'}\n- {name: \
                                     host/web, newTag: '3'}\n",
        ),
        ("apps/web.yaml", web),
    ]);
    let unit = rendering.repository.units.iter().find(|it| it.kind == UnitKind::Flux).expect("it is there");
    let made = rendering.text_of(unit, &seatrial_helm::Options::default(), &seatrial_helm::Show::default());
    assert_eq!(
        made.text,
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    owner: b\n  labels:\n    team: a\n  \
         name: web\nspec:\n  template:\n    spec:\n      containers:\n      - image: web:2\n        name: web\n"
    );
}

#[test]
fn variables_of_a_secret_are_known_by_name_and_not_shown() {
    let spec = "  path: apps\n  postBuild:\n    substituteFrom: [{kind: Secret, name: vars}]\n";
    let vars = "apiVersion: v1\nkind: Secret\nmetadata: {name: vars, namespace: flux-system}\nstringData: {a: hidden}\n";
    check(
        &[
            ("clusters/a/apps.yaml", &kustomization("apps", spec)),
            ("clusters/a/vars.yaml", vars),
            ("apps/one.yaml", &config("one", "${a} ${b:=c}")),
            ("apps/two.yaml", &config("two", "${d}")),
        ],
        "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap one=${a} c, -/ConfigMap two=${d}\n\
         unset-variable: Kustomization apps gives the variable `d` no value\n",
    );
}

#[test]
fn what_stands_elsewhere_is_told() {
    let repository = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: charts, namespace: \
                      shop}\nspec: {url: 'https://charts.example.com'}\n";
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  \
                   chart:\n    spec:\n      chart: web\n      version: 1.x\n      sourceRef: {kind: HelmRepository, name: charts}\n";
    let rendering = rendered(&[("apps/repository.yaml", repository), ("apps/web.yaml", release)]);
    let found = deployed(&rendering);
    assert!(
        found.starts_with(
            "flux:apps/web.yaml#shop/web (not whole):\n\
             apps/web.yaml: HelmRelease web installs chart web 1.x of https://charts.example.com"
        ),
        "{found}"
    );
    assert_eq!(rendering.repository.facts.remotes.len(), 1);
}

#[test]
fn of_several_refs_the_one_that_flux_heeds_is_fetched() {
    let cases = [
        ("", "master"),
        ("  ref: {branch: main}\n", "main"),
        ("  ref: {branch: main, semver: 1.x}\n", "1.x"),
        ("  ref: {branch: main, semver: 1.x, tag: v1}\n", "v1"),
        ("  ref: {tag: v1, name: refs/heads/next}\n", "refs/heads/next"),
        ("  ref: {name: refs/heads/next, commit: 2f5c6fb}\n", "2f5c6fb"),
    ];
    for (written, wanted) in cases {
        let source = format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: far, namespace: \
             flux-system}}\nspec:\n  url: https://git.example.com/far\n{written}"
        );
        let applied = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: far, namespace: \
                       flux-system}\nspec: {path: ./a, sourceRef: {kind: GitRepository, name: far}}\n";
        let rendering = rendered(&[("source.yaml", &source), ("far.yaml", applied)]);
        let remotes = &rendering.repository.facts.remotes;
        let found: Vec<&RemoteSource> = remotes.iter().map(|it| &it.source).collect();
        assert_eq!(found, [&RemoteSource::git("https://git.example.com/far", wanted)], "{written}");
    }
}

#[test]
fn what_is_applied_by_another_is_the_object_that_applies() {
    let cluster = kustomization("cluster", "  path: ./apps\n");
    let web = kustomization("web", "  path: ./web\n");
    let one = config("one", "written");
    let rendering = rendered(&[
        ("clusters/a/sync.yaml", SYNC),
        ("clusters/a/cluster.yaml", &cluster),
        ("apps/web.yaml", &web),
        ("web/one.yaml", &one),
    ]);
    let repository = &rendering.repository;
    let spans: Vec<_> = repository.objects().map(seatrial_model::Object::span).collect();
    assert_eq!(repository.facts.deliveries.len(), 2);
    assert!(repository.facts.deliveries.iter().all(|it| spans.contains(&it.by)));
}

/// A release of the tree's chart `web`, which prints two of its values.
fn release_with(values_from: &str, more: &[(&str, &str)]) -> Rendering {
    let release = format!(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: web, namespace: shop}}\nspec:\n  \
         chart:\n    spec:\n      chart: ./charts/web\n      sourceRef: {{kind: GitRepository, name: flux-system, \
         namespace: flux-system}}\n  valuesFrom:\n  - {values_from}\n"
    );
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {key: '{{ .Values.a }} {{ .Values.b }}'}\n";
    let own = [
        ("clusters/a/sync.yaml", SYNC),
        ("clusters/a/web.yaml", &*release),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("charts/web/values.yaml", "a: own\nb: own\n"),
        ("charts/web/templates/map.yaml", template),
    ];
    rendered(&[&own[..], more].concat())
}

#[test]
fn a_release_is_rendered_without_values_that_nobody_can_read() {
    let encrypted = "apiVersion: v1\nkind: Secret\nmetadata: {name: more, namespace: shop}\nstringData: {values.yaml: \
                     'ENC[AES256_GCM,data:aGVsbG8=]'}\nsops: {version: 3.9.0}\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: more, namespace: shop}\nstringData: {values.yaml: \
                  'a: hunter2'}\n";
    let plain =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more, namespace: shop}\ndata: {other: 'a: b'}\n";
    for (from, more, why) in [
        ("{kind: Secret, name: more}", Some(encrypted), "the values of Secret more, which are encrypted"),
        ("{kind: Secret, name: more}", Some(secret), "the values of Secret more, which stay secret"),
        (
            "{kind: Secret, name: more, targetPath: b}",
            Some(secret),
            "the values of Secret more, which stay secret",
        ),
        ("{kind: Secret, name: gone}", None, "the values of Secret gone, which is not here"),
        ("{kind: Secret, name: gone, optional: true}", None, "the values of Secret gone, which is not here"),
        ("{kind: ConfigMap, name: gone, optional: true}", None, ""),
        (
            "{kind: ConfigMap, name: more}",
            Some(plain),
            "the values of ConfigMap more, which has no key `values.yaml`",
        ),
        ("{kind: ConfigMap, name: more, optional: true}", Some(plain), ""),
    ] {
        let more: Vec<(&str, &str)> = more.into_iter().map(|it| ("clusters/a/more.yaml", it)).collect();
        let rendering = release_with(from, &more);
        let found = deployed(&rendering);
        let unit = "flux:clusters/a/web.yaml#shop/web: shop/ConfigMap web=own own\n";
        assert!(found.starts_with(unit), "{found}");
        let told = rendering.repository.coverage.skipped.iter().map(|it| it.reason.as_str());
        let told: Vec<&str> = told.filter(|it| it.contains("HelmRelease")).collect();
        let wanted = format!("HelmRelease web is rendered without {why}");
        assert_eq!(told, if why.is_empty() { Vec::new() } else { vec![wanted.as_str()] });
        let charts = &rendering.repository.facts.charts;
        assert_eq!(charts.iter().any(|it| !it.incomplete.is_empty()), !why.is_empty());
    }
}

#[test]
fn what_stays_of_variables_is_told() {
    let spec = "  path: apps\n  postBuild:\n    substituteFrom: [{kind: Secret, name: vars}, {kind: Secret, name: gone}]\n";
    let vars = "apiVersion: v1\nkind: Secret\nmetadata: {name: vars, namespace: flux-system}\nstringData: {a: hidden}\n";
    let told = |value: &str| {
        let rendering = rendered(&[
            ("clusters/a/sync.yaml", SYNC),
            ("clusters/a/apps.yaml", &kustomization("apps", spec)),
            ("clusters/a/vars.yaml", vars),
            ("apps/one.yaml", &config("one", value)),
        ]);
        let units = rendering.repository.units.iter();
        units.flat_map(|it| it.assumptions.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told("${a}"), ["`${a}` stand for values of Secrets"]);
    assert_eq!(
        told("${c}"),
        ["variables of Secret gone, which are not known here, stay as they are written"]
    );
    assert!(told("plain").is_empty());
}

#[test]
fn what_the_object_adds_is_there_for_the_patches_of_the_kustomization() {
    let patch = "patches: [{target: {kind: ConfigMap, name: base}, patch: '[{op: add, path: /data/key, value: b}]'}, \
                 {path: more.yaml}]\n";
    let files = |spec: &str| {
        let files = [
            ("clusters/a/apps.yaml", kustomization("apps", &format!("  path: ./apps\n{spec}"))),
            ("clusters/a/sync.yaml", SYNC.to_owned()),
            ("apps/kustomization.yaml", format!("resources: [one.yaml]\n{patch}")),
            ("apps/one.yaml", config("one", "1")),
            ("apps/more.yaml", config("base", "c")),
            ("parts/base/kustomization.yaml", component("[base.yaml]")),
            ("parts/base/base.yaml", config("base", "a")),
        ];
        deployed(&rendered(&files.each_ref().map(|(path, text)| (*path, text.as_str()))))
    };
    let with = "flux:clusters/a/apps.yaml#flux-system/apps: -/ConfigMap base=c, -/ConfigMap one=1\n";
    assert_eq!(files("  components: [../parts/base]\n"), with);
    assert!(files("").contains("failing-patch"));
}

fn component(resources: &str) -> String {
    format!("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: {resources}\n")
}
