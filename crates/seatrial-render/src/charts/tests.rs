//! Whole charts in memory: what is noticed of them, and where it stands.

use seatrial_diagnostics::{Change, Content, Location, Notice, ObjectId, Sources, UnitId};
use seatrial_model::{KubernetesVersion, Target, UnitKind, UnitRole};
use seatrial_source::MemoryFiles;
use seatrial_yaml::{FieldPath, PathStep};

use crate::{Rendering, Request, render};

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: 1.4.0\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      \
                   image: {{ .Values.image }}\n      env:\n        - name: PORT\n          value: {{ .Values.port }}\n";

fn rendered(files: &[(&str, &str)]) -> Rendering {
    let files: MemoryFiles = files.iter().map(|(path, text)| (format!("web/{path}"), *text)).collect();
    let target =
        Target { kubernetes: KubernetesVersion::DEFAULT, release: None, profile: "default".to_owned() };
    render(Request::new(&files, target))
}

/// `check path:line message` of the notices of a check.
fn told(rendering: &Rendering, check: &str) -> Vec<String> {
    let of_check = rendering.notices.iter().filter(|it| it.check.id == check);
    let line = |it: &Notice| {
        let edit = rendering.origin(&it.at).expect("a notice has a place").edit;
        let file = rendering.sources.file(edit.file).path();
        format!("{file}:{} {}", rendering.sources.positions(edit).0.line, it.message)
    };
    of_check.map(line).collect()
}

fn field(steps: &[&str]) -> Location {
    let mut path = FieldPath::root();
    for step in steps {
        path.push(step.parse().map_or_else(|_| PathStep::Key((*step).into()), PathStep::Index));
    }
    Location::Field { unit: UnitId(0), object: ObjectId(0), path, part: None }
}

#[test]
fn a_secret_in_the_values_is_told_where_it_stands() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  p: {{ .Values.db.password | b64enc }}\n\
                  stringData:\n  q: {{ .Values.token }}\n  r: {{ .Values.title }}\n";
    let values = "db:\n  password: k8tN2vQx\ntoken: change-me-1\ntitle: k8tN2vQy\nunusedPassword: k8tN2vQz\n";
    let rendering = rendered(&[("Chart.yaml", CHART), ("values.yaml", values), ("templates/s.yaml", secret)]);
    assert_eq!(
        told(&rendering, "secret-in-values"),
        ["web/values.yaml:2 `db.password` is a secret that stands in the values"]
    );
}

#[test]
fn a_version_that_is_not_the_images_is_told() {
    let told_of = |values: &str| {
        let rendering =
            rendered(&[("Chart.yaml", CHART), ("values.yaml", values), ("templates/p.yaml", POD)]);
        told(&rendering, "app-version-unlike-image")
    };
    assert_eq!(
        told_of("image: a/web:1.5.0\n"),
        ["web/Chart.yaml:4 chart web says version `1.4.0` and runs `web:1.5.0`"]
    );
    assert!(told_of("image: a/web:1.4.0\n").is_empty());
    assert!(told_of("image: a/web:stable\n").is_empty());
}

#[test]
fn a_number_that_is_printed_as_another_text_is_told() {
    let told_of = |image: &str, port: &str| {
        let values = format!("image: {image}\nport: {port}\n");
        let pod = POD
            .replace("{{ .Values.image }}", "\"a/web:{{ .Values.image }}\"")
            .replace("{{ .Values.port }}", "{{ .Values.port | quote }}");
        let files = [("Chart.yaml", CHART), ("values.yaml", &values), ("templates/p.yaml", &pod)];
        told(&rendered(&files), "number-printed-unlike-written")
    };
    assert_eq!(
        told_of("1.10", "80"),
        ["web/values.yaml:1 `image` is written `1.10` and becomes `1.1` in the image `a/web:1.1`"]
    );
    assert_eq!(
        told_of("1.2", "1000000"),
        ["web/values.yaml:2 `port` is written `1000000` and becomes `1e+06` in the variable `PORT`"]
    );
    assert_eq!(told_of("1.0", "0755").len(), 2);
    // A text, and numbers that say the same.
    assert!(told_of("\"1.10\"", "1.0").is_empty());
    assert!(told_of("15", "1e3").is_empty());
}

