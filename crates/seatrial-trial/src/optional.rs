//! Judges what charts make only once a switch is turned: by itself and against what the
//! same chart makes, told where it stands in the templates.

use rayon::prelude::*;
use seatrial_check::{Indexes, References, World, awaits_value, judges_optional, need_of, run_unit, wanted};
use seatrial_diagnostics::{CheckInfo, Location, Notice, Role, Severity};
use seatrial_profile::ClusterProfile;
use seatrial_render::{Rendering, Switch};
use seatrial_yaml::Node;

use crate::absorb::absorb;

/// What is wrong with the parts of charts that nobody has turned on.
pub(crate) fn notices(rendering: &Rendering, is_wanted: impl Fn(&CheckInfo) -> bool) -> Vec<Notice> {
    let repository = &rendering.optional.repository;
    if repository.units.is_empty() {
        return Vec::new();
    }
    let checks = wanted(|it| judges_optional(it) && is_wanted(it));
    let mut profile = ClusterProfile::standard();
    profile.kubernetes = repository.target.kubernetes;
    let (graph, indexes) = (References::of(repository), Indexes::of(repository));
    let world = World { repository, graph: &graph, profile: &profile, indexes: &indexes };
    let of_units = repository.units.par_iter().flat_map_iter(|unit| run_unit(&world, unit, &checks));
    let faults =
        rendering.optional_faults().filter(|it| is_wanted(it.2.check)).map(|(unit, switches, fault)| {
            let message = format!("with {}, {}", turned(switches), fault.message);
            let fault = Notice { message, ..fault }.at_most(Severity::Warning).in_unit(unit);
            of_switch(fault, switches)
        });
    let told = absorb(of_units.collect()).into_iter().filter_map(|it| told(rendering, it));
    faults.chain(told).map(Notice::latent).collect()
}

/// The same about the template, where it is about a part that is behind a switch and
/// whoever turns that on has nothing to add.
fn told(rendering: &Rendering, notice: Notice) -> Option<Notice> {
    let Location::Field { unit, object, path, .. } = &notice.at else { return None };
    let (unit, id) = (*unit, *object);
    let optional = &rendering.optional;
    let switches = optional.switches(unit, id)?;
    let origin = rendering.optional_origin(&notice.at)?;
    let object = optional.repository.bundle(unit).object(id);
    if let Some(need) = need_of(notice.check) {
        let name = object.at(path).and_then(Node::as_str).unwrap_or_default();
        let is_of_chart = !need.may_be_elsewhere || optional.is_of_release(unit, name);
        if !is_of_chart || optional.may_make(unit, need.kinds, name) {
            return None;
        }
    }
    let texts = optional.template(unit, id).into_iter().chain([origin.edit.file]);
    let mut texts = texts.map(|it| rendering.sources.file(it).text());
    // What is put together of several values may lack one of them.
    if origin.derived || rendering.lacks_value(&notice.at) {
        return None;
    }
    // Messages may quote what is secret, and this is no text of the tree.
    if object.kind() == "Secret"
        || texts.any(|it| awaits_value(notice.check, object, path, &notice.message, it))
    {
        return None;
    }
    let place = |at: &Location| match at {
        Location::Field { .. } => rendering.optional_origin(at).map(|it| Location::text(it.edit)),
        Location::Text { .. } => Some(at.clone()),
    };
    let message = format!("with {}, {}", turned(switches), notice.message);
    let mut told = Notice::new(notice.check, Location::text(origin.edit), message)
        .severity(notice.severity)
        .at_most(Severity::Warning)
        .in_unit(optional.unit(unit));
    told.help = notice.help;
    told.derivation = notice.derivation;
    for it in notice.related {
        if let Some(at) = place(&it.at) {
            told = told.related(at, it.role, it.label);
        }
    }
    Some(of_switch(told, switches))
}

/// With the place of the switch.
fn of_switch(notice: Notice, switches: &[Switch]) -> Notice {
    let Some(switch) = switches.last() else { return notice };
    notice.related(Location::text(switch.span), Role::Values, "the value that is turned")
}

/// The switches as somebody writes them.
fn turned(switches: &[Switch]) -> String {
    let all: Vec<String> =
        switches.iter().map(|it| format!("`{}: {}`", it.keys.join("."), it.becomes)).collect();
    all.join(" and ")
}

#[cfg(test)]
mod tests {
    use seatrial_source::{MemoryFiles, TreePath};

    use crate::{Config, Date, Trial, TrialRequest, Verdict, check};

    const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: \"{{ .Release.Name }}-web\"}\nspec:\n  \
         selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      \
         containers: [{name: web, image: \"registry.example.com/web:1.0.0\"}]\n";

