//! Kustomizations as they are judged: built, with every field's line, and all
//! that is wrong with them.

use super::*;

const BASE: &str = "resources: [web.yaml]\n";
const SERVER: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n      - name: web\n        image: web:1\n";

/// The text and line of a field of the first object of a unit, and of the steps
/// before.
fn origin_in(rendering: &Rendering, unit: &str, path: &str) -> Vec<String> {
    let unit = rendering.repository.units.iter().find(|it| it.name == unit).expect("the unit is there");
    let path = path.parse().expect("a path");
    let found = rendering.origin(&Location::field(unit.id, ObjectId(0), path)).expect("it has an origin");
    let place = |span: Span| {
        let line = rendering.sources.positions(span).0.line;
        format!("{}:{line} {}", rendering.sources.file(span.file).path(), rendering.sources.text(span))
    };
    let steps = found.via.iter().map(|it| format!("{} {}", it.role.as_str(), place(it.span)));
    std::iter::once(place(found.edit)).chain(steps).collect()
}

#[test]
fn a_field_stands_where_it_was_set_last() {
    let rendering = rendered(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", SERVER),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\nnamePrefix: p-\nimages:\n- name: web\n  newTag: \"2\"\npatches:\n- path: more.yaml\n",
        ),
        (
            "prod/more.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5}\n",
        ),
    ]);
    assert_eq!(units(&rendering), "kustomize:base Base\nkustomize:prod Deployed Deployment p-web\n");
    let unit = "kustomize:prod";
    assert_eq!(
        origin_in(&rendering, unit, "spec.template.spec.containers[0].image"),
        ["prod/kustomization.yaml:5 \"2\"", "base base/web.yaml:11 web:1"]
    );
    assert_eq!(
        origin_in(&rendering, unit, "spec.replicas"),
        ["prod/more.yaml:4 5", "base base/web.yaml:6 2"]
    );
    assert_eq!(
        origin_in(&rendering, unit, "metadata.name"),
        ["prod/kustomization.yaml:2 p-", "base base/web.yaml:4 web"]
    );
    assert_eq!(
        origin_in(&rendering, unit, "spec.template.spec.containers[0].resources"),
        ["base/web.yaml:10 - name: web"].map(|it| it.replace("- ", ""))
    );
    assert_eq!(origin_in(&rendering, unit, "spec.template.metadata.labels"), ["base/web.yaml:7 template"]);
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
}

#[test]
fn a_bound_of_the_build_is_told_once() {
    let large = "x".repeat(33 << 20);
    let rendering = rendered(&[
        ("k/large.txt", &large),
        (
            "k/kustomization.yaml",
            "configMapGenerator:\n- {name: a, files: [large.txt, b=large.txt]}\n- {name: b, files: [large.txt]}\n- {name: c, files: [large.txt]}\n",
        ),
    ]);
    let told = "error failing-generator k/kustomization.yaml:2 the generator fails: the build makes more text than 64 MiB";
    assert_eq!(notices(&rendering), [told]);
}

#[test]
fn templates_of_helm_among_its_files_stop_a_build() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n{{- if .Values.on }}\n\
                    spec: {replicas: 2}\n{{- end }}\n";
    let found = |kustomization: &str, text: &str| {
        let files = [("k/kustomization.yaml", kustomization), ("k/web.yaml", SERVER), ("k/more.yaml", text)];
        notices(&rendered(&files))
    };
    let patch = "resources: [web.yaml]\npatches: [{path: more.yaml}]\n";
    assert_eq!(
        found(patch, template),
        [
            "error failing-patch k/more.yaml:4 the patch `more.yaml` is a template of Helm, and Kustomize fills in none"
        ]
    );
    assert_eq!(
        found("resources: [web.yaml, more.yaml]\n", template),
        [
            "error invalid-kustomization k/more.yaml:4 the resource `more.yaml` is a template of Helm, and Kustomize fills in none"
        ]
    );
    let filled_in = format!("namePrefix: '{{{{ .Values.prefix }}}}'\n{patch}");
    assert!(!found(&filled_in, template).iter().any(|it| it.contains("template of Helm")));
    assert_eq!(found(patch, &template.replace(".Values.on", "on").replace(".Release.Name", "name")), [""; 0]);
}

