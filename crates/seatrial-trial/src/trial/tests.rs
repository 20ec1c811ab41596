use seatrial_diagnostics::Applicability;
use seatrial_model::UnitRole;
use seatrial_source::{Commit, Completeness, MemoryFiles, Ref, RevisionError};

use super::*;
use crate::checklist::Answer;

fn trial_of(files: &[(&str, &str)], config: &str) -> Trial {
    let files: MemoryFiles = files.iter().copied().collect();
    check(&TrialRequest {
        cluster: None,
        files: &files,
        revisions: None,
        git_problem: None,
        root: TreePath::top(),
        scope: TreePath::top(),
        config: Config::parse(config, &catalogue()).expect("the configuration is valid"),
        config_text: Some(config.to_owned()),
        today: "2026-11-21".parse().expect("the day exists"),
        units: None,
    })
}

fn deployment(secret: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: api}}\nspec:\n  selector: {{matchLabels: {{app: api}}}}\n  \
         template:\n    metadata: {{labels: {{app: api}}}}\n    spec:\n      containers:\n      - name: api\n        \
         image: registry.example.com/api:1.0.0\n        ports: [{{name: http, containerPort: 8080}}]\n        \
         envFrom: [{{secretRef: {{name: {secret}}}}}]\n"
    )
}

const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: credentials}\nstringData: {token: hunter2-hunter2}\n";

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  selector: {app: api}\n  \
                       ports: [{port: 80, targetPort: htpp}]\n";

#[test]
fn a_workload_that_cannot_start_will_fail_because_of_a_finding() {
    let trial = trial_of(&[("k8s/api.yaml", &deployment("credentails")), ("k8s/secret.yaml", SECRET)], "");
    let workload = &trial.units[0].workloads[0];
    assert_eq!((workload.verdict, trial.verdict), (Verdict::WillFail, Verdict::WillFail));
    let because: Vec<&Finding> =
        trial.findings.iter().filter(|it| workload.because.contains(&it.id)).collect();
    assert!(because.iter().any(|it| it.severity == Severity::Error && it.check.id == "missing-secret"));
}

/// How the fix for a missing Secret may be applied, in a unit with more files.
fn applicability(more: &[(&str, &str)]) -> Option<Applicability> {
    let api = deployment("credentails");
    let mut files = vec![("k8s/api.yaml", &*api), ("k8s/secret.yaml", SECRET)];
    files.extend(more);
    let trial = trial_of(&files, "");
    let finding = trial.findings.into_iter().find(|it| it.check.id == "missing-secret")?;
    Some(finding.fix?.applicability)
}

#[test]
fn a_fix_is_safe_where_it_undoes_a_slip_with_one_candidate() {
    assert_eq!(applicability(&[]), Some(Applicability::Safe));
    let other = SECRET.replace("credentials", "credentialls");
    assert_eq!(applicability(&[("k8s/other.yaml", &other)]), Some(Applicability::Unsafe));
}

#[test]
fn what_selects_a_workload_counts_for_it() {
    let trial = trial_of(
        &[
            ("k8s/api.yaml", &deployment("credentials")),
            ("k8s/secret.yaml", SECRET),
            ("k8s/service.yaml", SERVICE),
        ],
        "",
    );
    let finding = trial.findings.iter().find(|it| it.check.id == "unresolved-target-port");
    let finding = finding.expect("the port has no such name");
    assert!(trial.units[0].workloads[0].because.contains(&finding.id));
    let ports = trial.checklist.iter().find(|it| it.item.starts_with("ports line up"));
    assert_eq!(ports.map(|it| (it.answer, it.evidence.contains(&finding.id))), Some((Answer::No, true)));
}

#[test]
fn a_compose_file_says_nothing_of_what_a_cluster_runs() {
    let compose = ("compose.yaml", "services:\n  web: {image: web}\n");
    let secret = ("k8s/secret.yaml", SECRET);
    let sound = deployment("credentials");
    let verdict = |files: &[(&str, &str)]| trial_of(files, "").verdict;
    assert_eq!(verdict(&[compose, secret, ("k8s/api.yaml", &sound)]), Verdict::Ready);
    assert_eq!(verdict(&[compose, secret, ("k8s/api.yaml", &deployment("credentails"))]), Verdict::WillFail);
    assert_eq!(verdict(&[compose]), Verdict::Unknown);
    let refused = ("compose.yaml", "services:\n  web: {image: web, ports: {a: b}}\n");
    assert_eq!(verdict(&[refused, secret, ("k8s/api.yaml", &sound)]), Verdict::WillFail);
    let trial = trial_of(&[compose, secret], "");
    let of_compose = trial.units.iter().find(|it| it.name.starts_with("compose:")).map(|it| it.verdict);
    assert_eq!(of_compose, Some(Verdict::Unknown));
}

