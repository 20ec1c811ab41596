//! Whole charts, from files in memory to what is printed and what is known of
//! it.

use std::sync::Arc;

use seatrial_helm::template::trace::Origin;
use seatrial_helm::{
    Argument, ErrorKind, HelmVersion, Loaded, Loader, Options, ProblemKind, Rendered, Show, ValuesInput,
    VariationBounds, read, render, variations,
};
use seatrial_source::{MemoryFiles, SourceMap, TreePath};

const METADATA: &str = "apiVersion: v2\nname: ship\nversion: 1.0.0\n";
const BOUNDS: VariationBounds = VariationBounds { switches: 64, parts_bytes: 1 << 20 };

struct Yard {
    files: MemoryFiles,
    sources: SourceMap,
}

impl Yard {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut tree: MemoryFiles = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        if !files.iter().any(|(path, _)| *path == "ship/Chart.yaml") {
            tree.insert("ship/Chart.yaml", METADATA);
        }
        Self { files: tree, sources: SourceMap::new() }
    }

    fn load(&mut self) -> Loaded {
        let sources = &mut self.sources;
        let register = &mut |path: &TreePath, text: &Arc<str>| sources.add(path.clone(), text.clone());
        let mut loader = Loader { files: &self.files, register, helm: HelmVersion::default(), alone: None };
        loader.directory(&TreePath::new("ship"))
    }

    fn render(&mut self, set: &[&str], options: &Options) -> Rendered {
        let loaded = self.load();
        let mut values = ValuesInput::default();
        for (index, text) in set.iter().enumerate() {
            let text: Arc<str> = (*text).into();
            let file = self.sources.add(TreePath::new(&format!("argument-{index}")), text.clone());
            values.set.push(Argument { file, text });
        }
        render(&loaded.chart.expect("there is a chart"), &values, options)
    }
}

fn printed(rendered: &Rendered) -> String {
    rendered.output(&Show::default()).expect("nothing in particular is shown").text
}

#[test]
fn documents_come_in_install_order_and_hooks_last() {
    let mut yard = Yard::new(&[
        ("ship/templates/a.yaml", "kind: Deployment\n---\nkind: Service\n---\nkind: Widget\n"),
        (
            "ship/templates/b.yaml",
            "kind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: post-install, test\n---\nkind: Pod\nmetadata:\n  \
             annotations: {helm.sh/hook: launch}\n",
        ),
        ("ship/templates/NOTES.txt", "fair winds, {{ .Release.Name }}"),
        ("ship/templates/_part.tpl", "{{ define \"x\" }}{{ end }}"),
    ]);
    let rendered = yard.render(&[], &Options { name: "r".to_owned(), ..Options::default() });
    assert_eq!(rendered.errors, []);
    let kinds: Vec<&str> = rendered.manifests.iter().map(|it| &*it.kind).collect();
    assert_eq!(kinds, ["Service", "Deployment", "Widget"]);
    assert_eq!(rendered.hooks.len(), 1);
    assert_eq!(rendered.dropped.len(), 1);
    assert_eq!(rendered.notes.as_ref().map(|notes| &*notes.text), Some("fair winds, r"));
    let text = printed(&rendered);
    assert!(text.starts_with("---\n# Source: ship/templates/a.yaml\nkind: Service\n"), "{text}");
    assert!(text.ends_with("# Source: ship/templates/b.yaml\nkind: Job\nmetadata:\n  annotations:\n    helm.sh/hook: post-install, test\n\n"), "{text}");
    assert_eq!(rendered.stretches(&Show::default()).expect("there is something").concat(), text);
    let no_tests = rendered.output(&Show { skip_tests: true, ..Show::default() }).expect("it is shown");
    assert!(!no_tests.text.contains("kind: Job"));
    for part in &rendered.output(&Show::default()).expect("it is shown").parts {
        let file = &rendered.files[part.file].text;
        assert_eq!(text[part.range.clone()], file[part.start..part.start + part.range.len()]);
    }
}