#[test]
fn an_object_that_is_called_like_a_kustomization_is_told_once() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\n\
                spec: {path: ./web, sourceRef: {kind: GitRepository, name: shop}}\n";
    let files = [("k/kustomization.yaml", "resources: [apps]\n"), ("k/apps/kustomization.yaml", flux)];
    assert_eq!(
        notices(&rendered(&files)),
        [
            "error invalid-kustomization k/apps/kustomization.yaml:1 the file that Kustomize reads in this directory is an object of kustomize.toolkit.fluxcd.io/v1"
        ]
    );
}

#[test]
fn what_a_base_lacks_is_told_in_the_base() {
    let rendering = rendered(&[
        ("base/kustomization.yaml", "resources: [web.yaml, servise.yaml]\n"),
        ("base/web.yaml", SERVER),
        ("base/service.yaml", SERVICE),
        ("one/kustomization.yaml", "resources: [../base]\n"),
        ("two/kustomization.yaml", "resources: [../base]\n"),
    ]);
    let told = notices(&rendering);
    let message = "error missing-resource base/kustomization.yaml:1 the kustomization names `servise.yaml`, which does not exist";
    assert_eq!(told, [message; 3]);
    let helps: Vec<&str> = rendering.notices.iter().filter_map(|it| it.help.as_deref()).collect();
    assert_eq!(helps, ["`service.yaml` is there: correct the name"; 3]);
}

#[test]
fn another_ending_and_a_number_for_a_text_have_a_help() {
    let files = [
        (
            "kustomization.yaml",
            "resources: [web.yaml]\npatches: [{path: size.yml}]\nimages:\n- name: web\n  newTag: 1.10\n",
        ),
        ("web.yaml", SERVER),
        ("size.yaml", SERVER),
    ];
    let rendering = rendered(&files);
    let helps: Vec<&str> = rendering.notices.iter().filter_map(|it| it.help.as_deref()).collect();
    for help in ["`size.yaml` is there: correct the name", "quote it: `\"1.10\"`"] {
        assert!(helps.contains(&help), "{help}: {helps:?}");
    }
}

#[test]
fn who_asks_about_a_base_is_told_what_comes_of_it() {
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", SERVER),
        ("one/kustomization.yaml", "resources: [../base]\n"),
        ("two/kustomization.yaml", "resources: [web.yaml]\n"),
        ("two/web.yaml", SERVER),
    ];
    let reported = |scope: &str| -> Vec<String> {
        let rendering = rendered_at(scope, &files);
        let units = rendering.repository.units.iter().filter(|it| rendering.is_reported(it));
        units.map(|it| it.name.clone()).collect()
    };
    assert_eq!(reported("base"), ["kustomize:base", "kustomize:one"]);
    assert_eq!(reported("base/web.yaml"), ["kustomize:base", "kustomize:one"]);
    assert_eq!(reported("one"), ["kustomize:one"]);
}