#[test]
fn what_stands_in_a_values_file_is_told_of_the_unit_with_that_file() {
    let template =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: {{ .Values.a | quote }}}\n";
    let trial = trial_of(
        &[
            ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
            ("web/values.yaml", "a: 1\n"),
            ("web/values-prod.yaml", "a: 2\nunread: 1\n"),
            ("web/templates/a.yaml", template),
        ],
        "",
    );
    let units: Vec<_> = trial.findings.iter().map(|it| (it.check.id, it.units.join(" "))).collect();
    assert_eq!(units, [("unread-value", "helm:web@values.yaml,values-prod.yaml".to_owned())]);
}

#[test]
fn help_names_what_there_is() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {LOG_LEVEL: info, PORT: '80'}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: web}}\nspec:\n  containers:\n  - name: a\n    \
               image: registry.example/b:1\n    env: [{name: X, valueFrom: {configMapKeyRef: {name: m, key: TOPIC}}}]\n";
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: shop}, ports: [{port: 80}]}\n";
    let trial = trial_of(&[("k/m.yaml", map), ("k/p.yaml", pod), ("k/s.yaml", service)], "");
    let of = |id: &str| trial.findings.iter().find(|it| it.check.id == id).expect("it is found");
    let key = of("missing-configmap-key").help.clone().unwrap_or_default();
    assert_eq!(key, "add key `TOPIC` to ConfigMap m, or read one that it has: `LOG_LEVEL`, `PORT`");
    assert_eq!(of("service-selects-nothing").derivation, ["Pod p beside it has app=web"]);
}

#[test]
fn an_external_object_is_an_assumption() {
    let config = "external = [{ kind = \"Secret\", name = \"credentials\" }]";
    let trial = trial_of(&[("k8s/api.yaml", &deployment("credentials"))], config);
    let workload = &trial.units[0].workloads[0];
    assert_eq!(workload.verdict, Verdict::Ready, "{:?}", trial.findings);
    assert_eq!(workload.assumptions, ["Secret credentials exists outside the tree, as seatrial.toml says"]);
}

#[test]
fn a_few_checks_take_for_granted_what_all_of_them_do() {
    let config = "select = [\"missing-field\"]\nexternal = [{ kind = \"Secret\", name = \"credentials\" }]";
    let trial = trial_of(&[("k8s/api.yaml", &deployment("credentials"))], config);
    let assumptions = &trial.units[0].workloads[0].assumptions;
    assert_eq!(*assumptions, ["Secret credentials exists outside the tree, as seatrial.toml says"]);
}

#[test]
fn examples_are_at_risk_at_most() {
    let files = [("examples/api.yaml", &*deployment("credentails")), ("examples/secret.yaml", SECRET)];
    let trial = trial_of(&files, "");
    assert_eq!((trial.units[0].role, trial.verdict), (UnitRole::Candidate, Verdict::AtRisk));
    assert_eq!(trial.summary.error, 0);
}

#[test]
fn a_text_that_no_kustomization_builds_with_is_an_error() {
    let files = [
        ("k/kustomization.yaml", "resources: [a.yaml, web.yaml]\n"),
        ("k/a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {"),
        ("k/left.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {"),
        (
            "k/web.yaml",
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}\nspec: {schedule: '61 * * * *'}\n",
        ),
    ];
    let trial = trial_of(&files, "");
    let severity = |check: &str, path: &str| {
        let found = trial.findings.iter().find(|it| it.check.id == check && it.primary.path.as_str() == path);
        found.map(|it| it.severity)
    };
    assert_eq!(severity("invalid-yaml", "k/a.yaml"), Some(Severity::Error));
    assert_eq!(severity("invalid-yaml", "k/left.yaml"), Some(Severity::Warning));
    assert_eq!(severity("invalid-schedule", "k/web.yaml"), Some(Severity::Error), "{:?}", trial.findings);
}

#[test]
fn a_file_that_does_not_parse_leaves_its_unit_unknown_or_worse() {
    let trial =
        trial_of(&[("k8s/a.yaml", SECRET), ("k8s/b.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {")], "");
    assert!(trial.units[0].verdict >= Verdict::Unknown);
    assert!(
        trial.coverage.skipped.iter().any(|it| it.path.as_str() == "k8s/b.yaml") || trial.summary.error > 0
    );
}

#[test]
fn what_could_not_be_judged_outweighs_a_risk_and_not_a_failure() {
    assert!(Verdict::Ready < Verdict::AtRisk);
    assert!(Verdict::AtRisk < Verdict::Unknown);
    assert!(Verdict::Unknown < Verdict::WillFail);
}