#[test]
fn a_number_of_an_annotation_is_told_as_one() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  \
               annotations: {app-version: {{ .Values.v | quote }}}\n  labels: {version: {{ .Values.w | quote }}}\n";
    let files = [("Chart.yaml", CHART), ("values.yaml", "v: 1.10\nw: 1.20\n"), ("templates/m.yaml", map)];
    assert_eq!(
        told(&rendered(&files), "number-printed-unlike-written"),
        [
            "web/values.yaml:1 `v` is written `1.10` and becomes `1.1` in the annotation `app-version`",
            "web/values.yaml:2 `w` is written `1.20` and becomes `1.2` in the label `version`",
        ]
    );
}

#[test]
fn a_number_under_a_long_key_is_told_by_the_end_of_its_path() {
    let values = format!("? {}\n: [1.10, 2]\nimage: 1\n", "k".repeat(5_000));
    let pod = POD
        .replace("{{ .Values.image }}", "\"a/web:{{ index (first (values (omit .Values \"image\"))) 0 }}\"");
    let files = [("Chart.yaml", CHART), ("values.yaml", &values), ("templates/p.yaml", &pod)];
    assert_eq!(
        told(&rendered(&files), "number-printed-unlike-written"),
        ["web/values.yaml:2 `….0` is written `1.10` and becomes `1.1` in the image `a/web:1.1`"]
    );
}

#[test]
fn a_number_that_reaches_nothing_is_not_told() {
    let files = [
        ("Chart.yaml", CHART),
        ("values.yaml", "image: a/web:1.1\nport: 1\nother: 1.10\n"),
        ("templates/p.yaml", POD),
    ];
    assert!(told(&rendered(&files), "number-printed-unlike-written").is_empty());
}

#[test]
fn a_chart_whose_name_no_label_takes_is_told() {
    let named = |name: &str| {
        let chart = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
        told(
            &rendered(&[("Chart.yaml", &chart), ("values.yaml", "image: a\nport: 1\n")]),
            "unusual-chart-name",
        )
    };
    assert_eq!(
        named("Web Shop"),
        ["web/Chart.yaml:2 chart `Web Shop` has a name that is refused in names and labels"]
    );
    assert_eq!(named("web_shop").len(), 1);
    assert!(named("web-shop.v2").is_empty());
}

#[test]
fn a_template_that_nothing_turns_on_is_told_with_its_condition() {
    let guarded = "{{- if .Values.lit }}\nkind: A\napiVersion: v1\nmetadata: {name: a}\n{{- end }}\n";
    let base = [("Chart.yaml", CHART), ("values.yaml", "lit: false\nimage: a\nport: 1\n")];
    let mut files = base.to_vec();
    files.extend([("templates/p.yaml", POD), ("templates/a.yaml", guarded)]);
    let quiet = told(&rendered(&files), "unreached-template");
    assert_eq!(
        quiet,
        ["web/templates/a.yaml:1 templates/a.yaml of chart web gives nothing with any values file"]
    );
    files.push(("values-on.yaml", "lit: true\n"));
    assert!(told(&rendered(&files), "unreached-template").is_empty());
}

#[test]
fn a_number_that_is_to_be_a_text_is_quoted_by_the_template() {
    let rendering = rendered(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "image: a\nport: 8080\n"),
        ("templates/p.yaml", POD),
    ]);
    let at = field(&["spec", "containers", "0", "env", "0", "value"]);
    assert_eq!(rendering.rendered_line(&at), Some(13));
    let change = Change::Set { at, content: Content::Text("8080".to_owned()) };
    let edits = rendering.edits(&change).expect("it can be quoted");
    assert_eq!(edits.len(), 1);
    let text = rendering.sources.file(edits[0].span.file).text();
    assert!(text[..edits[0].span.start as usize].ends_with("{{ .Values.port"));
    assert_eq!(edits[0].text, " | quote");
}