#[test]
fn all_that_stops_a_build_is_told() {
    let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: redis}\nspec: {minAvailable: 1}\n";
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    let rendering = rendered(&[
        ("base/kustomization.yaml", "resources: [redis.yaml, budgets.yaml, settings.yaml]\n"),
        ("base/redis.yaml", budget),
        ("base/budgets.yaml", budget),
        ("base/settings.yaml", settings),
        ("base/vpa.yaml", SERVICE),
        (
            "prod/kustomization.yaml",
            "resources:\n- ../base\n- ../base/vpa.yaml\nconfigMapGenerator:\n- name: settings\n  literals: [A=b]\n- name: api\n  behavior: merge\n  literals: [A=b]\nsecretGenerator:\n- name: keys\n  files: [secrets/key.txt]\nreplicas:\n- {name: gateway, count: 2}\n",
        ),
    ]);
    let mut told: Vec<String> = notices(&rendering).into_iter().filter(|it| !it.contains(" base/")).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "error failing-generator prod/kustomization.yaml:5 the generator makes ConfigMap settings, which is there already",
            "error failing-generator prod/kustomization.yaml:7 the generator changes ConfigMap api, which is not there",
            "error missing-resource prod/kustomization.yaml:12 the kustomization names `secrets/key.txt`, which does not exist",
            "error path-outside-root prod/kustomization.yaml:3 the kustomization reads `../base/vpa.yaml`, which lies outside its directory",
            "error unmatched-override prod/kustomization.yaml:14 `replicas` names `gateway`, and no workload is called so",
        ]
    );
    assert!(units(&rendering).contains("Service web"), "what stands outside the root is judged");
    assert!(notices(&rendering).iter().any(|it| it.contains("identity-conflict base/kustomization.yaml:1")));
}

#[test]
fn files_outside_the_directory_are_read_where_flux_applies_it() {
    let flux = |path: &str| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: apps, namespace: a}}\n\
             spec: {{path: {path}, sourceRef: {{kind: OCIRepository, name: elsewhere}}}}\n"
        )
    };
    let outside = |path: &str| {
        let rendering = rendered(&[
            ("k/clusters/ks.yaml", &flux(path)),
            ("k/base/a.yaml", SERVICE),
            ("k/apps/one/kustomization.yaml", "resources: [../../base/a.yaml]\n"),
        ]);
        notices(&rendering).iter().filter(|it| it.contains("path-outside-root")).count()
    };
    assert_eq!(outside("./apps/one"), 0);
    assert_eq!(outside("./apps/two"), 1);
}

#[test]
fn files_outside_the_directory_are_read_by_bases_of_what_flux_applies_and_below_it() {
    let outside = |name: &str| {
        let rendered = rendered(&[
            (
                "clusters/ks.yaml",
                "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps, namespace: a}\n\
                 spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}\n",
            ),
            ("shared/a.yaml", SERVICE),
            ("bases/web/kustomization.yaml", "resources: [../../shared/a.yaml]\n"),
            ("bases/idle/kustomization.yaml", "resources: [../../shared/a.yaml]\n"),
            ("apps/web/kustomization.yaml", "resources: [../../bases/web]\n"),
            ("apps/tools/one/kustomization.yaml", "resources: [../../../shared/a.yaml]\n"),
            ("apps/tools/one/two/kustomization.yaml", "resources: [../../../../shared/a.yaml]\n"),
            (name, "resources: [web]\n"),
        ]);
        let told = notices(&rendered).into_iter().filter(|it| it.contains("path-outside-root"));
        let mut files: Vec<String> = told.filter_map(|it| Some(it.split(' ').nth(2)?.to_owned())).collect();
        files.sort();
        files.dedup();
        files
    };
    let idle = "bases/idle/kustomization.yaml:1";
    assert_eq!(outside("apps/notes.txt"), ["apps/tools/one/two/kustomization.yaml:1", idle]);
    assert_eq!(
        outside("apps/kustomization.yaml"),
        ["apps/tools/one/kustomization.yaml:1", "apps/tools/one/two/kustomization.yaml:1", idle]
    );
}

#[test]
fn files_outside_the_directory_are_no_error_beside_objects_of_flux() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\n\
                   spec: {interval: 1h, chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: a}}}}\n";
    let told = |beside: &str| {
        let rendering = rendered(&[
            ("shared/a.yaml", SERVICE),
            ("web/kustomization.yaml", "resources: [../shared/a.yaml, beside.yaml]\n"),
            ("web/beside.yaml", beside),
        ]);
        let told = notices(&rendering).into_iter().find(|it| it.contains("path-outside-root"));
        told.map(|it| it.split(' ').next().unwrap_or_default().to_owned())
    };
    assert_eq!(told(release).as_deref(), Some("warning"));
    assert_eq!(told("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").as_deref(), Some("error"));
}