#[test]
fn input_that_cannot_be_read_is_unknown_and_no_mere_risk() {
    let unreadable = [("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\0}\n")];
    let trial = trial_of(&unreadable, "");
    assert_eq!((trial.coverage.rendered, trial.coverage.skipped.len()), (0, 1));
    assert_eq!(trial.worst(), Some(Severity::Warning));
    assert_eq!(trial.verdict, Verdict::Unknown);
    let trial = trial_of(&[unreadable[0], ("k8s/secret.yaml", SECRET)], "");
    assert_eq!(trial.verdict, Verdict::AtRisk);
}

#[test]
fn an_excluded_path_is_not_judged() {
    let files = [("vendor/api.yaml", &*deployment("credentails")), ("k8s/secret.yaml", SECRET)];
    let trial = trial_of(&files, "exclude = [\"vendor\"]");
    assert!(trial.units.iter().all(|unit| unit.path.as_str() == "k8s"), "{:?}", trial.units);
    assert!(trial.coverage.skipped.iter().any(|it| it.code == SkipCode::Excluded), "{:?}", trial.coverage);
}

/// What the coverage says is not evaluated: line and reason.
fn not_evaluated(text: &str) -> Vec<(Option<u32>, String)> {
    let trial = trial_of(&[("k8s/a.yaml", text)], "");
    let skipped = trial.coverage.skipped.into_iter().filter(|it| it.code == SkipCode::NotEvaluated);
    skipped.map(|it| (it.line, it.reason)).collect()
}

fn bound_policy(version: &str, expression: &str, more: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: asks}}\nspec:\n  \
         matchConstraints: {{resourceRules: [{{apiGroups: [autoscaling], apiVersions: [{version}], operations: ['*'], \
         resources: ['*']}}]{more}}}\n  validations: [{{expression: \"{expression}\"}}]\n---\n\
         apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n\
         metadata: {{name: asks}}\nspec: {{policyName: asks, validationActions: [Deny]}}\n---\n\
         apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {{name: web, namespace: shop}}\n\
         spec: {{maxReplicas: 3, scaleTargetRef: {{kind: Deployment, name: web, apiVersion: apps/v1}}}}\n"
    )
}

#[test]
fn what_a_policy_cannot_say_is_coverage() {
    let of = |why: &str| {
        vec![(
            Some(3),
            format!("ValidatingAdmissionPolicy asks is not evaluated for HorizontalPodAutoscaler web: {why}"),
        )]
    };
    let told = |version, expression, more| not_evaluated(&bound_policy(version, expression, more));
    assert_eq!(
        told("v1", "request.userInfo.username == 'me'", ""),
        of("an expression hangs on what only the server knows")
    );
    assert_eq!(told("v2", "true", ", matchPolicy: Exact"), []);
    let served = told("v2beta2", "true", "");
    assert_eq!(
        served,
        [(
            Some(10),
            "ValidatingAdmissionPolicy asks is about nothing: Kubernetes 1.36 serves no version that its rules name"
                .to_owned()
        )]
    );
    let labelled = ", namespaceSelector: {matchLabels: {team: a}}";
    assert_eq!(
        told("v1", "true", labelled),
        of("it hangs on labels of a namespace that the tree does not state")
    );
    assert_eq!(told("v1", "true", ""), []);
}

#[test]
fn a_policy_for_another_version_is_asked_about_the_converted_object() {
    let refused = |policy: &str| {
        let trial = trial_of(&[("k8s/a.yaml", policy)], "");
        trial.findings.iter().any(|it| it.check.id == "refused-by-admission-policy")
    };
    let target = "object.spec.metrics[0].resource.target.averageUtilization";
    assert!(refused(&bound_policy("v2", &format!("{target} < 80"), "")));
    assert!(!refused(&bound_policy("v2", &format!("{target} == 80"), "")));
    assert!(!refused(&bound_policy("v2", "false", ", matchPolicy: Exact")));
}

#[test]
fn a_conversion_by_a_program_is_coverage() {
    let definition = |strategy: &str| {
        let schema = "schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}";
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: as.example.com}}\n\
             spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: A, plural: as}}\n  \
             {strategy}\n  versions:\n    - {{name: v1, served: true, storage: true, {schema}}}\n    \
             - {{name: v2, served: true, storage: false, {schema}}}\n---\n"
        )
    };
    let policy = bound_policy("v2", "object.apiVersion == 'example.com/v2'", "")
        .replace("[autoscaling]", "[example.com]");
    let object = "---\napiVersion: example.com/v1\nkind: A\nmetadata: {name: a, namespace: shop}\n";
    let told = |strategy: &str| not_evaluated(&format!("{}{policy}{object}", definition(strategy)));
    assert_eq!(told("conversion: {strategy: None}"), []);
    let webhook = "conversion: {strategy: Webhook, webhook: {conversionReviewVersions: [v1], \
                   clientConfig: {url: 'https://example.com'}}}";
    let why = "ValidatingAdmissionPolicy asks is not evaluated for A a: it is about v2, into which the server would convert";
    assert_eq!(told(webhook), [(Some(15), why.to_owned())]);
}

