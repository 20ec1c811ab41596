//! Trees with Applications in memory, and the units they become.

use seatrial_diagnostics::{Location, Sources as _};
use seatrial_model::{Unit, UnitKind};
use seatrial_yaml::{FieldPath, PathStep};

use super::testing;
use crate::Rendering;

const URL: &str = "https://github.com/example/shop.git";

fn rendered(files: &[(&str, &str)]) -> Rendering {
    testing::rendered("github.com/example/shop", files)
}

fn app(name: &str, source: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  \
         destination: {{namespace: shop, name: in-cluster}}\n  source:\n    repoURL: {URL}\n{source}"
    )
}

fn config(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

fn deployed(rendering: &Rendering) -> String {
    testing::deployed(rendering, UnitKind::ArgoCd, |_| String::new())
}

fn unit<'r>(rendering: &'r Rendering, name: &str) -> &'r Unit {
    rendering.repository.units.iter().find(|it| it.name == name).expect("the unit is there")
}

/// Where a field of a unit's first object is edited, as `path:line text`.
fn edited(rendering: &Rendering, name: &str, keys: &[&str]) -> String {
    let object = &rendering.repository.bundle(unit(rendering, name).id).objects()[0];
    let steps = keys.iter().map(|it| PathStep::Key((*it).into()));
    let mut path = FieldPath::root();
    steps.for_each(|it| path.push(it));
    let at = Location::field(object.unit(), object.id(), path);
    let origin = rendering.origin(&at).expect("the field has a place");
    let line = rendering.sources.positions(origin.edit).0.line;
    format!(
        "{}:{line} {}",
        rendering.sources.file(origin.edit.file).path(),
        rendering.sources.text(origin.edit)
    )
}

#[test]
fn a_chart_without_values_that_is_deployed_as_it_is_is_told() {
    let rendering = rendered(&[
        ("apps/web.yaml", &app("web", "    path: web\n")),
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/values-prod.yaml", "image: {tag: a}\n"),
        ("web/templates/web.yaml", &format!("{}data: {{a: {{{{ .Values.image.tag }}}}}}\n", config("web"))),
    ]);
    let told: Vec<&str> = rendering.notices.iter().map(|it| it.check.id).collect();
    assert_eq!(told, ["template-error"]);
}

#[test]
fn values_that_a_chart_elsewhere_is_given_have_to_be_yaml() {
    let app = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: db}\nspec:\n  sources:\n  \
               - repoURL: https://charts.example.com\n    chart: db\n    targetRevision: 1.0.0\n    helm:\n      \
               valueFiles: [$own/db/values.yaml, $own/db/made.yaml, $own/db/good.yaml, $own/db/gone.yaml]\n  \
               - {repoURL: 'https://github.com/example/shop', targetRevision: main, ref: own}\n";
    let rendering = rendered(&[
        ("apps/db.yaml", app),
        ("apps/same.yaml", &app.replace("name: db", "name: same")),
        ("db/values.yaml", "a: 1\nb: \"\"`\n"),
        ("db/made.yaml", "a: {{ b }}\n"),
        ("db/good.yaml", "a: 1\n"),
    ]);
    let told = rendering.notices.iter().filter(|it| it.check.id == "invalid-yaml");
    let lines: Vec<u32> = told
        .map(|it| rendering.sources.positions(rendering.origin(&it.at).expect("it has a place").edit).0.line)
        .collect();
    assert_eq!(lines, [2]);
}

#[test]
fn a_directory_is_taken_with_what_the_source_picks() {
    let source = "    path: apps\n    directory: {recurse: true, exclude: '*-draft.yaml'}\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", source)),
        ("argocd/flat.yaml", &app("flat", "    path: apps/deep\n")),
        ("apps/one.yaml", &config("one")),
        ("apps/deep/two.yaml", &config("two")),
        ("apps/deep/three-draft.yaml", &config("three")),
    ]);
    assert_eq!(
        deployed(&rendering),
        "argocd:argocd/flat.yaml#argocd/flat: shop/ConfigMap three, shop/ConfigMap two\n\
         argocd:argocd/web.yaml#argocd/web: shop/ConfigMap two, shop/ConfigMap one\n"
    );
    assert!(rendering.repository.bundle(unit(&rendering, "manifests:apps").id).objects().is_empty());
}