#[test]
fn files_outside_the_directory_are_refused_where_flux_applies_another_of_its_name() {
    let outside = |file: &str, path: &str, kind: &str| {
        let flux = format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: apps, namespace: a}}\n\
             spec: {{path: {path}, sourceRef: {{kind: {kind}, name: elsewhere}}}}\n"
        );
        let rendering = rendered(&[
            (file, &flux),
            ("devops/base/a.yaml", SERVICE),
            ("devops/overlays/production/kustomization.yaml", "resources: [../../base/a.yaml]\n"),
        ]);
        notices(&rendering).iter().filter(|it| it.contains("path-outside-root")).count()
    };
    assert_eq!(outside("flux/k.yaml", "./production", "GitRepository"), 1);
    assert_eq!(outside("flux/k.yaml", "./overlays/production", "OCIRepository"), 1);
    assert_eq!(outside("devops/flux/k.yaml", "./overlays/production", "OCIRepository"), 0);
    assert_eq!(outside("flux/k.yaml", "./devops/overlays/production", "Bucket"), 0);
    assert_eq!(outside("flux/k.yaml", "./devops/overlays/production", "GitRepository"), 0);
}

#[test]
fn two_namespaces_become_one() {
    let namespace = |name: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n");
    let rendering = rendered(&[
        ("kustomization.yaml", "namespace: prod\nresources: [a.yaml, b.yaml]\n"),
        ("a.yaml", &namespace("prod")),
        ("b.yaml", &namespace("other")),
    ]);
    assert_eq!(
        notices(&rendering),
        ["error identity-conflict kustomization.yaml:1 `namespace` makes two objects one: Namespace prod"]
    );
}

#[test]
fn entries_that_change_nothing_are_told() {
    let rendering = rendered(&[
        (
            "kustomization.yaml",
            "resources: [web.yaml]\nimages:\n- name: registry.example/web\n  newTag: \"2\"\npatches:\n- target: {kind: Job}\n  patch: |-\n    - {op: remove, path: /spec}\n",
        ),
        ("web.yaml", SERVER),
    ]);
    assert_eq!(
        notices(&rendering),
        [
            "warning unmatched-override kustomization.yaml:6 the patch's target is no object: kind Job",
            "warning unmatched-override kustomization.yaml:3 `images` names `registry.example/web`, and no container runs that image",
        ]
    );
}

#[test]
fn a_component_is_written_for_several() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - {op: remove, path: /spec/replicas}\n";
    let rendering = rendered(&[
        ("part/kustomization.yaml", component),
        ("one/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../part]\n"),
        ("one/web.yaml", SERVER),
        ("two/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../part]\n"),
        ("two/web.yaml", SERVICE),
    ]);
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
    assert_eq!(
        units(&rendering),
        "kustomize:one Deployed Deployment web\nkustomize:two Deployed Service web\n"
    );
}

#[test]
fn a_component_may_be_for_a_type_that_nothing_has_and_not_for_a_name() {
    let rendering = rendered(&[
        (
            "part/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: Job}\n  patch: |-\n    - {op: remove, path: /spec}\n- target: {kind: Job, name: gone}\n  patch: |-\n    - {op: remove, path: /spec}\n",
        ),
        ("one/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../part]\n"),
        ("one/web.yaml", SERVER),
    ]);
    assert_eq!(
        notices(&rendering),
        [
            "warning unmatched-override part/kustomization.yaml:7 the patch's target is no object: kind Job, name gone"
        ]
    );
}