#[test]
fn policies_that_cannot_be_decoded_or_change_objects_are_coverage() {
    let broken = bound_policy("v1", "true", "").replace("validations: [{", "validations: [[], {");
    assert_eq!(
        not_evaluated(&broken),
        [(
            Some(10),
            "ValidatingAdmissionPolicy asks is not evaluated: a part of it is no value of its type"
                .to_owned()
        )]
    );
    let mutating = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicyBinding\n\
        metadata: {name: adds}\nspec: {policyName: adds}\n";
    assert_eq!(
        not_evaluated(mutating),
        [(
            Some(3),
            "what MutatingAdmissionPolicyBinding adds changes in objects is not evaluated".to_owned()
        )]
    );
}

#[test]
fn policies_that_are_not_evaluated_are_no_pass() {
    let asks = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n\
        metadata: {name: asks}\nspec:\n  \
        matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: ['*'], resources: [pods]}]}\n  \
        validations: [{expression: \"authorizer.group('').resource('pods').check('get').allowed()\"}]\n---\n\
        apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n\
        metadata: {name: asks}\nspec: {policyName: asks, validationActions: [Deny]}\n";
    let kyverno = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: labels}\nspec: {rules: [{name: add, mutate: {}}]}\n";
    let trial = trial_of(&[("k8s/asks.yaml", asks), ("k8s/labels.yaml", kyverno)], "");
    let skipped = trial.coverage.skipped.iter().filter(|it| it.code == SkipCode::NotEvaluated);
    let reasons: Vec<_> = skipped.map(|it| (it.path.as_str(), it.line, it.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (
                "k8s/asks.yaml",
                Some(10),
                "ValidatingAdmissionPolicy asks is not evaluated: an expression asks the authorizer"
            ),
            (
                "k8s/labels.yaml",
                Some(3),
                "ClusterPolicy labels is not evaluated in part: its rule add changes objects"
            ),
        ]
    );
}

/// Lines and reasons of what is not evaluated in several files.
fn open_in(files: &[(&str, &str)], config: &str) -> Vec<String> {
    let skipped = trial_of(files, config).coverage.skipped.into_iter();
    skipped.filter(|it| it.code == SkipCode::NotEvaluated).map(|it| it.reason).collect()
}

#[test]
fn what_units_state_differently_for_others_is_coverage() {
    let quota = |cpu: &str| {
        format!(
            "apiVersion: v1\nkind: ResourceQuota\nmetadata: {{name: small, namespace: shop}}\nspec: {{hard: {{cpu: {cpu}}}}}\n"
        )
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: [{name: web, image: a/b:1}]}\n";
    let (one, two) = (quota("1"), quota("2"));
    let open = "several units state ResourceQuota small differently: it only counts for their own objects";
    let told = |north: &str, south: &str, pod: &str| {
        open_in(&[("north/a.yaml", north), ("south/a.yaml", south), ("web/a.yaml", pod)], "")
    };
    assert_eq!(told(&one, &two, pod), [open, open]);
    assert_eq!(told(&one, &one.replace("small, ", "small, labels: {a: b}, "), pod), [""; 0]);
    assert_eq!(told(&one, &two, &pod.replace("shop", "other")), [""; 0]);
}

#[test]
fn what_policies_leave_open_is_told_whatever_is_checked() {
    let text = bound_policy("v1", "request.userInfo.username == 'me'", "");
    let files = [("k8s/a.yaml", &*text)];
    let ignored = "[[ignore]]\ncheck = \"refused-by-admission-policy\"\nreason = \"it is so\"\n";
    assert_eq!(open_in(&files, "").len(), 1);
    assert_eq!(open_in(&files, ignored), open_in(&files, ""));
}

#[test]
fn what_a_policy_only_reports_is_not_said_to_be_refused() {
    let policy = |failure_action: &str| {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: small}}\nspec:\n  rules:\n    \
             - name: few\n      match: {{any: [{{resources: {{kinds: [ConfigMap]}}}}]}}\n      \
             validate: {{failureAction: {failure_action}, message: no data, pattern: {{data: null}}}}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, namespace: shop}}\ndata: {{a: b}}\n"
        )
    };
    let told = |failure_action: &str| {
        let trial = trial_of(&[("k8s/a.yaml", &policy(failure_action))], "");
        let finding = trial.findings.into_iter().find(|it| it.check.id == "refused-by-kyverno");
        finding.map(|it| (it.severity, it.message, it.derivation[0].clone())).expect("a finding")
    };
    let report = "it is let in; the policy report of Kyverno tells of it";
    let message = "policy `small` reports ConfigMap a: no data";
    assert_eq!(told("Audit"), (Severity::Info, message.to_owned(), report.to_owned()));
    let (severity, message, answer) = told("Enforce");
    assert_eq!(
        (severity, message.as_str()),
        (Severity::Error, "policy `small` refuses ConfigMap a: no data")
    );
    assert!(answer.starts_with("the API server says: admission webhook"), "{answer}");
}