#[test]
fn parameters_that_no_template_reads_are_found_where_they_stand() {
    let source = "    path: charts/web\n    helm:\n      parameters:\n      - {name: image.tga, value: '2'}\n      \
                  - {name: image.tag, value: '3'}\n      - {name: redis.size, value: '4'}\n      \
                  - {name: prot, value: '5'}\n      - {name: 'ports[0]', value: '6'}\n";
    let chart = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: redis, version: 1.0.0}]\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", source)),
        ("charts/web/Chart.yaml", chart),
        ("charts/web/charts/redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.0.0\n"),
        ("charts/web/values.yaml", "image: {repository: a, tag: b}\nport: 80\n"),
        (
            "charts/web/templates/a.yaml",
            "{{ with .Values.image }}a: {{ .repository }}:{{ .tag }}{{ end }}\nb: {{ .Values.port }}\n",
        ),
    ]);
    let unread = &rendering.repository.facts.charts[0].unread;
    let told = unread.iter().map(|it| {
        let origin = rendering.origin(&Location::text(it.key)).expect("it was written somewhere");
        format!("{} = {}", it.keys.join("."), rendering.sources.text(origin.edit))
    });
    assert_eq!(told.collect::<Vec<_>>(), ["image.tga = '2'", "prot = '5'"]);
}

#[test]
fn a_pattern_in_another_source_takes_what_fits_in_order() {
    let sources = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  \
                   destination: {namespace: shop}\n  sources:\n  - repoURL: https://github.com/example/shop\n    path: charts/web\n    \
                   helm: {valueFiles: [$env/env/*.yaml, $env/env/b.yaml, $env/env/**/deep.yaml]}\n  - {repoURL: \
                   'https://github.com/example/shop', ref: env}\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", sources),
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values.yaml", "image: own\ntag: own\nhost: own\nsize: own\n"),
        ("env/a.yaml", "image: a\ntag: a\nhost: a\n"),
        // It is written out behind the pattern, and so comes after `c`.
        ("env/b.yaml", "tag: b\nhost: b\n"),
        ("env/c.yaml", "tag: c\n"),
        ("env/x/deep.yaml", "host: deep\n"),
        ("charts/web/templates/config.yaml", TEMPLATE),
    ]);
    let object =
        &rendering.repository.bundle(unit(&rendering, "argocd:argocd/web.yaml#argocd/web").id).objects()[0];
    let data = |key| object.field(&["data", key]).and_then(seatrial_yaml::Node::as_str).unwrap_or_default();
    assert_eq!([data("image"), data("tag"), data("host"), data("size")], ["a", "b", "deep", "own"]);
}

const CHART: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\n";
const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: \
                        {{ .Release.Namespace }}\ndata:\n  image: {{ .Values.image }}\n  tag: {{ .Values.tag | \
                        quote }}\n  host: {{ .Values.host }}\n  size: {{ .Values.size }}\n";

#[test]
fn a_chart_gets_its_values_in_layers() {
    let source = "    path: charts/web\n    helm:\n      releaseName: shop-web\n      valueFiles: [values-prod.yaml, \
                  /env/prod.yaml]\n      values: |\n        # here\n        host: prod.example.com\n      parameters:\n      - \
                  {name: tag, value: '1.2'}\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", source)),
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values.yaml", "image: web\ntag: latest\nhost: example.com\nsize: 1\n"),
        ("charts/web/values-prod.yaml", "image: registry/web\nsize: 2\n"),
        ("env/prod.yaml", "size: 3\n"),
        ("charts/web/templates/config.yaml", TEMPLATE),
    ]);
    let name = "argocd:argocd/web.yaml#argocd/web";
    assert_eq!(deployed(&rendering), format!("{name}: shop/ConfigMap shop-web\n"));
    let object = &rendering.repository.bundle(unit(&rendering, name).id).objects()[0];
    let data = |key| {
        object
            .field(&["data", key])
            .and_then(seatrial_yaml::Node::scalar_text)
            .unwrap_or_default()
            .into_owned()
    };
    assert_eq!(
        [data("image"), data("tag"), data("host"), data("size")],
        ["registry/web", "1.2", "prod.example.com", "3"]
    );
    for (key, place) in [
        ("image", "charts/web/values-prod.yaml:1 registry/web"),
        ("size", "env/prod.yaml:1 3"),
        ("host", "argocd/web.yaml:14 prod.example.com"),
        ("tag", "argocd/web.yaml:16 '1.2'"),
    ] {
        assert_eq!(edited(&rendering, name, &["data", key]), place);
    }
}