#[test]
fn what_breaks_the_indentation_is_explained() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  {{ toYaml .Values.data | indent 2 }}\nkind2: b\n";
    let rendering = rendered(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "data:\n  a: b\n  c: d\n"),
        ("templates/c.yaml", text),
    ]);
    let mut broken = rendering.notices.iter().filter(|it| it.check.id == "invalid-rendered-yaml");
    let help = broken.next().and_then(|it| it.help.as_deref()).unwrap_or_default();
    assert!(help.contains("nindent 2"), "{help}");
}

#[test]
fn braces_that_a_formatter_tore_apart_are_explained() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: { { .Chart.Name } }\n";
    let rendering = rendered(&[("Chart.yaml", CHART), ("values.yaml", "a: b\n"), ("templates/c.yaml", text)]);
    let broken = rendering.notices.iter().find(|it| it.check.id == "invalid-rendered-yaml");
    let help = broken.and_then(|it| it.help.as_deref()).unwrap_or_default();
    assert!(help.starts_with("write the braces of the action without blanks"), "{help}");
}

#[test]
fn units_that_could_not_be_rendered_are_known() {
    let fails = "kind: A\nmetadata: {name: {{ required \"a name\" .Values.name }}}\n";
    let rendering = rendered(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "image: a\n"),
        ("values-full.yaml", "image: b\nname: c\n"),
        ("templates/a.yaml", fails),
    ]);
    let facts = &rendering.repository.facts.charts[0];
    let names: Vec<&str> =
        facts.incomplete.iter().map(|it| rendering.repository.unit(*it).name.as_str()).collect();
    assert_eq!(names, ["helm:web@values.yaml"]);
}

#[test]
fn values_of_a_chart_that_is_not_there_are_not_called_nil() {
    let chart = format!(
        "{CHART}dependencies:\n- {{name: kafka, version: 1.0.0, repository: \"https://example.com\"}}\n- {{name: redis, alias: cache, version: 1.0.0, repository: \"https://example.com\"}}\n"
    );
    let rendering = rendered(&[
        ("Chart.yaml", &chart),
        ("values.yaml", "kafka: {enabled: true}\ncache: {}\nweb: {}\n"),
        ("templates/a.yaml", "a: {{ .Values.kafka.service.port }}\n"),
        ("templates/b.yaml", "a: {{ $.Values.cache.service.port }}\n"),
        ("templates/c.yaml", "a: {{ .Values.web.service.port }}\n"),
    ]);
    assert_eq!(
        told(&rendering, "template-error"),
        ["web/templates/c.yaml:1 `.Values.web.service` is nil, and the template looks into it"]
    );
}