#[test]
fn a_word_for_another_environment_is_explained_by_what_holds_it() {
    let map = |environment: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: web, namespace: shop}}\n\
             data: {{APP_ENV: {environment}}}\n"
        )
    };
    let trial = trial_of(&[("staging/a.yaml", &map("staging")), ("production/a.yaml", &map("staging"))], "");
    let finding = trial.findings.iter().find(|it| it.check.id == "value-of-other-environment");
    let finding = finding.expect("a finding");
    assert_eq!(finding.primary.path.as_str(), "production/a.yaml");
    assert_eq!(finding.derivation[0], "`APP_ENV` says which environment this is");
}

#[test]
fn what_is_not_read_and_may_hold_an_absent_object_is_told_in_one_line() {
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n{% if a %}\n  name: a\n{% endif %}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers: [{name: web, \
               image: a/b:1, envFrom: [{configMapRef: {name: settings}}]}]\n";
    let told = |count: usize| {
        let names: Vec<String> = (0..count).map(|it| format!("templates-{it}/a.yaml")).collect();
        let mut files: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), template)).collect();
        files.push(("k8s/pod.yaml", pod));
        let trial = trial_of(&files, "");
        let finding = trial.findings.into_iter().find(|it| it.check.id == "missing-configmap");
        let derivation = finding.expect("a finding").derivation;
        derivation.into_iter().filter(|it| it.ends_with("may define it")).collect::<Vec<_>>()
    };
    assert_eq!(told(1), ["`templates-0/a.yaml` is not read and may define it"]);
    assert_eq!(told(2), ["`templates-0/a.yaml` and `templates-1/a.yaml` are not read and may define it"]);
    let several = "`templates-0/a.yaml`, `templates-1/a.yaml` and others are not read and may define it";
    assert_eq!(told(5), [several]);
}

#[test]
fn kinds_whose_rules_are_not_known_are_coverage() {
    let review =
        "apiVersion: authorization.k8s.io/v1\nkind: SelfSubjectAccessReview\nmetadata: {name: a}\nspec: {}\n";
    let trial = trial_of(&[("k8s/a.yaml", review)], "");
    let told: Vec<_> = trial.coverage.skipped.iter().map(|it| (it.code, it.reason.as_str())).collect();
    let reason = "the rules of authorization.k8s.io/v1 SelfSubjectAccessReview are not known: only the types of \
                  fields are checked";
    assert_eq!(told, [(SkipCode::NotValidated, reason)]);
}

#[test]
fn rules_for_too_many_groups_are_coverage() {
    let groups =
        |count: usize| (0..count).map(|it| format!("g{it}.example.com")).collect::<Vec<_>>().join(", ");
    let role = |count: usize| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: a}}\nrules:\n\
             - {{apiGroups: [apps], resources: [deployments], verbs: [get]}}\n\
             - {{apiGroups: [{}], resources: [b], verbs: [get]}}\n",
            groups(count)
        )
    };
    let policy = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: a}}\n\
         webhooks:\n- rules: [{{apiGroups: [{}], resources: [b]}}]\n",
        groups(51)
    );
    let told = |text: &str| {
        let skipped = trial_of(&[("k8s/a.yaml", text)], "").coverage.skipped.into_iter();
        skipped.filter(|it| it.code == SkipCode::Limit).map(|it| (it.line, it.reason)).collect::<Vec<_>>()
    };
    let reason =
        |title: &str| format!("a rule of {title} names more than 50 groups: its resources are not judged");
    assert_eq!(told(&role(50)), []);
    assert_eq!(told(&role(51)), [(Some(6), reason("ClusterRole a"))]);
    assert_eq!(told(&role(51).replace("g7.example.com", "'*'")), []);
    assert_eq!(told(&policy), [(Some(5), reason("ValidatingWebhookConfiguration a"))]);
}

#[test]
fn webhooks_and_mutations_are_coverage() {
    let text = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: asks}\n\
        webhooks: [{name: a.example.com, clientConfig: {service: {name: guard, namespace: shop}}}]\n---\n\
        apiVersion: v1\nkind: Service\nmetadata: {name: guard, namespace: shop}\nspec: {ports: [{port: 443}]}\n---\n\
        apiVersion: mutations.gatekeeper.sh/v1\nkind: ModifySet\nmetadata: {name: adds}\nspec: {location: spec.a}\n";
    let asks =
        "ValidatingWebhookConfiguration asks asks programs about objects: what they refuse is not known";
    let adds = "what ModifySet adds changes in objects is not evaluated";
    assert_eq!(open_in(&[("k8s/a.yaml", text)], ""), [adds, asks]);
    let elsewhere = text.replace("kind: Service\n", "kind: Endpoints\n");
    assert_eq!(open_in(&[("k8s/a.yaml", &*elsewhere)], ""), [adds]);
}