#[test]
fn values_in_the_object_that_no_template_reads_are_noticed() {
    let object = "    path: charts/web\n    helm:\n      valuesObject:\n        hots: prod.example.com\n        size: 2\n";
    let text = "    path: charts/web\n    helm:\n      values: |\n        tga: '1'\n";
    let rendering = rendered(&[
        ("argocd/object.yaml", &app("object", object)),
        ("argocd/text.yaml", &app("text", text)),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("charts/web/values.yaml", "tag: latest\nhost: example.com\nsize: 1\n"),
        (
            "charts/web/templates/config.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: '{{ .Values.tag }}{{ .Values.host }}{{ \
             .Values.size }}'}\n",
        ),
    ]);
    let unread = rendering.repository.facts.charts.iter().flat_map(|it| &it.unread);
    let told: Vec<String> = unread
        .map(|it| {
            let line = rendering.sources.positions(it.key).0.line;
            format!("{}:{line} {} {:?}", it.path, rendering.sources.text(it.key), it.beside)
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"argocd/object.yaml:11 hots ["host", "tag"]"#,
            r#"argocd/text.yaml:11 tga ["host", "size", "tag"]"#,
        ]
    );
}

#[test]
fn values_of_an_application_are_judged_where_another_chart_holds_the_chart_too() {
    let source = "    path: charts/web\n    helm:\n      valuesObject: {hots: a}\n      parameters: [{name: sizee, value: '2'}]\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", source)),
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values.yaml", "image: web\ntag: latest\nhost: a\nsize: 1\nforParents: 1\n"),
        ("charts/web/templates/config.yaml", TEMPLATE),
        (
            "charts/all/Chart.yaml",
            "apiVersion: v2\nname: all\nversion: 0.1.0\ndependencies: [{name: web, version: 0.1.0, repository: 'file://../web'}]\n",
        ),
    ]);
    let unread = rendering.repository.facts.charts.iter().flat_map(|it| &it.unread);
    let keys: Vec<String> = unread.map(|it| it.keys.join(".")).collect();
    assert_eq!(keys, ["hots", "sizee"]);
}

#[test]
fn values_in_the_object_are_edited_there() {
    let source = "    path: charts/web\n    helm:\n      valuesObject:\n        host: prod.example.com\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", source)),
        ("charts/web/Chart.yaml", CHART),
        ("charts/web/values.yaml", "image: web\ntag: latest\nhost: example.com\nsize: 1\n"),
        ("charts/web/templates/config.yaml", TEMPLATE),
    ]);
    let place = edited(&rendering, "argocd:argocd/web.yaml#argocd/web", &["data", "host"]);
    assert_eq!(place, "argocd/web.yaml:11 prod.example.com");
}

#[test]
fn a_kustomization_is_built_with_what_the_source_adds() {
    let source =
        "    path: k8s\n    kustomize:\n      namePrefix: prod-\n      images: ['web=registry/web:2']\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      \
                      containers:\n      - {name: web, image: web:1}\n";
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", source)),
        ("k8s/kustomization.yaml", "resources: [web.yaml]\n"),
        ("k8s/web.yaml", deployment),
    ]);
    assert_eq!(deployed(&rendering), "argocd:argocd/web.yaml#argocd/web: shop/Deployment prod-web\n");
    assert!(rendering.repository.bundle(unit(&rendering, "kustomize:k8s").id).objects().is_empty());
}