    /// A chart with a Deployment and a further template.
    fn trial(values: &str, template: &str, others: &[(&str, &str)]) -> Trial {
        let own = [
            ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
            ("shop/values.yaml", values),
            ("shop/templates/deployment.yaml", DEPLOYMENT),
            ("shop/templates/part.yaml", template),
        ];
        let files: MemoryFiles = own.iter().chain(others).copied().collect();
        check(&TrialRequest {
            cluster: None,
            files: &files,
            revisions: None,
            git_problem: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            config: Config::default(),
            config_text: None,
            today: Date::new(2026, 11, 21).expect("the day exists"),
            units: None,
        })
    }

    /// What is told of templates that are behind switches.
    fn told(values: &str, template: &str, others: &[(&str, &str)]) -> Vec<String> {
        let trial = trial(values, template, others);
        let told = trial.findings.iter().filter(|it| it.message.starts_with("with `"));
        told.map(|it| {
            let place = &it.primary;
            let path = place.path.as_str().trim_start_matches("shop/");
            format!("{} {} {path}:{} {}", it.severity.as_str(), it.check.id, place.start.line, it.message)
        })
        .collect()
    }

    const SCALER: &str = "{{- if .Values.scaler.enabled }}\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n\
         metadata: {name: web}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  \
         minReplicas: {{ .Values.scaler.least }}\n  maxReplicas: 4\n{{- end }}\n";

    #[test]
    fn what_a_switch_brings_out_is_judged_where_it_stands() {
        let values = "scaler:\n  enabled: false\n  least: two\n";
        assert_eq!(
            told(values, SCALER, &[]),
            [
                "warning missing-autoscaler-target templates/part.yaml:6 with `scaler.enabled: true`, \
                 HorizontalPodAutoscaler web scales Deployment `web`, which nothing here defines",
                "warning wrong-type values.yaml:3 with `scaler.enabled: true`, `spec.minReplicas` of \
                 HorizontalPodAutoscaler web is a text and has to be a whole number",
            ]
        );
    }

    #[test]
    fn a_verdict_speaks_of_what_is_deployed() {
        let off = trial("scaler:\n  enabled: false\n  least: two\n", SCALER, &[]);
        assert_eq!((off.verdict, off.units[0].verdict), (Verdict::Ready, Verdict::Ready));
        assert_eq!(off.summary.warning, 2);
        let on = trial("scaler:\n  enabled: true\n  least: two\n", SCALER, &[]);
        assert_eq!(on.units[0].verdict, Verdict::WillFail);
        let broken = "{{- if .Values.part }}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Values.a.b.c }}}\n{{- end }}\n";
        let broken = trial("part: false\n", broken, &[]);
        assert_eq!((broken.verdict, broken.summary.warning), (Verdict::Ready, 1));
    }

    #[test]
    fn a_target_that_another_switch_brings_out_is_no_finding() {
        let values = "scaler: {enabled: false, least: 2}\nother: {enabled: false}\n";
        let other = DEPLOYMENT.replace("\"{{ .Release.Name }}-web\"", "web");
        let other = format!("{{{{- if .Values.other.enabled }}}}\n{other}{{{{- end }}}}\n");
        assert_eq!(told(values, SCALER, &[("shop/templates/other.yaml", &other)]), [""; 0]);
        let listed = other.replace("if .Values.other.enabled", "range .Values.list");
        assert_eq!(told(values, SCALER, &[("shop/templates/other.yaml", &listed)]), [""; 0]);
    }

    #[test]
    fn what_is_judged_with_the_switch_turned_is_told_there_alone() {
        let on = [("shop/values-prod.yaml", "scaler: {enabled: true}\n")];
        assert_eq!(told("scaler: {enabled: false, least: two}\n", SCALER, &on), [""; 0]);
    }

    #[test]
    fn what_is_judged_elsewhere_is_there_for_what_refers_to_it() {
        let values = "web: {enabled: false}\nscaler: {least: 2}\n";
        let web = DEPLOYMENT.replace("\"{{ .Release.Name }}-web\"", "web");
        let web = format!("{{{{- if or .Values.web.enabled .Values.other }}}}\n{web}{{{{- end }}}}\n");
        let scaler = SCALER.replace("scaler.enabled", "web.enabled");
        let on = "other: true\n";
        let others = [("shop/templates/web.yaml", web.as_str()), ("shop/values-prod.yaml", on)];
        assert_eq!(told(values, &scaler, &others), [""; 0]);
        let missed = scaler.replace("name: web}\n  min", "name: api}\n  min");
        assert_eq!(
            told(values, &missed, &others),
            ["warning missing-autoscaler-target templates/part.yaml:6 with `web.enabled: true`, \
                 HorizontalPodAutoscaler web scales Deployment `api`, which nothing here defines"]
        );
    }