#[test]
fn masked_sources_hold_no_secret() {
    let files = [("k8s/api.yaml", &*deployment("credentails")), ("k8s/secret.yaml", SECRET)];
    let trial = trial_of(&files, "");
    assert!(!trial.findings.is_empty() && trial.sources.ids().count() >= 2);
    for file in trial.sources.ids() {
        assert!(!trial.sources.file(file).text().contains("hunter2"));
    }
}

#[test]
fn texts_are_handed_on_only_where_something_is_told_of_them() {
    let files = [("k8s/api.yaml", &*deployment("credentials")), ("k8s/secret.yaml", SECRET)];
    let trial = trial_of(&files, "select = [\"missing-field\"]");
    assert_eq!((trial.findings.len(), trial.sources.ids().count()), (0, 0));
}

#[test]
fn a_few_checks_mask_what_all_of_them_mask() {
    let files = [("k8s/api.yaml", &*deployment("credentails")), ("k8s/secret.yaml", SECRET)];
    let masked = |config: &str| {
        let trial = trial_of(&files, config);
        let missing = trial.findings.iter().find(|it| it.check.id == "missing-secret");
        let place = &missing.expect("the Secret is not there").primary;
        let files = trial.sources.ids().map(|it| trial.sources.file(it));
        let texts: Vec<_> = files.map(|it| (it.path().clone(), it.text().to_string())).collect();
        (
            place.path.clone(),
            texts.into_iter().filter(|(path, _)| path.as_str().starts_with("k8s")).collect::<Vec<_>>(),
        )
    };
    assert_eq!(masked("select = [\"missing-secret\"]"), masked(""));
}

#[test]
fn names_that_a_template_holds_are_not_blotted_out() {
    let template =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: credentials\nstringData: {{ .Values.data }}\n";
    let files = [("k8s/api.yaml", &*deployment("credentials")), ("k8s/secret-template.yaml", template)];
    let trial = trial_of(&files, "");
    assert!(trial.findings.iter().all(|it| !it.message.contains('*')), "{:?}", trial.findings);
}

/// A clone with two branches, one of which was only fetched.
struct Clone;

impl Revisions for Clone {
    fn refs(&self) -> Result<Vec<Ref>, RevisionError> {
        let fetched = Some(Commit("r".to_owned()));
        Ok(vec![
            Ref { name: "refs/heads/main".to_owned(), commit: None },
            Ref { name: "refs/remotes/origin/release".to_owned(), commit: fetched },
        ])
    }

    fn remotes(&self) -> Vec<String> {
        vec!["https://github.com/example/shop".to_owned()]
    }

    fn completeness(&self) -> Completeness {
        Completeness::Complete
    }

    fn resolve(&self, revision: &str) -> Result<Commit, RevisionError> {
        Err(RevisionError::Unknown { name: revision.to_owned() })
    }

    fn files(&self, commit: &Commit) -> Result<Box<dyn Files>, RevisionError> {
        if commit.0 != "r" {
            return Err(RevisionError::Unknown { name: commit.to_string() });
        }
        Ok(Box::new(MemoryFiles::from_iter([("apps/old/service.yaml", SERVICE)])))
    }

    fn is_ignored(&self, _: &TreePath, _: bool) -> bool {
        false
    }
}

#[test]
fn paths_of_another_branch_are_looked_up_there() {
    let application = |name: &str, path: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\n\
             spec:\n  source: {{repoURL: https://github.com/example/shop, targetRevision: release, path: {path}}}\n"
        )
    };
    let files = MemoryFiles::from_iter([
        ("argocd/old.yaml", application("old", "apps/old")),
        ("argocd/none.yaml", application("none", "apps/none")),
        ("apps/new/service.yaml", SERVICE.to_owned()),
    ]);
    let trial = check(&TrialRequest {
        cluster: None,
        files: &files,
        revisions: Some(&Clone),
        git_problem: None,
        root: TreePath::top(),
        scope: TreePath::top(),
        config: Config::default(),
        config_text: None,
        today: "2026-11-21".parse().expect("the day exists"),
        units: None,
    });
    let missing = trial.findings.iter().filter(|it| it.check.id.starts_with("argocd-missing"));
    let missing: Vec<_> = missing.map(|it| (it.severity, it.message.as_str())).collect();
    assert_eq!(
        missing,
        [(Severity::Error, "Application none deploys `apps/none`, which is not in this repository")]
    );
}