#[test]
fn applications_that_a_chart_makes_are_followed() {
    let template = format!(
        "{{{{- range .Values.apps }}}}\n---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {{{{ . \
         }}}}\nspec:\n  destination: {{namespace: {{{{ . }}}}}}\n  source:\n    repoURL: {URL}\n    path: apps/{{{{ . }}}}\n{{{{- \
         end }}}}\n"
    );
    let rendering = rendered(&[
        ("argocd/root.yaml", &app("root", "    path: charts/apps\n")),
        ("charts/apps/Chart.yaml", CHART),
        ("charts/apps/values.yaml", "apps: [web, gone]\n"),
        ("charts/apps/templates/apps.yaml", &template),
        ("apps/web/web.yaml", &config("web")),
    ]);
    assert_eq!(
        deployed(&rendering),
        "argocd:argocd/root.yaml#argocd/root: shop/Application web, shop/Application gone\n\
         argocd:charts/apps/templates/apps.yaml#gone (not whole):\n\
         argocd:charts/apps/templates/apps.yaml#web: web/ConfigMap web\n\
         charts/apps/templates/apps.yaml: `apps/gone`, which Application gone deploys, is not here\n"
    );
}

fn set(spec: &str) -> String {
    format!("apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: all}}\nspec:\n{spec}")
}

const TREE: &[(&str, &str)] = &[
    ("apps/api/config.json", "{\"team\": {\"name\": \"one\"}}"),
    ("apps/api/api.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\n"),
    ("apps/web/config.json", "{\"team\": {\"name\": \"two\"}}"),
    ("apps/web/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n"),
];

fn deployed_by(set: &str) -> String {
    let mut files: Vec<(&str, &str)> = TREE.to_vec();
    files.push(("argocd/set.yaml", set));
    deployed(&rendered(&files))
}

#[test]
fn a_set_makes_an_application_for_each_directory() {
    let text = set(&format!(
        "  generators:\n  - git: {{repoURL: '{URL}', directories: [{{path: apps/*}}, {{path: apps/api, exclude: \
         true}}]}}\n  template:\n    metadata: {{name: '{{{{path.basename}}}}-{{{{path[0]}}}}'}}\n    spec:\n      destination: \
         {{namespace: shop}}\n      source: {{repoURL: '{URL}', path: '{{{{path}}}}'}}\n"
    ));
    assert_eq!(
        deployed_by(&text),
        "argocd:argocd/set.yaml#all: -/Application web-apps\n\
         argocd:argocd/set.yaml#web-apps: shop/ConfigMap web\n"
    );
}

#[test]
fn a_set_makes_an_application_for_each_file() {
    let text = set(&format!(
        "  goTemplate: true\n  generators:\n  - git: {{repoURL: '{URL}', files: [{{path: apps/**/config.json}}]}}\n  \
         template:\n    metadata: {{name: '{{{{ .path.basename | upper | lower }}}}-{{{{ .team.name }}}}'}}\n    spec:\n      \
         destination: {{namespace: '{{{{ .team.name }}}}'}}\n      source: {{repoURL: '{URL}', path: '{{{{ .path.path }}}}'}}\n"
    ));
    assert_eq!(
        deployed_by(&text),
        "argocd:argocd/set.yaml#all: -/Application api-one, -/Application web-two\n\
         argocd:argocd/set.yaml#api-one: one/ConfigMap api\n\
         argocd:argocd/set.yaml#web-two: two/ConfigMap web\n"
    );
}

#[test]
fn what_is_empty_in_the_template_of_a_generator_is_that_of_the_set() {
    let text = set(&format!(
        "  goTemplate: true\n  generators:\n  - list:\n      elements: [{{app: web}}]\n      template:\n        metadata: \
         {{}}\n        spec:\n          project: ''\n          source: {{repoURL: '', path: 'apps/{{{{ .app }}}}'}}\n          \
         destination: {{namespace: ''}}\n  template:\n    metadata: {{name: '{{{{ .app }}}}'}}\n    spec:\n      project: \
         default\n      destination: {{namespace: shop}}\n      source: {{repoURL: '{URL}', path: none}}\n"
    ));
    assert_eq!(
        deployed_by(&text),
        "argocd:argocd/set.yaml#all: -/Application web\n\
         argocd:argocd/set.yaml#web: shop/ConfigMap web\n"
    );
}