    #[test]
    fn what_is_left_to_whoever_turns_the_switch_is_no_finding() {
        let ingress = "{{- if .Values.ingress.enabled }}\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n\
             spec:\n  {{- with .Values.ingress.class }}\n  ingressClassName: {{ . }}\n  {{- end }}\n  \
             {{- with .Values.ingress.hosts }}\n  rules:\n  {{- range . }}\n  - host: {{ . }}\n  {{- end }}\n  {{- end }}\n{{- end }}\n";
        assert_eq!(told("ingress: {enabled: false, class: \"\", hosts: []}\n", ingress, &[]), [""; 0]);
        let class = "{{- if .Values.storage.enabled }}\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: web}\n\
             provisioner: {{ .Values.storage.provisioner }}\n{{- end }}\n";
        assert_eq!(told("storage: {enabled: false, provisioner: \"\"}\n", class, &[]), [""; 0]);
    }

    #[test]
    fn a_text_that_lacks_an_empty_value_is_no_finding() {
        let policy = "{{- if .Values.net.enabled }}\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n\
             spec:\n  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: \"{{ .Values.net.address }}/32\"}\n{{- end }}\n";
        let empty = "net: {enabled: false, address: \"\"}\n";
        assert_eq!(told(empty, policy, &[]), [""; 0]);
        let map = "{{- if .Values.net.enabled }}\napiVersion: v1\nkind: ConfigMap\n\
             metadata: {name: \"x-{{ .Values.net.address }}\"}\n{{- end }}\n";
        assert_eq!(told(empty, map, &[]), [""; 0]);
        assert_eq!(
            told(empty, &policy.replace("{{ .Values.net.address }}", "a.b"), &[]),
            ["warning invalid-network-policy templates/part.yaml:9 with `net.enabled: true`, \
                 NetworkPolicy web has `a.b/32` as a block of addresses"]
        );
    }

    #[test]
    fn a_rule_about_an_entry_that_is_empty_is_no_finding() {
        let class = "{{- if .Values.net.enabled }}\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: web}\n\
             spec:\n  hosts: [a.example.com]\n  endpoints:\n  - address: {{ .Values.net.address }}\n  location: MESH_EXTERNAL\n  \
             resolution: STATIC\n  ports: [{number: 80, name: http, protocol: TCP}]\n{{- end }}\n";
        assert_eq!(told("net: {enabled: false, address: \"\"}\n", class, &[]), [""; 0]);
        let without = class.replace("address: {{ .Values.net.address }}", "weight: 1");
        assert_eq!(told("net: {enabled: false, address: \"\"}\n", &without, &[]).len(), 1);
    }

    #[test]
    fn a_word_that_says_that_it_is_to_be_replaced_is_no_finding() {
        let ingress = "{{- if .Values.web.enabled }}\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n\
             spec:\n  tls: [{hosts: [\"{{ .Values.web.host }}\"], secretName: web}]\n  \
             defaultBackend: {service: {name: elsewhere, port: {number: 80}}}\n{{- end }}\n";
        assert_eq!(told("web: {enabled: false, host: CHANGE_ME}\n", ingress, &[]), [""; 0]);
        assert_eq!(told("web: {enabled: false, host: WEB_HOST}\n", ingress, &[]).len(), 1);
    }

    #[test]
    fn a_secret_of_an_object_behind_a_switch_is_not_shown() {
        let pod = "{{- if .Values.pod }}\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  \
             restartPolicy: hunter9-literal-pw\n  containers:\n  - name: web\n    image: registry.example.com/web:1.0.0\n    \
             env: [{name: DB_PASSWORD, value: hunter9-literal-pw}]\n{{- end }}\n";
        assert_eq!(
            told("pod: false\n", pod, &[]),
            ["warning wrong-restart-policy templates/part.yaml:6 with `pod: true`, Pod web has \
                 `restartPolicy: ********`, which is refused"]
        );
    }

    #[test]
    fn a_key_that_stands_twice_behind_a_switch_is_told() {
        let claim = "{{- if .Values.claim }}\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web}\nspec: {}\n\
             spec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n{{- end }}\n";
        assert_eq!(
            told("claim: false\n", claim, &[]),
            [
                "warning duplicate-key templates/part.yaml:6 with `claim: true`, key `spec` stands twice at the top of \
              PersistentVolumeClaim web"
            ]
        );
    }
}