#[test]
fn a_chart_without_the_values_that_charts_share_is_for_another_to_fill_in() {
    let severities = |values: &str, template: &str| {
        let rendering =
            rendered(&[("Chart.yaml", CHART), ("values.yaml", values), ("templates/a.yaml", template)]);
        let errors = rendering.notices.iter().filter(|it| it.check.id == "template-error");
        errors.map(|it| it.severity.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(severities("web: {}\n", "a: {{ .Values.global.region }}\n"), ["warning"]);
    assert_eq!(severities("web: {}\n", "a: {{ .Values.web.global.region }}\n"), ["error"]);
    assert_eq!(severities("global: {}\n", "a: {{ .Values.global.cluster.region }}\n"), ["error"]);
}

#[test]
fn what_a_values_file_adds_is_no_error_of_the_chart() {
    let files = |values: &'static str| {
        rendered(&[
            ("Chart.yaml", CHART),
            ("values.yaml", "web: {}\n"),
            ("ci/full-values.yaml", values),
            ("templates/a.yaml", "kind: A\nmetadata: {name: {{ .Values.web.names.own }}}\n"),
        ])
    };
    let severities = |rendering: &Rendering| {
        let errors = rendering.notices.iter().filter(|it| it.check.id == "template-error");
        errors.map(|it| it.severity.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(severities(&files("web: {names: {own: a}}\n")), ["warning"]);
    assert_eq!(severities(&files("other: {}\n")), ["error"]);
}

#[test]
fn a_schema_of_another_host_is_not_read_and_nothing_is_refused_for_it() {
    let schema = |reference: &str| {
        let schema = format!("{{\"properties\": {{\"a\": {{\"$ref\": \"{reference}\"}}}}}}");
        let files = [("Chart.yaml", CHART), ("values.yaml", "a: 1\n"), ("values.schema.json", &*schema)];
        rendered(&files)
    };
    let rendering = schema("https://example.com/all.json#/a");
    assert_eq!(told(&rendering, "refused-values"), [""; 0]);
    let reasons: Vec<&str> = rendering.repository.coverage.skipped.iter().map(|it| &*it.reason).collect();
    assert_eq!(reasons, ["its schema refers to https://example.com/all.json, which is not read"]);
    assert_eq!(told(&schema("#/definitions/gone"), "refused-values").len(), 1);
}

#[test]
fn a_chart_that_only_takes_in_others_reads_no_values() {
    let chart = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n- {name: grafana, version: 1.0.0, alias: \
                 boards, repository: 'https://charts.example.com', condition: 'charts.grafana,boards.on'}\n";
    let values = "grapana: {a: 1}\ngrafana: {a: 1}\nboards: {b: {c: 1}}\nglobal: {a: 1}\ncharts: {grafana: true}\n\
                  shared: &shared {a: 1}\n";
    let unread = |more: &[(&str, &str)]| -> Vec<String> {
        let files = [&[("Chart.yaml", chart), ("values.yaml", values)], more].concat();
        let rendering = rendered(&files);
        rendering.repository.facts.charts[0].unread.iter().map(|it| it.keys.join(".")).collect()
    };
    assert_eq!(unread(&[]), ["grapana"]);
    // A template may hand all of it to one of a chart that is not here.
    let template = ("templates/a.yaml", "{{ include \"grafana.all\" . }}\n");
    assert_eq!(unread(&[template]), [""; 0]);
}

#[test]
fn a_file_that_values_are_made_of_is_none_of_the_charts() {
    let told_of = |name: &'static str, text: &'static str| {
        let files = [("Chart.yaml", CHART), ("values.yaml", "web: {}\n"), (name, text)];
        told(&rendered(&files), "refused-values").len()
    };
    let jinja = "web:\n{% if a %}\n  a: 1\n{% endif %}\n";
    assert_eq!(told_of("values-template.yaml", jinja), 0);
    assert_eq!(told_of("values-template.yaml", "web:\n  a: {{ b }}\n"), 0);
    assert_eq!(told_of("values-prod.yaml", "web:\n  a: {{ b }}\n"), 1);
}

#[test]
fn what_a_chart_makes_says_what_it_is() {
    let template = "apiversion: v1\nkind: Service\nmetadata: {name: a}\n---\nkind: Deployment\nmetadata: {name: b}\n\
                    ---\nkind: Widget\nmetadata: {name: c}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: d}\n";
    let rendering = rendered(&[("Chart.yaml", CHART), ("templates/a.yaml", template)]);
    assert_eq!(
        told(&rendering, "wrong-letter-case"),
        ["web/templates/a.yaml:1 Service a has the key `apiversion` instead of `apiVersion`"]
    );
    assert_eq!(
        told(&rendering, "missing-object-type"),
        ["web/templates/a.yaml:5 Deployment b has no `apiVersion`"]
    );
}

#[test]
fn items_of_a_list_that_a_chart_makes_say_what_they_are() {
    let template = "apiVersion: v1\nkind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: a}\n\
                    - apiVersion: v1\n  metadata: {name: b}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n\
                    ---\napiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: d}\n\
                    ---\napiVersion: example.com/v1\nkind: Menu\nmetadata: {name: e}\nitems:\n- kind: soup\n";
    let rendering = rendered(&[("Chart.yaml", CHART), ("templates/a.yaml", template)]);
    assert_eq!(
        told(&rendering, "missing-object-type"),
        [
            "web/templates/a.yaml:4 the list's item a has no `apiVersion`",
            "web/templates/a.yaml:6 the list's item b has no `kind`",
        ]
    );
}

#[test]
fn a_chart_that_helmfile_gives_values_is_a_candidate() {
    let role = |helmfile: &str| {
        let files: MemoryFiles = [
            ("deploy/charts/web/Chart.yaml", CHART),
            ("deploy/charts/web/templates/p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"),
            (helmfile, "releases: [{name: web, chart: ./charts/web}]\n"),
        ]
        .into_iter()
        .collect();
        let target =
            Target { kubernetes: KubernetesVersion::DEFAULT, release: None, profile: "default".to_owned() };
        let rendering = render(Request::new(&files, target));
        rendering.repository.units.iter().find(|it| it.kind == UnitKind::Helm).expect("the chart").role
    };
    assert_eq!(role("deploy/helmfile.yaml.gotmpl"), UnitRole::Candidate);
    assert_eq!(role("deploy/helmfile.d/web.yaml"), UnitRole::Candidate);
    assert_eq!(role("deploy/helmfile.d/state.yaml.gotmpl"), UnitRole::Candidate);
    assert_eq!(role("other/helmfile.yaml"), UnitRole::Deployed);
}

/// The keys that a chart's facts call unread, with their files.
fn unread(files: &[(&str, &str)]) -> Vec<String> {
    let facts = rendered(files).repository.facts;
    let of_chart = facts.charts.into_iter().flat_map(|it| it.unread);
    let mut all: Vec<String> = of_chart.map(|it| format!("{} {}", it.path, it.keys.join("."))).collect();
    all.sort();
    all
}

#[test]
fn a_values_file_of_a_chart_does_not_say_what_templates_read() {
    let files = [
        ("Chart.yaml", CHART),
        ("values.yaml", "image: a\nport: 1\n"),
        ("values-prod.yaml", "image: b\nprot: 2\nfromFile: 3\n"),
        ("ci/test-values.yaml", "image: b\nprot: 2\n"),
        ("README.md", "Set `prot` to what you like.\n"),
        ("files/app.conf", "{{ .Values.fromFile }}\n"),
        ("templates/p.yaml", POD),
    ];
    let ask = "{{- if .Values.never }}{{ tpl (.Files.Get \"files/app.conf\") . }}{{ end }}\n";
    let [of_file, slips @ ..] =
        ["web/values-prod.yaml fromFile", "web/ci/test-values.yaml prot", "web/values-prod.yaml prot"];
    assert_eq!(unread(&files), [slips[0], of_file, slips[1]]);
    let mut asking = files.to_vec();
    asking.push(("templates/ask.yaml", ask));
    assert_eq!(unread(&asking), slips);
    // A template that reads such a file by its name may look up anything in it.
    let all_of = ask.replace("files/app.conf", "ci/test-values.yaml");
    asking.push(("templates/all.yaml", &all_of));
    assert!(unread(&asking).is_empty());
}

#[test]
fn a_chart_whose_dependency_lies_in_the_tree_is_looked_through() {
    let files = |dependency: &'static str| {
        unread(&[
            ("Chart.yaml", dependency),
            ("values.yaml", "image: a\nport: 1\nsail: {colour: red}\n"),
            ("values-prod.yaml", "prot: 2\nsail: {colour: blue}\n"),
            ("templates/p.yaml", POD),
            ("sail/Chart.yaml", "apiVersion: v2\nname: sail\nversion: 1.0.0\n"),
        ])
    };
    let here = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: sail, version: 1.0.0, repository: \
                'file://sail'}]\n";
    assert_eq!(files(here), ["web/values-prod.yaml prot"]);
    let gone = "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: sail, version: 1.0.0, repository: \
                'file://mast'}]\n";
    assert!(files(gone).is_empty());
}