#[test]
fn a_parameter_that_no_generator_gives_is_told() {
    let told = |options: &str, generators: &str, name: &str| {
        let text = set(&format!(
            "  goTemplate: true\n{options}  generators: [{generators}]\n  template:\n    metadata: {{name: '{name}'}}\n    \
             spec: {{source: {{repoURL: '{URL}', path: apps/web}}}}\n"
        ));
        let mut files: Vec<(&str, &str)> = TREE.to_vec();
        files.push(("argocd/set.yaml", &text));
        let rendering = rendered(&files);
        let told = rendering.notices.iter().filter(|it| it.check.id == "argocd-missing-parameter");
        told.map(|it| format!("{:?} {}", it.severity, it.message)).collect::<Vec<_>>().join("\n")
    };
    let strict = "  goTemplateOptions: [missingkey=error]\n";
    let list = "{list: {elements: [{n: one}, {n: two}]}}";
    let files = format!("{{git: {{repoURL: '{URL}', files: [{{path: apps/**/config.json}}]}}}}");
    let of = |severity: &str, key: &str| {
        format!("{severity} ApplicationSet all asks for `{key}`, which its generators do not give")
    };
    assert_eq!(told(strict, list, "web-{{ .region }}"), of("Error", "region"));
    assert_eq!(told(strict, &files, "web-{{ .team.label }}"), of("Warning", "label"));
    assert_eq!(told(strict, &files, "web-{{ .team.name }}"), "");
    assert_eq!(told("", list, "web-{{ .region }}"), "");
    let behind =
        "web-{{ nothing .n }}', labels: {region: '{{ .region }}', zone: '{{ .zone }}'}, namespace: 'a";
    assert_eq!(told(strict, list, behind), [of("Error", "region"), of("Error", "zone")].join("\n"));
    // A cluster has labels that the tree does not say.
    assert_eq!(told(strict, "{clusters: {}}", "web-{{ .metadata.labels.region }}"), "");
}

#[test]
fn a_matrix_shows_the_second_what_the_first_gave() {
    let text = set(&format!(
        "  goTemplate: true\n  generators:\n  - matrix:\n      generators:\n      - list: {{elements: [{{dir: apps}}]}}\n      \
         - git: {{repoURL: '{URL}', directories: [{{path: '{{{{ .dir }}}}/w*'}}]}}\n  template:\n    metadata: {{name: '{{{{ \
         .dir }}}}-{{{{ .path.basename }}}}'}}\n    spec:\n      destination: {{namespace: shop}}\n      source: {{repoURL: \
         '{URL}', path: '{{{{ .path.path }}}}'}}\n"
    ));
    assert_eq!(
        deployed_by(&text),
        "argocd:argocd/set.yaml#all: -/Application apps-web\n\
         argocd:argocd/set.yaml#apps-web: shop/ConfigMap web\n"
    );
}

#[test]
fn clusters_that_the_tree_does_not_name_stay_open() {
    let text = set(&format!(
        "  generators:\n  - merge:\n      mergeKeys: [nameNormalized]\n      generators:\n      - clusters: {{selector: \
         {{matchLabels: {{a: b}}}}, values: {{root: apps, dir: web}}}}\n      - list: {{elements: [{{nameNormalized: one, \
         values.dir: api}}]}}\n  template:\n    metadata: {{name: 'x-{{{{nameNormalized}}}}'}}\n    spec:\n      destination: \
         {{server: '{{{{server}}}}', namespace: shop}}\n      source: {{repoURL: '{URL}', path: \
         '{{{{values.root}}}}/{{{{values.dir}}}}'}}\n"
    ));
    assert_eq!(
        deployed_by(&text),
        "argocd:argocd/set.yaml#all (not whole): -/Application x-any, -/Application x-one\n\
         argocd:argocd/set.yaml#x-any: shop/ConfigMap web\n\
         argocd:argocd/set.yaml#x-one: shop/ConfigMap api\n\
         argocd/set.yaml: the clusters that Argo CD knows are not written in the tree\n"
    );
}