#[test]
fn paths_start_at_the_top_also_when_a_part_is_asked_for() {
    let application = |path: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop, namespace: argocd}}\n\
             spec:\n  source: {{repoURL: https://github.com/example/shop, targetRevision: main, path: {path}}}\n"
        )
    };
    let files = MemoryFiles::from_iter([
        ("platform/argocd/good.yaml", application("platform/k8s/prod")),
        ("platform/argocd/shop.yaml", application("platform/k8s/prdo")),
        ("platform/k8s/prod/service.yaml", SERVICE.to_owned()),
        ("other/broken.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {".to_owned()),
    ]);
    for (root, scope) in [("", "platform"), ("platform", "platform"), ("platform", "platform/argocd")] {
        let trial = check(&TrialRequest {
            cluster: None,
            files: &files,
            revisions: Some(&Clone),
            git_problem: None,
            root: TreePath::new(root),
            scope: TreePath::new(scope),
            config: Config::default(),
            config_text: None,
            today: "2026-11-21".parse().expect("the day exists"),
            units: None,
        });
        assert!(trial.units.iter().all(|unit| unit.path.as_str().starts_with("platform/")), "{root} {scope}");
        let paths = trial.findings.iter().map(|it| it.primary.path.as_str());
        assert!(paths.clone().all(|path| path.starts_with("platform/")), "{root} {scope}");
        let missing: Vec<&str> = trial
            .findings
            .iter()
            .filter(|it| it.check.id == "argocd-missing-path")
            .map(|it| it.message.as_str())
            .collect();
        assert_eq!(
            missing,
            ["Application shop deploys `platform/k8s/prdo`, which is not in this repository"]
        );
    }
}

#[test]
fn a_definition_weighs_what_it_proves() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
        metadata: {name: lamps.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  \
        names: {kind: Lamp, plural: lamps}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
        schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}\n";
    let lamp = "apiVersion: example.com/v1\nkind: Lamp\nmetadata: {name: desk}\nspec: {warts: 7}\n";
    let severity = |place: &str| {
        let trial = trial_of(&[(place, definition), ("apps/lamp.yaml", lamp)], "");
        let unknown = trial.findings.iter().find(|it| it.check.id == "unknown-field");
        unknown.map(|it| (it.severity, it.related.len()))
    };
    assert_eq!(severity("apps/lamps.yaml"), Some((Severity::Error, 1)));
    assert_eq!(severity("infra/lamps.yaml"), Some((Severity::Warning, 1)));
    assert_eq!(severity("samples/lamps.yaml"), Some((Severity::Info, 1)));
}

#[test]
fn an_image_without_a_registry_is_told_at_the_value_of_a_chart() {
    let template = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: \
                    \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"\n";
    let trial = trial_of(
        &[
            ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
            ("web/values.yaml", "image:\n  repository: shop-frontend\n  tag: latest\n"),
            ("web/templates/web.yaml", template),
        ],
        "",
    );
    let told = trial.findings.iter().filter(|it| it.check.id == "unqualified-image");
    let places: Vec<String> =
        told.map(|it| format!("{}:{}", it.primary.path, it.primary.start.line)).collect();
    assert_eq!(places, ["web/values.yaml:2"]);
}

/// The checks and severities of what is found, without repeats.
fn told(files: &[(&str, &str)], checks: &[&str]) -> Vec<String> {
    let findings = trial_of(files, "").findings.into_iter().filter(|it| checks.contains(&it.check.id));
    let mut told: Vec<String> =
        findings.map(|it| format!("{} {}", it.severity.as_str(), it.check.id)).collect();
    told.sort();
    told.dedup();
    told
}

#[test]
fn what_is_commented_out_in_its_kustomization_goes_wrong_nowhere() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web_1}\nspec: {ports: [{port: 80}]}\n";
    let broken = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: x\n    b: y\n";
    let of = |kustomization: &str| {
        let files = [
            ("infra/kustomization.yaml", kustomization),
            ("infra/parts/web.yaml", service),
            ("infra/parts/broken.yaml", broken),
        ];
        told(&files, &["invalid-object-name", "invalid-yaml"])
    };
    assert_eq!(
        of("resources:\n#- parts/web.yaml\n# - \"./parts/broken.yaml\" # not yet\n"),
        ["info invalid-object-name", "info invalid-yaml"]
    );
    assert_eq!(of("resources:\n# see parts/web.yaml\n"), ["error invalid-object-name", "error invalid-yaml"]);
    assert_eq!(
        of("resources:\n# - parts/broken.yaml\n- parts/web.yaml\n"),
        ["error invalid-object-name", "info invalid-yaml"]
    );
}