#[test]
fn a_prefix_that_all_names_have_is_told() {
    let noticed = |prefix: &str, second: &str| {
        let kustomization = format!("namePrefix: \"{prefix}\"\nresources: [web.yaml{second}]\n");
        notices(&rendered(&[
            ("kustomization.yaml", &kustomization),
            ("web.yaml", SERVER),
            ("other.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"),
        ]))
    };
    let told = noticed("we", "");
    assert!(matches!(&told[..], [one] if one.contains("doubled-prefix kustomization.yaml:1")), "{told:?}");
    assert_eq!(noticed("", ""), [""; 0]);
    assert_eq!(noticed("web", ""), [""; 0]);
    assert_eq!(noticed("we", ", other.yaml"), [""; 0]);
}

#[test]
fn a_patch_that_adds_what_is_there_is_told() {
    let patch = "- op: add\n  path: /spec/template/spec/containers\n  value: [{name: proxy, image: proxy:1}]\n\
                 - op: add\n  path: /metadata/labels\n  value: {a: b}\n";
    let rendering = rendered(&[
        (
            "kustomization.yaml",
            "resources: [web.yaml]\npatches:\n- path: more.yaml\n  target: {kind: Deployment}\n",
        ),
        ("more.yaml", patch),
        ("web.yaml", SERVER),
    ]);
    assert_eq!(
        notices(&rendering),
        [
            "warning lossy-patch more.yaml:2 the patch adds `/spec/template/spec/containers`, which is there, and loses `web`"
        ]
    );
}

#[test]
fn a_directory_with_a_patch_belongs_to_the_kustomization_above_it() {
    let part = |name: &str| {
        format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{replicas: 3}}\n")
    };
    let (listed, left) = (part("web"), part("web"));
    let rendering = rendered(&[
        ("base/web.yaml", SERVER),
        ("base/kustomization.yaml", BASE),
        (
            "prod/kustomization.yaml",
            "resources: [../base]\npatches:\n- path: patches/a.yaml\n- path: ../shared/b.yaml\n",
        ),
        ("prod/patches/a.yaml", &listed),
        ("prod/patches/left.yaml", &left),
        ("shared/b.yaml", &listed),
        ("shared/other.yaml", SERVER),
    ]);
    let orphans: Vec<String> = rendering
        .repository
        .facts
        .orphans
        .iter()
        .map(|it| format!("{} {}", it.kustomization, it.path))
        .collect();
    assert_eq!(orphans, ["prod/kustomization.yaml prod/patches/left.yaml"]);
}

#[test]
fn a_list_without_a_value_is_told() {
    let rendering =
        rendered(&[("kustomization.yaml", "resources: [web.yaml]\ncomponents:\n"), ("web.yaml", SERVER)]);
    assert_eq!(
        notices(&rendering),
        ["warning unmatched-override kustomization.yaml:2 `components` has no value"]
    );
}

#[test]
fn a_component_that_nothing_takes_in_is_built_by_itself() {
    let rendering = rendered(&[
        (
            "part/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [gone.yaml]\npatches:\n- path: broken.yaml\n",
        ),
        ("part/broken.yaml", "kind: Deployment\nspec: {a: b}\n"),
    ]);
    let told = notices(&rendering);
    assert!(
        told.iter().any(|it| it.contains("warning missing-resource part/kustomization.yaml:3")),
        "{told:?}"
    );
    assert!(told.iter().all(|it| it.starts_with("warning ") || it.starts_with("info ")), "{told:?}");
}

#[test]
fn two_names_for_one_image_of_a_base_elsewhere_contradict() {
    let overlay =
        |image: &str| format!("resources: [../base]\nimages:\n- {{name: {image}, newTag: \"2\"}}\n");
    let rendering = rendered(&[
        ("base/kustomization.yaml", "resources: [\"https://github.com/example/app//deploy?ref=v1\"]\n"),
        ("one/kustomization.yaml", &overlay("example/app")),
        ("two/kustomization.yaml", &overlay("quay.io/example/app")),
    ]);
    assert_eq!(
        notices(&rendering),
        [
            "warning unmatched-override one/kustomization.yaml:3 `images` names `example/app` here and `quay.io/example/app` in `two/kustomization.yaml`"
        ]
    );
}