#[test]
fn every_failing_template_is_told_and_the_rest_rendered() {
    let mut yard = Yard::new(&[
        ("ship/templates/a.yaml", "a: {{ .Values.mast.height }}"),
        ("ship/templates/b.yaml", "b: {{ fail \"no wind\" }}"),
        ("ship/templates/c.yaml", "c: {{ if }}"),
        ("ship/templates/d.yaml", "d: [1\n"),
        ("ship/templates/e.yaml", "e: 1"),
    ]);
    let rendered = yard.render(&[], &Options::default());
    let kinds: Vec<ErrorKind> = rendered.errors.iter().map(|error| error.kind).collect();
    assert_eq!(kinds, [ErrorKind::Parse, ErrorKind::Refused, ErrorKind::Exec, ErrorKind::Yaml]);
    assert_eq!(rendered.errors[1].reason, "no wind");
    let span = rendered.errors[2].places[0];
    assert!(yard.sources.text(span).contains(".Values.mast.height"), "{span:?}");
    assert!(printed(&rendered).contains("e: 1"));
}

#[test]
fn pieces_cover_the_text_and_lead_to_values() {
    let mut yard = Yard::new(&[
        ("ship/values.yaml", "mast: tall\nunread: 1\n"),
        ("ship/templates/a.yaml", "a: {{ .Values.mast | quote }}\nb: {{ .Values.flag }}\n"),
    ]);
    let options = Options { trace: true, ..Options::default() };
    let rendered = yard.render(&["flag=red"], &options);
    let file = &rendered.files[0];
    assert_eq!(&*file.text, "a: \"tall\"\nb: red\n");
    let total: u32 = file.pieces.iter().map(|piece| piece.length).sum();
    assert_eq!(total as usize, file.text.len());
    let read: Vec<&str> = rendered.reads.iter().map(|span| yard.sources.text(*span)).collect();
    assert!(read.contains(&"tall") && read.contains(&"red"), "{read:?}");
    assert!(!read.contains(&"1"), "{read:?}");
    let is_red = |origin: Option<&Origin>| matches!(origin, Some(Origin::Value(span)) if yard.sources.text(*span) == "red");
    assert!(file.pieces.iter().any(|piece| is_red(rendered.trace.origin(piece.origin))));
}

#[test]
fn a_dependency_that_is_not_vendored_is_taken_from_its_directory() {
    let mut yard = Yard::new(&[
        (
            "ship/Chart.yaml",
            "apiVersion: v2\nname: ship\nversion: 1.0.0\ndependencies:\n- {name: sail, version: ~1, repository: \
             'file://../sail', alias: jib}\n- {name: gone, version: '*'}\n",
        ),
        ("ship/values.yaml", "jib: {colour: white}\n"),
        ("sail/Chart.yaml", "apiVersion: v2\nname: sail\nversion: 1.4.0\n"),
        ("sail/templates/s.yaml", "colour: {{ .Values.colour }}\n"),
    ]);
    let loaded = yard.load();
    let kinds: Vec<ProblemKind> = loaded.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::MissingDependency; 2]);
    assert!(loaded.problems[0].message.ends_with("missing in charts/ directory: sail, gone"));
    let rendered = yard.render(&[], &Options::default());
    assert_eq!(rendered.files[0].path, "ship/charts/jib/templates/s.yaml");
    assert_eq!(&*rendered.files[0].text, "colour: white\n");
}

#[test]
fn a_dependency_in_a_directory_has_the_version_that_is_asked_for() {
    let problems = |asked: &str| {
        let wants = format!(
            "apiVersion: v2\nname: ship\nversion: 1.0.0\ndependencies:\n- {{name: sail, version: '{asked}', \
             repository: 'file://../sail'}}\n"
        );
        let sail = ("sail/Chart.yaml", "apiVersion: v2\nname: sail\nversion: 1.4.0\n");
        let mut yard = Yard::new(&[("ship/Chart.yaml", &wants), sail]);
        let found = yard.load().problems;
        let unfit = found.into_iter().filter(|it| it.kind == ProblemKind::DependencyVersion);
        unfit.map(|it| it.message).collect::<Vec<_>>()
    };
    assert_eq!(
        problems("1.3.0"),
        ["chart ship needs sail `1.3.0`, and the one in `file://../sail` is `1.4.0`"]
    );
    for asked in ["1.4.0", "^1.0.0", ">=1", "*", ""] {
        assert_eq!(problems(asked), [""; 0], "{asked}");
    }
}