#[test]
fn what_a_secret_inside_another_object_holds_is_masked() {
    let release = "apiVersion: example.com/v1\nkind: Site\nmetadata: {name: a}\nspec:\n  host: 'Server=db;Password=Sup3rSecretPassword99'\n  extra:\n  - kind: Secret\n    stringData: {host: internal.hidden.example}\n";
    let files = [
        (
            "k8s/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: Sup3rSecretPassword99, b: internal.hidden.example}\n",
        ),
        ("k8s/site.yaml", release),
        (
            "k8s/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {dnsPolicy: Sup3rSecretPassword99, restartPolicy: internal.hidden.example, containers: [{name: a, image: 'a:1'}]}\n",
        ),
    ];
    let trial = trial_of(&files, "");
    let told: Vec<&str> = trial.findings.iter().map(|it| it.message.as_str()).collect();
    assert!(told.iter().any(|it| it.contains("********")), "{told:?}");
    assert!(!told.iter().any(|it| it.contains("Sup3rSecret") || it.contains("internal.hidden")), "{told:?}");
}

#[test]
fn what_values_for_tests_bring_along_is_a_note() {
    let template =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: {{ .Values.port }}}]}\n";
    let files = [
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/values.yaml", "port: 80\n"),
        ("web/ci/big-values.yaml", "port: 80000\n"),
        ("web/values-prod.yaml", "port: 90000\n"),
        ("web/templates/a.yaml", template),
    ];
    let trial = trial_of(&files, "");
    let found = trial.findings.iter().filter(|it| it.check.id == "refused-value");
    let found: Vec<_> = found.map(|it| (it.primary.path.as_str(), it.severity)).collect();
    assert_eq!(
        found,
        [("web/ci/big-values.yaml", Severity::Info), ("web/values-prod.yaml", Severity::Warning)]
    );
}

#[test]
fn a_file_for_another_program_is_told_once_and_as_a_note() {
    let files = [
        ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("web/values.yaml", "ingress:\n  <TLS_ANNOTATIONS>\n  host: a\n"),
        ("api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\n"),
        ("api/values.yaml", "ingress:\n  tls\n  host: a\n"),
    ];
    let trial = trial_of(&files, "");
    let found: Vec<_> =
        trial.findings.iter().map(|it| (it.check.id, it.primary.path.as_str(), it.severity)).collect();
    assert_eq!(
        found,
        [
            ("invalid-yaml", "api/values.yaml", Severity::Error),
            ("invalid-yaml", "web/values.yaml", Severity::Info)
        ]
    );
}

#[test]
fn policies_of_samples_are_in_force_nowhere() {
    let policy = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: label}\nspec:\n  \
                  validationFailureAction: Enforce\n  rules:\n  - name: label\n    \
                  match: {any: [{resources: {kinds: [ConfigMap]}}]}\n    \
                  validate: {message: whose is it, pattern: {metadata: {labels: {team: \"?*\"}}}}\n";
    let settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
    let of = |policy_path: &str, path: &str| {
        told(&[(policy_path, policy), (path, settings)], &["refused-by-kyverno"])
    };
    assert_eq!(of("policies/label.yaml", "web/settings.yaml"), ["error refused-by-kyverno"]);
    assert!(of("docs/label.yaml", "web/settings.yaml").is_empty());
    assert!(of("docs/label.yaml", "docs/settings.yaml").is_empty());
}

#[test]
fn what_a_template_prints_without_quotes_is_to_be_quoted_there() {
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  selector: {matchLabels: {app: api}}\n  \
        template:\n    metadata:\n      labels:\n        app: api\n        version: {{ .Chart.AppVersion }}\n        \
        {{- toYaml .Values.labels | nindent 8 }}\n    spec:\n      containers:\n      - name: api\n        \
        image: registry.example.com/api:1.0.0\n        env:\n        - name: DEBUG\n          value: {{ .Values.debug }}\n";
    let trial = trial_of(
        &[
            ("chart/Chart.yaml", "apiVersion: v2\nname: api\nversion: 1.0.0\nappVersion: 1.10\n"),
            ("chart/values.yaml", "debug: true\nlabels: {tier: 7}\n"),
            ("chart/templates/api.yaml", template),
        ],
        "",
    );
    let told: Vec<(String, String)> = trial
        .findings
        .iter()
        .filter(|it| ["invalid-label", "wrong-type"].contains(&it.check.id))
        .map(|it| {
            let place = format!("{}:{}", it.primary.path, it.primary.start.line);
            (place, it.help.clone().unwrap_or_default())
        })
        .collect();
    let told: Vec<(&str, &str)> = told.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "chart/templates/api.yaml:10",
                "let the template quote it: `{{ .Chart.AppVersion | quote }}`; and quote the value, or it becomes `1.1`: `\"1.10\"`"
            ),
            ("chart/templates/api.yaml:18", "let the template quote it: `{{ .Values.debug | quote }}`"),
            ("chart/values.yaml:2", "quote it: \"7\""),
        ]
    );
}