#[test]
fn what_a_generator_of_policies_wraps_is_no_whole_object() {
    let rendering = rendered(&[
        ("kustomization.yaml", "generators: [policies.yaml]\n"),
        (
            "policies.yaml",
            "apiVersion: policy.open-cluster-management.io/v1\nkind: PolicyGenerator\nmetadata: {name: all}\n\
             policies:\n- name: pods\n  manifests: [{path: input/}, {path: one.yaml}]\n\
             policySets:\n- {name: all, placement: {placementPath: where.yaml}}\n",
        ),
        (
            "where.yaml",
            "apiVersion: cluster.open-cluster-management.io/v1beta1\nkind: Placement\nmetadata: {name: all}\n",
        ),
        ("input/pod.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostNetwork: false}\n"),
        ("one.yaml", "apiVersion: v1\nkind: Pod\nspec: {hostNetwork: false}\n"),
    ]);
    let repository = &rendering.repository;
    assert!(repository.facts.orphans.is_empty());
    let wrapped = repository.units.iter().find(|it| it.path.as_str() == "input").expect("a unit");
    assert_eq!(
        (wrapped.role, repository.facts.partial.contains(&wrapped.id)),
        (seatrial_model::UnitRole::Base, true)
    );
    assert!(
        repository
            .units
            .iter()
            .all(|it| it.kind == seatrial_model::UnitKind::Kustomize || it.id == wrapped.id)
    );
}

#[test]
fn what_hangs_on_another_host_is_not_told() {
    let rendering = rendered(&[
        (
            "kustomization.yaml",
            "resources:\n- https://github.com/example/app//deploy?ref=v1\n- web.yaml\nimages:\n- name: app\n  newTag: \"2\"\nconfigMapGenerator:\n- name: app\n  behavior: merge\n  literals: [A=b]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: app}\n",
        ),
        ("web.yaml", SERVER),
    ]);
    assert!(rendering.notices.is_empty(), "{:?}", notices(&rendering));
    assert_eq!(skips(&rendering), [("kustomization.yaml".to_owned(), SkipCode::Remote)]);
    assert_eq!(rendering.repository.facts.remotes.len(), 1);
    assert_eq!(rendering.repository.facts.incomplete.len(), 1);
}

#[test]
fn generated_names_are_known_without_their_hashes() {
    let rendering =
        rendered(&[("kustomization.yaml", "configMapGenerator:\n- name: settings\n  literals: [A=b]\n")]);
    let object = &rendering.repository.bundles[0].objects()[0];
    let message = format!("ConfigMap {} is odd.", object.name());
    assert!(object.name().len() > "settings-".len());
    assert_eq!(rendering.repository.facts.without_hashes(&message), "ConfigMap settings is odd.");
}

#[test]
fn what_an_absent_file_is_called_after_is_not_missed_again() {
    let rendering = rendered(&[
        (
            "kustomization.yaml",
            "resources: [web.yaml, db/api.Deployment.yaml]\npatches:\n- target: {kind: Deployment, name: api}\n  patch: |-\n    - {op: remove, path: /spec}\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: api}\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: worker}\n",
        ),
        ("web.yaml", SERVER),
    ]);
    assert_eq!(
        notices(&rendering),
        [
            "error missing-resource kustomization.yaml:1 the kustomization names `db/api.Deployment.yaml`, which does not exist",
            "warning failing-patch kustomization.yaml:10 the patch is for Deployment worker, which is not there",
        ]
    );
}

/// The file that a change of the first object of a unit gives.
fn edited(
    rendering: &Rendering,
    unit: &str,
    change: impl Fn(Location) -> Change,
    path: &str,
) -> Result<String, String> {
    let unit = rendering.repository.units.iter().find(|it| it.name == unit).expect("the unit is there");
    let at = Location::field(unit.id, ObjectId(0), path.parse().expect("a path"));
    let edits = rendering.edits(&change(at)).map_err(|it| it.reason)?;
    let file = edits.first().expect("something is edited").span.file;
    let text =
        seatrial_yaml::edit::apply(rendering.sources.file(file).text(), &edits).expect("the edits fit");
    Ok(format!("{}\n{text}", rendering.sources.file(file).path()))
}