#[test]
fn a_patch_changes_what_the_template_made() {
    let text = set(&format!(
        "  goTemplate: true\n  generators:\n  - list: {{elements: [{{name: web, ns: other}}]}}\n  templatePatch: |\n    spec:\n      \
         destination:\n        namespace: {{{{ .ns }}}}\n  template:\n    metadata: {{name: '{{{{ .name }}}}'}}\n    spec:\n      \
         destination: {{namespace: shop}}\n      source: {{repoURL: '{URL}', path: 'apps/{{{{ .name }}}}'}}\n"
    ));
    assert_eq!(
        deployed_by(&text),
        "argocd:argocd/set.yaml#all: -/Application web\n\
         argocd:argocd/set.yaml#web: other/ConfigMap web\n"
    );
}

#[test]
fn a_field_of_a_generated_application_is_edited_in_the_set() {
    let text = set(&format!(
        "  generators:\n  - list: {{elements: [{{name: web}}]}}\n  template:\n    metadata: {{name: '{{{{name}}}}'}}\n    \
         spec:\n      destination: {{namespace: shop}}\n      source:\n        repoURL: {URL}\n        path: apps/{{{{name}}}}/none\n"
    ));
    let rendering = rendered(&[("argocd/set.yaml", &text), ("apps/web/web.yaml", &config("web"))]);
    let place = edited(&rendering, "argocd:argocd/set.yaml#all", &["spec", "source", "path"]);
    assert_eq!(place, "argocd/set.yaml:13 apps/{{name}}/none");
}

#[test]
fn the_address_of_an_artifact_is_whole() {
    let of = |address: &str, chart: &str| {
        let app = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  destination: \
             {{namespace: shop}}\n  source: {{repoURL: '{address}', chart: {chart}, targetRevision: 1.2.3}}\n"
        );
        let rendering = rendered(&[("argocd/a.yaml", &app)]);
        let source = rendering.repository.facts.remotes[0].source.clone();
        (source.address, source.name)
    };
    let whole = ("oci://ghcr.io/acme".to_owned(), "web".to_owned());
    assert_eq!(of("oci://ghcr.io/acme/web", "web"), whole);
    assert_eq!(of("oci://ghcr.io/acme/web/", "other"), whole);
    assert_eq!(of("ghcr.io/acme", "web"), whole);
}

#[test]
fn what_stands_elsewhere_is_told() {
    let chart = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: redis}\nspec:\n  destination: \
                 {namespace: shop}\n  source: {repoURL: 'https://charts.example.com', chart: redis, targetRevision: 20.1.0}\n";
    let rendering = rendered(&[("argocd/redis.yaml", chart)]);
    let told = deployed(&rendering);
    assert!(told.contains("argocd:argocd/redis.yaml#redis (not whole):"), "{told}");
    assert!(
        told.contains("Application redis deploys chart redis 20.1.0 of https://charts.example.com"),
        "{told}"
    );
    assert_eq!(rendering.repository.facts.remotes.len(), 1);
}

#[test]
fn a_circle_of_applications_ends() {
    let rendering = rendered(&[("apps/root.yaml", &app("root", "    path: apps\n"))]);
    assert_eq!(deployed(&rendering), "argocd:apps/root.yaml#argocd/root: argocd/Application root\n");
}

const CLUSTER: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: one\n  labels: {argocd.argoproj.io/secret-type: \
                       cluster, env: prod}\nstringData: {name: One, server: 'https://one'}\n---\napiVersion: v1\nkind: \
                       Secret\nmetadata:\n  name: two\n  labels: {argocd.argoproj.io/secret-type: cluster, env: \
                       test}\ndata: {name: dHdv, server: aHR0cHM6Ly90d28=, config: e30=}\n";

#[test]
fn clusters_that_secrets_tell_of_are_known() {
    let text = set(&format!(
        "  generators:\n  - clusters: {{selector: {{matchLabels: {{env: prod}}}}}}\n  template:\n    metadata: {{name: \
         'web-{{{{nameNormalized}}}}-{{{{metadata.labels.env}}}}'}}\n    spec:\n      destination: {{server: '{{{{server}}}}', \
         namespace: shop}}\n      source: {{repoURL: '{URL}', path: apps/web}}\n"
    ));
    let files = [TREE, &[("argocd/set.yaml", text.as_str()), ("argocd/clusters.yaml", CLUSTER)]].concat();
    assert_eq!(
        deployed(&rendered(&files)),
        "argocd:argocd/set.yaml#all: -/Application web-one-prod\n\
         argocd:argocd/set.yaml#web-one-prod: shop/ConfigMap web\n"
    );
}