#[test]
fn a_slip_is_told_where_no_right_key_stands_beside_it() {
    let own = "image: {repository: a, tag: b}\nport: '1'\n";
    let with = |values: &str, template: &str| {
        unread(&[
            ("Chart.yaml", CHART),
            ("values.yaml", own),
            ("values-prod.yaml", values),
            ("templates/p.yaml", template),
        ])
    };
    let slip = "image: {repositry: x}\nprot: 2\n";
    let told = ["web/values-prod.yaml image.repositry", "web/values-prod.yaml prot"];
    let literal = "a: {{ .Values.image.repository }}:{{ .Values.image.tag }}\nb: {{ .Values.port }}\n";
    assert_eq!(with(slip, literal), told);
    // The mapping is handed on, and a key of the chart's own is read there.
    let handed = "{{ define \"i\" }}{{ .repository }}:{{ .tag }}{{ end }}a: {{ include \"i\" .Values.image \
                  }}\nb: {{ .Values.port }}\n";
    assert_eq!(with(slip, handed), told);
    // What is printed whole has any key, also where it is not printed with these values.
    let whole = "a: {{ toYaml .Values.image | nindent 2 }}\nb: {{ .Values.port }}\n";
    assert_eq!(with(slip, whole), told[1..]);
    let hidden = "{{- if not .Values.prot }}\na: {{ toYaml .Values.image | nindent 2 }}\n{{- end }}\nb: {{ \
                  .Values.port }}\n";
    assert!(with(slip, hidden).is_empty());
}