#[test]
fn a_field_is_changed_where_it_was_written() {
    let rendering = rendered(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", SERVER),
        ("one/kustomization.yaml", "resources: [../base]\nnamePrefix: one-\n"),
        (
            "two/kustomization.yaml",
            "resources: [../base]\nimages:\n- name: web\n  newTag: \"2\"\nreplicas:\n- {name: web, count: 3}\n",
        ),
    ]);
    let changed = edited(&rendering, "kustomize:one", set(Content::Int(4)), "spec.replicas");
    assert_eq!(changed, Ok(format!("base/web.yaml\n{}", SERVER.replace("replicas: 2", "replicas: 4"))));
    let changed = edited(&rendering, "kustomize:two", set(Content::Int(4)), "spec.replicas");
    assert_eq!(
        changed,
        Ok("two/kustomization.yaml\nresources: [../base]\nimages:\n- name: web\n  newTag: \"2\"\nreplicas:\n- {name: web, count: 4}\n".to_owned())
    );
    let inserted = edited(
        &rendering,
        "kustomize:one",
        |at| Change::Insert { at, content: Content::Text("Always".to_owned()) },
        "spec.template.spec.containers[0].imagePullPolicy",
    );
    assert_eq!(inserted, Ok(format!("base/web.yaml\n{SERVER}        imagePullPolicy: Always\n")));
    let image = "spec.template.spec.containers[0].image";
    let refused = edited(&rendering, "kustomize:two", set(Content::Text("web:3".to_owned())), image);
    assert_eq!(refused, Err("the value is changed on its way".to_owned()));
}

#[test]
fn a_chart_is_judged_as_a_kustomization_inflates_it() {
    let chart = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
    let template =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ required \"a name\" .Values.name }}\n";
    let kustomization = "helmCharts:\n- name: web\n  releaseName: web\n  valuesInline: {name: given}\n";
    let files = [
        ("apps/kustomization.yaml", kustomization),
        ("apps/charts/web/Chart.yaml", chart),
        ("apps/charts/web/values.yaml", "name: ''\n"),
        ("apps/charts/web/templates/map.yaml", template),
    ];
    let inflated = rendered(&files);
    assert_eq!(
        (units(&inflated), inflated.notices.iter().map(|it| it.message.clone()).collect::<Vec<_>>()),
        (
            "helm:apps/charts/web@values.yaml Base\nkustomize:apps Deployed ConfigMap given\n".to_owned(),
            Vec::new()
        )
    );
    let told = |it: &Rendering| it.notices.iter().map(|it| it.check.id).collect::<Vec<_>>();
    assert!(told(&inflated).is_empty(), "{:?}", told(&inflated));
    let skipped = &inflated.repository.coverage.skipped;
    assert!(skipped.iter().any(|it| it.reason.contains("kustomize:apps, which inflates it")), "{skipped:?}");
    let alone = rendered(&files[1..]);
    assert!(told(&alone).contains(&"missing-required-value"), "{:?}", told(&alone));
    // Nobody else looks at values that stand in files beside its own.
    let production = ("apps/charts/web/values-prod.yaml", "name: production\n");
    let beside = rendered(&[&files[..], &[production]].concat());
    let unit = "helm:apps/charts/web@values.yaml,values-prod.yaml Candidate ConfigMap production";
    assert!(units(&beside).contains(unit), "{}", units(&beside));
}