#[test]
fn a_flat_list_of_clusters_makes_one_application() {
    let text = set(&format!(
        "  goTemplate: true\n  generators:\n  - clusters: {{flatList: true}}\n  template:\n    metadata: {{name: 'web-{{{{ len \
         .clusters }}}}-{{{{ (index .clusters 0).metadata.labels.env }}}}'}}\n    spec:\n      destination: {{namespace: \
         shop}}\n      source: {{repoURL: '{URL}', path: apps/web}}\n"
    ));
    let files = [TREE, &[("argocd/set.yaml", text.as_str()), ("argocd/clusters.yaml", CLUSTER)]].concat();
    let told = deployed(&rendered(&files));
    assert!(told.contains("argocd:argocd/set.yaml#web-3-prod: shop/ConfigMap web\n"), "{told}");
}

#[test]
fn a_flat_list_of_clusters_is_one_set_of_parameters_beside_others() {
    let told = |generator: &str| {
        let text = set(&format!(
            "  goTemplate: true\n  generators:\n{generator}  template:\n    metadata: {{name: '{{{{ .team }}}}-{{{{ len \
             .clusters }}}}'}}\n    spec:\n      destination: {{namespace: shop}}\n      source: {{repoURL: '{URL}', path: \
             apps/web}}\n"
        ));
        let files = [TREE, &[("argocd/set.yaml", text.as_str()), ("argocd/clusters.yaml", CLUSTER)]].concat();
        let told = deployed(&rendered(&files));
        told.lines().next().unwrap_or_default().to_owned()
    };
    let matrix = "  - matrix:\n      generators:\n      - list: {elements: [{team: a}, {team: b}]}\n      - clusters: \
                  {flatList: true, selector: {matchLabels: {env: test}}}\n";
    assert_eq!(told(matrix), "argocd:argocd/set.yaml#a-1: shop/ConfigMap web");
    // With Go's templates keys lead to no inner part: absent ones are alike.
    let merge = "  - merge:\n      mergeKeys: [values.key]\n      generators:\n      - clusters: {flatList: true, values: {key: \
                 one}}\n      - list: {elements: [{values: {key: one}, team: c}]}\n";
    assert_eq!(told(merge), "argocd:argocd/set.yaml#all: -/Application c-3");
}

#[test]
fn a_set_has_its_applications_applied() {
    let text = set(&format!(
        "  generators:\n  - list: {{elements: [{{name: one}}]}}\n  template:\n    metadata: {{name: '{{{{name}}}}'}}\n    \
         spec:\n      source: {{repoURL: '{URL}', path: apps/web}}\n"
    ));
    let rendering = rendered(&[("argocd/set.yaml", &text)]);
    let repository = &rendering.repository;
    let set = repository.objects().find(|it| it.kind() == "ApplicationSet").expect("it is there");
    let delivery = repository.facts.delivery_of(set.span()).expect("it has a unit");
    assert_eq!(repository.unit(delivery.unit).name, "argocd:argocd/set.yaml#all");
}

#[test]
fn files_beside_the_manifests_change_the_source() {
    let rendering = rendered(&[
        ("argocd/web.yaml", &app("web", "    path: k8s\n    kustomize: {namePrefix: a-}\n")),
        ("k8s/kustomization.yaml", "resources: [web.yaml]\n"),
        ("k8s/web.yaml", &config("web")),
        ("k8s/.argocd-source.yaml", "path: elsewhere\nkustomize: {namePrefix: b-, nameSuffix: -c}\n"),
        ("k8s/.argocd-source-web.yaml", "kustomize: {nameSuffix: -d}\n"),
        ("k8s/.argocd-source-api.yaml", "kustomize: {nameSuffix: -e}\n"),
    ]);
    assert_eq!(deployed(&rendering), "argocd:argocd/web.yaml#argocd/web: shop/ConfigMap b-web-d\n");
}