#[test]
fn a_slip_in_the_own_values_is_told_where_templates_name_only_parts() {
    let with = |template: &str| {
        unread(&[
            ("Chart.yaml", CHART),
            ("values.yaml", "image: {repositry: x}\n"),
            ("templates/p.yaml", template),
        ])
    };
    let named = "a: {{ .Values.image.repository | default \"x\" }}\n";
    assert_eq!(with(named), ["web/values.yaml image.repositry"]);
    assert!(
        with(&format!("{named}{{{{ if .Values.on }}}}{{{{ toYaml .Values.image }}}}{{{{ end }}}}\n"))
            .is_empty()
    );
    assert!(
        with(&format!("{named}{{{{ if .Values.on }}}}{{{{ toYaml .Values }}}}{{{{ end }}}}\n")).is_empty()
    );
}

#[test]
fn a_value_of_another_shape_than_the_charts_is_told() {
    let over = "image: web:1\nport: {http: 80}\nprobe: false\nextra: {a: 1}\nport2: 3\ndb:\n  auth: x\n";
    let with = |template: &str| {
        let files = [
            ("Chart.yaml", CHART),
            ("values.yaml", "image: {repository: a}\nport: 80\nprobe: {path: /}\nextra: {}\nport2: '4'\n"),
            ("values-prod.yaml", over),
            ("charts/db/Chart.yaml", "{apiVersion: v2, name: db, version: 1.0.0}\n"),
            ("charts/db/values.yaml", "auth: {user: u}\n"),
            ("templates/p.yaml", template),
        ];
        told(&rendered(&files), "mismatched-value-shape")
    };
    let image = "web/values-prod.yaml:1 `image` is a text here and a mapping in the chart's values";
    let port = "web/values-prod.yaml:2 `port` is a mapping here and a number in the chart's values";
    let auth = "web/values-prod.yaml:7 `db.auth` is a text here and a mapping in the chart's values";
    assert_eq!(with("a: {{ .Values.port }}\n"), [image, port, auth]);
    // A template that asks for types may take texts as well.
    assert_eq!(with("a: {{ kindIs \"string\" .Values.x }}\n"), [port]);
    assert!(with("a: {{ kindIs \"map\" .Values.port }}\n").is_empty());
}