#[test]
fn what_an_inflated_chart_makes_stands_in_its_templates_and_values() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n      - name: web\n        image: {{ .Values.image }}\n        resources:\n          {{- toYaml .Values.resources | nindent 10 }}\n        args: [{{ .Values.word }}]\n";
    let values = "replicas: 1\nimage: web:1\nresources:\n  limits: {cpu: 1, pods: 2}\nword: own\n";
    let entry = "helmCharts:\n- name: web\n  valuesFile: values.yaml\n  valuesInline:\n    image: web:2\n";
    let overlay =
        "resources: [../base]\npatches:\n- path: more.yaml\nimages:\n- name: other\n  newTag: \"3\"\n";
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5}\n";
    let rendering = rendered(&[
        ("base/kustomization.yaml", entry),
        ("base/values.yaml", "word: given\n"),
        ("base/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("base/charts/web/values.yaml", values),
        ("base/charts/web/templates/web.yaml", template),
        ("prod/kustomization.yaml", overlay),
        ("prod/more.yaml", patch),
    ]);
    let web = "base/charts/web";
    let made_by = "generator base/kustomization.yaml:2 name: web";
    let at = |path: &str| origin_in(&rendering, "kustomize:prod", path);
    let container = "spec.template.spec.containers[0]";
    assert_eq!(
        at(&format!("{container}.image")),
        [
            "base/kustomization.yaml:5 web:2",
            &format!("template {web}/templates/web.yaml:11 {{{{ .Values.image }}}}"),
            made_by
        ]
    );
    assert_eq!(at(&format!("{container}.args[0]"))[0], "base/values.yaml:1 given");
    assert_eq!(at(&format!("{container}.resources.limits.memory"))[0], format!("{web}/values.yaml:4 limits"));
    assert_eq!(
        at(&format!("{container}.name")),
        [format!("{web}/templates/web.yaml:10 web"), made_by.to_owned()]
    );
    assert_eq!(at("spec.replicas"), ["prod/more.yaml:4 5", &format!("base {web}/values.yaml:1 1"), made_by]);
    assert_eq!(at("spec.strategy")[0], format!("{web}/templates/web.yaml:5 spec"));
}

#[test]
fn values_in_the_configuration_of_a_generator_stand_at_its_entry() {
    let chart = "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: web}\nname: web\nvaluesInline: {word: given}\n";
    let template =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {word: '{{ .Values.word }}'}\n";
    let rendering = rendered(&[
        ("apps/kustomization.yaml", "generators:\n- chart.yaml\n"),
        ("apps/chart.yaml", chart),
        ("apps/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("apps/charts/web/values.yaml", "word: own\n"),
        ("apps/charts/web/templates/web.yaml", template),
    ]);
    assert_eq!(
        origin_in(&rendering, "kustomize:apps", "data.word"),
        [
            "apps/kustomization.yaml:2 chart.yaml",
            "template apps/charts/web/templates/web.yaml:4 {{ .Values.word }}",
            "generator apps/kustomization.yaml:2 chart.yaml"
        ]
    );
}

#[test]
fn nothing_follows_from_what_a_broken_field_would_bring() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n";
    let misspelt = rendered(&[
        ("k/kustomization.yaml", "resource: [web.yaml]\npatches: [{path: patch.yaml}]\n"),
        ("k/patch.yaml", patch),
        ("k/web.yaml", WEB),
    ]);
    let errors = |it: &Rendering| -> Vec<String> {
        notices(it).into_iter().filter(|it| it.starts_with("error")).collect()
    };
    assert_eq!(
        errors(&misspelt),
        [
            "error unknown-kustomization-field k/kustomization.yaml:1 the kustomization has a field `resource`, which Kustomize does not know"
        ]
    );
    let help: Vec<_> = misspelt.notices.iter().filter_map(|it| it.help.as_deref()).collect();
    assert!(help.contains(&"call it `resources`"), "{help:?}");
    let generator = "configMapGenerator: [{name: c, envs: [missing.env]}]\n";
    let absent = rendered(&[("k/kustomization.yaml", generator)]);
    assert_eq!(errors(&absent).len(), 1);
    assert_eq!(absent.repository.facts.incomplete.len(), 1, "what it generates may be read elsewhere");
}