#[test]
fn templates_that_never_end_are_ended() {
    let mut yard = Yard::new(&[
        (
            "ship/templates/a.yaml",
            "{{ define \"round\" }}{{ include \"round\" . }}{{ end }}{{ include \"round\" . }}",
        ),
        ("ship/templates/b.yaml", "b: 1"),
    ]);
    let rendered = yard.render(&[], &Options::default());
    assert_eq!(rendered.errors.len(), 1);
    assert!(rendered.errors[0].message.contains("nested reference name: round"));
    assert!(printed(&rendered).contains("b: 1"));
}

#[test]
fn a_switch_that_breaks_the_chart_when_turned_over_is_found() {
    let mut yard = Yard::new(&[
        ("ship/values.yaml", "cache:\n  enabled: false\nsecure: {enabled: true}\nfine: true\nmeant: false\n"),
        (
            "ship/templates/cache.yaml",
            "{{ if .Values.cache.enabled }}\nkind: Pod\nuser: {{ .Values.securityContext.user }}\n{{ end }}\n",
        ),
        (
            "ship/templates/pod.yaml",
            "kind: Pod\nspec:\n  a: b\n  {{- if .Values.secure.enabled }}\n  containers:\n  {{- end }}\n  - name: a\n",
        ),
        ("ship/templates/fine.yaml", "kind: Pod\nfine: {{ if .Values.fine }}1{{ else }}2{{ end }}\n"),
        ("ship/templates/meant.yaml", "{{ if .Values.meant }}{{ fail \"give a name\" }}{{ end }}\n"),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    let found = variations(&chart, &ValuesInput::default(), &Options::default(), BOUNDS).failing;
    let told: Vec<(String, &str, ErrorKind, Option<&str>, &str)> = found
        .iter()
        .map(|it| {
            let place = yard.sources.file(it.error.places[0].file).path().as_str();
            (it.keys.join("."), it.becomes, it.error.kind, it.error.nil.as_deref(), place)
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "cache.enabled".to_owned(),
                "true",
                ErrorKind::Exec,
                Some(".Values.securityContext"),
                "ship/templates/cache.yaml"
            ),
            ("secure.enabled".to_owned(), "false", ErrorKind::Yaml, None, "ship/templates/pod.yaml"),
        ]
    );
}

#[test]
fn documents_that_only_a_switch_brings_out_are_kept() {
    let mut yard = Yard::new(&[
        (
            "ship/values.yaml",
            "budget: false\nscaler: {enabled: false}\nroute: {enabled: false, tls: {enabled: false}}\nname: true\n",
        ),
        (
            "ship/templates/pod.yaml",
            "kind: Pod\nname: {{ .Values.name }}\n{{ if .Values.budget }}\n---\nkind: Budget\n{{ end }}\n",
        ),
        ("ship/templates/scaler.yaml", "{{ if .Values.scaler.enabled }}\nkind: Scaler\n{{ end }}\n"),
        (
            "ship/templates/tls.yaml",
            "{{ if .Values.route.enabled }}{{ if .Values.route.tls.enabled }}\nkind: Certificate\n{{ end }}{{ end }}\n",
        ),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    let found = variations(&chart, &ValuesInput::default(), &Options::default(), BOUNDS);
    let kept = found.parts.files.iter().zip(&found.switches).map(|(file, switches)| {
        let turned: Vec<String> = switches.iter().map(|it| it.keys.join(".")).collect();
        format!("{} {}", file.path, turned.join(" "))
    });
    assert_eq!(
        kept.collect::<Vec<_>>(),
        [
            "ship/templates/pod.yaml budget",
            "ship/templates/scaler.yaml scaler.enabled",
            "ship/templates/tls.yaml route.enabled route.tls.enabled"
        ]
    );
    assert!(found.parts.files.iter().all(|it| !it.pieces.is_empty()) && !found.is_cut);
    let few = VariationBounds { parts_bytes: 45, ..BOUNDS };
    let found = variations(&chart, &ValuesInput::default(), &Options::default(), few);
    assert!(found.is_cut);
    assert_eq!(found.parts.files.len(), 1);
}

#[test]
fn what_a_switch_turns_is_turned_back_before_the_next_one() {
    let mut yard = Yard::new(&[
        ("ship/values.yaml", "a: true\nb: true\n"),
        (
            "ship/templates/a.yaml",
            "{{ $_ := set .Values \"c\" .Values.a }}{{ if not (or .Values.a .Values.b) }}{{ .Values.x.y }}{{ end }}\n",
        ),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    assert_eq!(variations(&chart, &ValuesInput::default(), &Options::default(), BOUNDS).failing, []);
}

#[test]
fn empty_lists_and_mappings_are_filled_too() {
    let mut yard = Yard::new(&[
        (
            "ship/values.yaml",
            "volumes: []\nlabels: {}\nannotations: []\nargs: []\nhosts: []\nenv: {}\nmore: {}\n",
        ),
        (
            "ship/templates/a.yaml",
            "a: 1\nvolumes:\n  - name: own\n  {{- with .Values.volumes }}\n  {{- toYaml . | nindent 4 }}\n  {{- end }}\n\
             labels:\n  own: x\n  {{- with .Values.labels }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n\
             annotations:\n  own: x\n  {{- with .Values.annotations }}\n  {{- toYaml . | nindent 2 }}\n  {{- end }}\n",
        ),
        (
            "ship/templates/b.yaml",
            "args: [{{ join \", \" .Values.args }}]\n{{- range .Values.hosts }}\n- {{ .host }}:\n{{- end }}\n\
             env:\n{{- range $k, $v := .Values.env }}\n  {{ $k }}: {{ $v.value | quote }}\n{{- end }}\n\
             list:\n  - own\n{{- if .Values.more }}\n{{ toYaml .Values.more | indent 2 }}\n{{- end }}\n",
        ),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    let found = variations(&chart, &ValuesInput::default(), &Options::default(), BOUNDS).failing;
    let told: Vec<(String, &str)> = found.iter().map(|it| (it.keys.join("."), it.becomes)).collect();
    assert_eq!(told, [("volumes".to_owned(), "[a, b]")]);
}

#[test]
fn what_stands_behind_a_switch_is_filled_with_it_turned_on() {
    let mut yard = Yard::new(&[
        (
            "ship/values.yaml",
            "job: {enabled: false, params: {}, tolerations: []}\nbroken: {enabled: false, args: []}\n",
        ),
        (
            "ship/templates/job.yaml",
            "{{- if .Values.job.enabled }}\nkind: Job\nspec:\n  env:\n    {{- range $k, $v := .Values.job.params }}\n    \
             - name: {{ $k }}\n    value: x\n    {{- end }}\n  {{- with .Values.job.tolerations }}\n  \
             tolerations: {{- toYaml . | nindent 4 }}\n  {{- end }}\n{{- end }}\n",
        ),
        (
            "ship/templates/broken.yaml",
            "{{- if .Values.broken.enabled }}\na: {{ .Values.x.y }}\nb: {{ range .Values.broken.args }}{ {{ end }}\n{{- end }}\n",
        ),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    let found = variations(&chart, &ValuesInput::default(), &Options::default(), BOUNDS).failing;
    let told: Vec<(Option<String>, String, &str)> = found
        .iter()
        .map(|it| (it.switch.as_ref().map(|it| it.join(".")), it.keys.join("."), it.becomes))
        .collect();
    let text = |it: &str| it.to_owned();
    assert_eq!(
        told,
        [
            (None, text("broken.enabled"), "true"),
            (Some(text("job.enabled")), text("job.params"), "{a: a, b: b}"),
        ]
    );
}

#[test]
fn fields_of_the_release_are_lost_inside_loops_over_values() {
    let mut yard = Yard::new(&[
        ("ship/values.yaml", "workers: []\n"),
        (
            "ship/templates/a.yaml",
            "{{ range .Values.workers }}\n{{ .name }} {{ .Values.image }} {{ $.Values.image }}\n\
             {{ with .env }}{{ printf \"%s\" .Release.Name }}{{ end }}\n{{ end }}{{ .Values.after }}\n",
        ),
        ("ship/templates/b.yaml", "{{ range $i, $e := until 3 }}{{ .Values.image }}{{ end }}\n"),
        (
            "ship/templates/c.yaml",
            "{{ range .Values.workers }}{{ $_ := set . \"Values\" $.Values }}{{ .Values.image }}{{ end }}\n",
        ),
        ("ship/templates/d.yaml", "{{ with .Values.a }}a{{ else }}{{ .Values.image }}{{ end }}\n"),
        (
            "ship/templates/e.yaml",
            "{{ range $name, $worker := .Values.workers }}{{ $name.Values.a }}{{ $worker.Values.b }}\
             {{ range $one := $worker.env }}{{ $one.Chart.Name }}{{ end }}{{ $worker.Values }}\
             {{ $worker := $ }}{{ $worker.Values.c }}{{ end }}\
             {{ $all := $ }}{{ range $all := .Values.workers }}{{ end }}{{ $all.Values.d }}\n",
        ),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    let found = read(&chart, HelmVersion::default()).lost_roots;
    let told: Vec<(&str, &str)> = found.iter().map(|it| (it.field.as_str(), it.inside.as_str())).collect();
    assert_eq!(
        told,
        [
            (".Values.image", "range .Values.workers"),
            (".Release.Name", "with .Values.workers.env"),
            ("$worker.Values.b", "range .Values.workers"),
            ("$one.Chart.Name", "range .Values.workers.env"),
        ]
    );
}

#[test]
fn templates_that_read_the_release_are_not_handed_items() {
    let mut yard = Yard::new(&[
        ("ship/values.yaml", "workers: []\n"),
        (
            "ship/templates/_a.tpl",
            "{{ define \"name\" }}{{ .Release.Name }}{{ end }}{{ define \"full\" }}{{ include \"name\" . }}{{ end }}\n\
             {{ define \"item\" }}{{ .name }}{{ with .root }}{{ .Release.Name }}{{ end }}{{ end }}\n\
             {{ define \"either\" }}{{ if .Values }}{{ .Values.a }}{{ end }}{{ end }}\n",
        ),
        (
            "ship/templates/a.yaml",
            "{{ range .Values.workers }}{{ include \"full\" . }}{{ include \"full\" $ }}{{ include \"item\" . }}\
             {{ include \"either\" . }}{{ template \"name\" . }}{{ end }}{{ include \"full\" . }}\n\
             {{ with .context }}{{ include \"full\" . }}{{ end }}\n",
        ),
        (
            "ship/templates/b.yaml",
            "{{ range $i, $worker := .Values.workers }}{{ include \"full\" $worker }}{{ template \"name\" $worker }}\
             {{ include \"full\" $i }}{{ include \"full\" $worker.root }}{{ include \"item\" $worker }}{{ end }}\n",
        ),
    ]);
    let chart = yard.load().chart.expect("there is a chart");
    let found = read(&chart, HelmVersion::default()).handed_roots;
    let told: Vec<(&str, &str)> = found.iter().map(|it| (it.name.as_str(), it.inside.as_str())).collect();
    assert_eq!(told, [("full", "range .Values.workers"), ("name", "range .Values.workers")].repeat(2));
}

#[test]
fn objects_of_a_loop_that_share_a_name_are_found() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n";
    let body = |name: &str| {
        format!("{{{{- range $key, $item := .Values.jobs }}}}\n---\n{head}{name}\n{{{{- end }}}}\n")
    };
    let shared = [
        "  name: {{ include \"ship.name\" $ }}",
        "  labels: {app: {{ .name }}}\n  name: fixed",
        "  name: {{ $.Release.Name }}-{{ $.Chart.Name }}\n  labels: {app: {{ .name }}}",
    ];
    let apart = [
        "  name: {{ .name }}",
        "  name: {{ $key }}",
        "  name: {{ include \"ship.name\" . }}",
        "  name: {{ $.Release.Name }}\n  namespace: {{ .namespace }}",
        "  {{- $own := .name }}\n  name: {{ $own }}",
        "  {{- if .name }}\n  name: a\n  {{- else }}\n  name: b\n  {{- end }}",
        "  name: job-{{ randAlphaNum 5 }}",
        "  generateName: job-",
    ];
    for (name, is_shared) in shared.iter().map(|it| (it, true)).chain(apart.iter().map(|it| (it, false))) {
        let mut yard = Yard::new(&[("ship/templates/a.yaml", body(name).as_str())]);
        let chart = yard.load().chart.expect("there is a chart");
        let found = read(&chart, HelmVersion::default()).loop_names;
        assert_eq!(!found.is_empty(), is_shared, "{name}");
        assert!(found.iter().all(|it| it.kind == "ConfigMap" && it.over == ["jobs"]), "{name}");
    }
}

#[test]
fn what_helm_hands_over_prints_in_the_syntax_of_go() {
    let text = r#"chart: {{ printf "%#v" .Chart | quote }}
kube: {{ printf "%#v" .Capabilities.KubeVersion | quote }}
files: {{ printf "%#v" .Files | quote }}
words: {{ printf "%#v %T" .Chart.Keywords .Chart.Keywords | quote }}
version: {{ printf "%#v" (semver "1.2.3-a+b") | quote }}
"#;
    let metadata = "apiVersion: v2\nname: ship\nversion: 1.0.0\nkeywords: [a]\nmaintainers: [{name: m}]\n";
    let mut yard =
        Yard::new(&[("ship/Chart.yaml", metadata), ("ship/templates/a.yaml", text), ("ship/x.txt", "ab")]);
    let mut lines = |helm| -> Vec<String> {
        let rendered = yard.render(&[], &Options { helm, ..Options::default() });
        assert_eq!(rendered.errors, []);
        printed(&rendered).lines().skip(2).map(|line| line.replace("\\\"", "'")).collect()
    };
    assert_eq!(
        lines(HelmVersion::V3_22),
        [
            "chart: \"struct { chart.Metadata; IsRoot bool }{Metadata:chart.Metadata{Name:'ship', Home:'', \
             Sources:[]string(nil), Version:'1.0.0', Description:'', Keywords:[]string{'a'}, \
             Maintainers:[]*chart.Maintainer{(*chart.Maintainer)(0xc000000000)}, Icon:'', APIVersion:'v2', \
             Condition:'', Tags:'', AppVersion:'', Deprecated:false, Annotations:map[string]string(nil), \
             KubeVersion:'', Dependencies:[]*chart.Dependency(nil), Type:''}, IsRoot:true}\"",
            "kube: \"chartutil.KubeVersion{Version:'v1.37.0', Major:'1', Minor:'37'}\"",
            "files: \"engine.files{'x.txt':[]uint8{0x61, 0x62}}\"",
            "words: \"[]string{'a'} []string\"",
            "version: \"&semver.Version{major:0x1, minor:0x2, patch:0x3, pre:'a', metadata:'b', \
             original:'1.2.3-a+b'}\"",
        ]
    );
    let newest = lines(HelmVersion::V4_3);
    assert_eq!(
        newest[1],
        "kube: \"common.KubeVersion{Version:'v1.37.0', normalizedVersion:'v1.37.0', Major:'1', Minor:'37'}\""
    );
    assert_eq!(newest[3], "words: \"[]interface {}{'a'} []interface {}\"");
}