#[test]
fn a_dependency_that_is_switched_off_is_not_missed() {
    let chart = format!(
        "{CHART}dependencies:\n- {{name: redis, version: 1.0.0, repository: 'https://x.example', condition: \
         redis.enabled}}\n"
    );
    let with = |values: &str| {
        rendered(&[("Chart.yaml", &chart), ("values.yaml", values), ("templates/p.yaml", POD)])
    };
    let off = with("image: a\nport: '1'\nold: 1\nredis: {enabled: false}\n");
    let facts = &off.repository.facts.charts[0];
    assert!(facts.incomplete.is_empty() && facts.unread.len() == 1, "{facts:?}");
    let on = with("image: a\nport: '1'\nold: 1\nredis: {enabled: true}\n");
    let facts = &on.repository.facts.charts[0];
    assert!(facts.incomplete.len() == 1 && facts.unread.is_empty(), "{facts:?}");
    let skips = |it: &Rendering| -> Vec<String> {
        it.repository.coverage.skipped.iter().map(|it| it.reason.clone()).collect()
    };
    assert_eq!(skips(&off), skips(&on));
    assert_eq!(skips(&off).len(), 1);
}

#[test]
fn a_values_file_with_keys_of_nothing_is_passed_over_aloud() {
    let rendering = rendered(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "image: a\nport: '1'\n"),
        ("values-prod.yaml", "imgae: b\n"),
        ("templates/p.yaml", POD),
    ]);
    let skips: Vec<&str> = rendering.repository.coverage.skipped.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(skips, ["web/values-prod.yaml"]);
}

#[test]
fn values_files_beyond_the_most_are_told() {
    let names: Vec<String> = (10..36).map(|it| format!("values-{it}.yaml")).collect();
    let mut files =
        vec![("Chart.yaml", CHART), ("values.yaml", "image: a\nport: '1'\n"), ("templates/p.yaml", POD)];
    files.extend(names.iter().map(|it| (it.as_str(), "image: b\n")));
    let rendering = rendered(&files);
    let skips: Vec<&str> =
        rendering.repository.coverage.skipped.iter().map(|it| it.reason.as_str()).collect();
    let told =
        "it is not rendered with 2 values files, values-34.yaml and those after it: 24 come before them";
    assert_eq!(skips, [told]);
}

#[test]
fn values_that_are_too_large_are_told_once() {
    let values = format!("image: a\nport: '1'\nbig: [{}]\n", "1,".repeat(1_000_000));
    let rendering = rendered(&[("Chart.yaml", CHART), ("values.yaml", &values), ("templates/p.yaml", POD)]);
    let told: Vec<&str> = rendering.notices.iter().map(|it| it.check.id).collect();
    assert_eq!(told, ["invalid-yaml"]);
    let skips = rendering.repository.coverage.skipped.iter();
    assert!(skips.into_iter().any(|it| it.reason == "`web/values.yaml` is too large to be read"));
}

#[test]
fn a_render_without_end_is_told_where_it_began() {
    let told_of = |text: &str| {
        let files = [
            ("Chart.yaml", CHART),
            ("values.yaml", "self: '{{ tpl .Values.self . }}'\n"),
            ("templates/a.yaml", text),
        ];
        told(&rendered(&files), "template-error")
    };
    let deep = ["web/templates/a.yaml:2 templates are nested too deep"];
    assert_eq!(told_of("a: 1\nb: {{ tpl .Values.self . }}\n"), deep);
    let named = told_of("{{ define \"a\" }}\n{{ template \"a\" . }}{{ end }}\nb: {{ template \"a\" . }}\n");
    assert_eq!(named, deep);
}

#[test]
fn values_of_a_chart_inside_a_chart_are_its_own() {
    let rendering = rendered(&[
        ("Chart.yaml", CHART),
        ("values.yaml", "image: a\nport: 1\n"),
        ("templates/p.yaml", POD),
        ("ci/more-values.yaml", "image: b\n"),
        ("test-chart/Chart.yaml", &CHART.replace("web", "test")),
        ("test-chart/values.yaml", "image: c\n"),
        ("test-chart/ci/other-values.yaml", "image: d\n"),
        ("test-chart/templates/p.yaml", POD),
    ]);
    let names: Vec<&str> = rendering.repository.units.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "helm:web/test-chart@values.yaml",
            "helm:web/test-chart@values.yaml,ci/other-values.yaml",
            "helm:web@values.yaml",
            "helm:web@values.yaml,ci/more-values.yaml",
        ]
    );
}
