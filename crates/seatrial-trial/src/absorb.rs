//! One mistake, one finding: what the API server's rules say of a field that a
//! check of its own has something to say about becomes part of that.

use rustc_hash::FxHashMap;
use seatrial_check::is_from_server;
use seatrial_diagnostics::{Location, Notice};
use seatrial_model::Place;
use seatrial_yaml::{FieldPath, PathStep};

/// Checks that tell of a mistake at one field for which the server blames
/// another, and what the server says there.
const ELSEWHERE: [(&str, &str); 4] = [
    ("autoscaler-range", "must be greater than or equal to `minReplicas`"),
    ("autoscaler-range", "at least one Object or External metric to support scaling to zero replicas"),
    ("missing-workload-selector", "`selector` does not match template `labels`"),
    ("selector-mismatch", "`selector` does not match template `labels`"),
];
/// A check that tells of less than what the server says, as a cluster may have
/// turned on what it takes, and what the server says there.
const WEAKER: (&str, &str) = ("autoscaler-range", "must be greater than or equal to 1");
/// Checks besides those of what is missing that tell less of a value than that it
/// is refused.
const OF_VALUES: [&str; 3] = ["blocked-disruption", "uncovered-tls-host", "undeclared-target-port"];
/// What the server says where none of the fields stands that there may be.
const ONE_OF: [&str; 5] = [
    "must specify a handler type",
    "must specify one of: ",
    "must specify a volume type",
    "must specify exactly one of ",
    "exactly one of url or service is required",
];
/// Fields beside the type of a volume: what is a slip of them stands for no type.
const BESIDE_TYPES: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];
/// Checks that tell of two siblings at once: the server may blame the other one.
const OF_SIBLINGS: [&str; 2] = ["exclusive-fields", "outdated-ingress-backend"];

/// Takes away notices of the server's rules where another check tells of the
/// same field, or of the one right above or below it, and no less gravely; and
/// what says that a field is missing which another notice finds under a wrong
/// name or in a wrong place.
pub(crate) fn absorb(notices: Vec<Notice>) -> Vec<Notice> {
    let mut others: FxHashMap<Place, Vec<usize>> = FxHashMap::default();
    let mut meant: FxHashMap<(Place, &FieldPath), usize> = FxHashMap::default();
    for (index, notice) in notices.iter().enumerate() {
        let Some((place, _)) = field_of(notice) else { continue };
        if !is_from_server(notice.check) && !is_of_policy(notice.check.id) {
            others.entry(place).or_default().push(index);
        }
        if let Some(Location::Field { path, .. }) = &notice.meant {
            meant.entry((place, path)).or_insert(index);
        }
    }
    let taken: Vec<Option<usize>> = notices
        .iter()
        .enumerate()
        .map(|(index, notice)| {
            let found = finder(notice, &notices, &meant).filter(|it| *it != index);
            found.or_else(|| taker(notice, &notices, &others))
        })
        .collect();
    let refused = refused(&notices);
    let unknown = unknown(&notices);
    // Of what is left, so that no two take each other.
    let is_left = |index: &usize| taken[*index].is_none();
    let later = |(index, notice): (usize, &Notice)| {
        let of_left = || of_refused(notice, &notices, &refused).or_else(|| of_unknown(notice, &unknown));
        taken[index].or_else(|| of_left().filter(is_left))
    };
    let taken: Vec<Option<usize>> = notices.iter().enumerate().map(later).collect();
    let mut kept: Vec<Option<Notice>> = notices.into_iter().map(Some).collect();
    for (index, taker) in taken.into_iter().enumerate() {
        let Some(taker) = taker else { continue };
        let said = kept[index].take().map(|notice| notice.derivation).unwrap_or_default();
        let Some(other) = kept[taker].as_mut() else { continue };
        for step in said {
            if !other.derivation.contains(&step) {
                other.derivation.push(step);
            }
        }
    }
    kept.into_iter().flatten().collect()
}

/// Whether a check tells what a policy refuses: that is another reason than the
/// server's own, and may be accepted without it.
fn is_of_policy(check: &str) -> bool {
    check.starts_with("refused-by-") || check == "exceeds-quota"
}

/// The notice that finds under another name, or in another place, what this one says
/// is missing.
fn finder(notice: &Notice, all: &[Notice], meant: &FxHashMap<(Place, &FieldPath), usize>) -> Option<usize> {
    let (place, path) = field_of(notice)?;
    // Nothing stands at a field that was meant: what is said of it is that it is missing.
    let own = meant.get(&(place, path)).copied();
    let above = || {
        let steps = if meant.is_empty() { &[] } else { path.steps() };
        (1..steps.len()).find_map(|to| meant.get(&(place, &FieldPath::from(steps[..to].to_vec()))).copied())
    };
    own.or_else(above).filter(|index| all[*index].severity >= notice.severity)
}

/// The notice of another check that tells of the same mistake.
fn taker(notice: &Notice, all: &[Notice], others: &FxHashMap<Place, Vec<usize>>) -> Option<usize> {
    let (place, path) = field_of(notice).filter(|_| is_from_server(notice.check))?;
    // A weaker finding must not hide that the object is refused.
    let near = |index: &&usize| {
        let other = &all[**index];
        (other.severity >= notice.severity || knows_better(other, notice))
            && field_of(other)
                .is_some_and(|(_, at)| are_near(path, at) || blames_another(notice, path, other, at))
    };
    others.get(&place)?.iter().find(near).copied()
}

/// The values that the server refuses, by their field.
fn refused(all: &[Notice]) -> FxHashMap<(Place, &FieldPath), usize> {
    let is_refusal =
        |it: &Notice| ["refused-value", "unsupported-value", "wrong-type"].contains(&it.check.id);
    let refusals = all.iter().enumerate().filter(|(_, it)| is_refusal(it));
    refusals.filter_map(|(index, it)| Some((field_of(it)?, index))).collect()
}

/// A value that is refused has to be written anew: that it leads nowhere can wait.
fn of_refused(
    notice: &Notice,
    all: &[Notice],
    refused: &FxHashMap<(Place, &FieldPath), usize>,
) -> Option<usize> {
    let index = *refused.get(&field_of(notice)?)?;
    let may_wait = notice.check.id.starts_with("missing-") && !is_from_server(notice.check)
        || OF_VALUES.contains(&notice.check.id);
    (may_wait && notice.severity < all[index].severity).then_some(index)
}

/// The fields that there are not, by what they stand in.
fn unknown(all: &[Notice]) -> FxHashMap<(Place, FieldPath), usize> {
    let stands_for_none = |it: &Notice| {
        let Some(Location::Field { path, .. }) = &it.meant else { return false };
        matches!(path.last(), Some(PathStep::Key(name)) if BESIDE_TYPES.contains(&name.as_str()))
    };
    let unknown =
        all.iter().enumerate().filter(|(_, it)| it.check.id == "unknown-field" && !stands_for_none(it));
    let parent = |it: &Notice| field_of(it).and_then(|(place, path)| Some((place, path.parent()?)));
    unknown.filter_map(|(index, it)| Some((parent(it)?, index))).collect()
}

/// Where one of several fields is asked for, a field beside them is a slip of it.
fn of_unknown(notice: &Notice, unknown: &FxHashMap<(Place, FieldPath), usize>) -> Option<usize> {
    let (place, path) = field_of(notice).filter(|_| !unknown.is_empty())?;
    let asks = is_from_server(notice.check) && ONE_OF.iter().any(|it| notice.message.contains(it));
    asks.then(|| unknown.get(&(place, path.clone())).copied())?
}

fn knows_better(other: &Notice, notice: &Notice) -> bool {
    other.check.id == WEAKER.0 && notice.message.ends_with(WEAKER.1)
}

/// Whether the server's notice is about the mistake that another check sees at
/// a field that is neither the same nor next to it.
fn blames_another(notice: &Notice, path: &FieldPath, other: &Notice, at: &FieldPath) -> bool {
    let id = other.check.id;
    ELSEWHERE.iter().any(|(check, said)| *check == id && notice.message.ends_with(said))
        || id == "duplicate-container-name"
            && notice.message.contains("Containers[")
            && says_twice(notice, other)
        || id == "missing-typed-secret-key"
            && notice.check.id == "missing-field"
            && notice.message.contains("`data[")
        || OF_SIBLINGS.contains(&id) && path.parent() == at.parent()
}

/// Whether the server says of the first of two namesakes what another check says of
/// the second.
fn says_twice(notice: &Notice, other: &Notice) -> bool {
    let name = notice.message.split(" is there twice: ").nth(1).map(|it| it.trim_matches('"'));
    name.is_some_and(|it| other.message.ends_with(&format!(" named {it}")))
}

fn are_near(one: &FieldPath, other: &FieldPath) -> bool {
    let (long, short) = if one.len() >= other.len() { (one, other) } else { (other, one) };
    long.starts_with(short) && long.len() - short.len() <= 1 && !short.is_empty()
}

fn field_of(notice: &Notice) -> Option<(Place, &FieldPath)> {
    match &notice.at {
        Location::Field { unit, object, path, .. } => Some((Place { unit: *unit, object: *object }, path)),
        Location::Text { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_source::{MemoryFiles, TreePath};

    use crate::{Config, Date, TrialRequest, check};

    /// The checks that say something, for a tree of one file.
    fn told(text: &str) -> Vec<String> {
        let files: MemoryFiles = [("k8s/a.yaml", text)].into_iter().collect();
        let trial = check(&TrialRequest {
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
        });
        trial.findings.iter().map(|it| format!("{} {}", it.check.id, it.field)).collect()
    }

    fn agent(spec: &str, container: &str) -> String {
        format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: agent}}\nspec:\n{spec}\n    spec:\n      \
             containers:\n      - {{name: agent, image: \"registry.example.com/agent:1.0.0\"{container}}}\n"
        )
    }

    #[test]
    fn labels_that_do_not_match_are_told_at_the_selector() {
        let none = agent("  template:\n    metadata: {labels: {app: agent}}", "");
        assert_eq!(told(&none), ["missing-workload-selector spec.selector"]);
        let other = "  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: a}}";
        assert_eq!(told(&agent(other, "")), ["selector-mismatch spec.selector.matchLabels.app"]);
    }

    #[test]
    fn what_a_feature_gate_may_allow_is_told_by_the_check_that_knows_it() {
        let autoscaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: queue}\nspec:\n  \
                          minReplicas: 0\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: example.com/v1, kind: Worker, name: queue}\n  \
                          metrics:\n  - {type: External, external: {metric: {name: length}, target: {type: Value, value: 1}}}\n";
        let told = told(autoscaler);
        assert!(told.contains(&"autoscaler-range spec.minReplicas".to_owned()), "{told:?}");
        assert!(!told.iter().any(|it| it.starts_with("refused-value")), "{told:?}");
    }

    #[test]
    fn what_a_policy_refuses_hides_nothing_of_what_the_server_does() {
        let guarded = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {pod-security.kubernetes.io/enforce: baseline}}\n---\n\
                       apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a}\nspec:\n  hostNetwork: yes please\n  \
                       containers:\n  - {name: web, image: \"registry.example.com/web:1.0.0\", securityContext: {privileged: true, procMount: Other}}\n";
        let told = told(guarded);
        assert!(told.iter().any(|it| it.starts_with("wrong-type")), "{told:?}");
        assert!(
            told.iter().any(|it| it.starts_with("refused-value") || it.starts_with("unsupported-value")),
            "{told:?}"
        );
    }

    #[test]
    fn what_stands_under_a_wrong_name_or_in_a_wrong_place_is_not_missing() {
        let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader}\n\
                    rules:\n- {apiGroup: \"\", resource: [pods], verbs: [get]}\n";
        assert_eq!(told(role), ["unknown-field rules[0].apiGroup", "unknown-field rules[0].resource"]);
        let job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tidy}\nspec:\n  schedule: '0 * * * *'\n  \
                   template:\n    spec:\n      restartPolicy: Never\n      \
                   containers: [{name: tidy, image: \"registry.example.com/tidy:1.0.0\"}]\n";
        assert_eq!(told(job), ["unknown-field spec.template"]);
    }

    #[test]
    fn what_follows_from_a_blank_in_the_name_is_not_told() {
        let service = |name: &str| {
            told(&format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  selector: {{app: {name}}}\n  \
                 ports: [{{port: <PORT>, targetPort: 8080, nodePort: x}}]\n"
            ))
        };
        assert_eq!(
            service("<NAME>"),
            ["unsubstituted-variable metadata.name", "wrong-type spec.ports[0].nodePort"]
        );
        let named = service("web");
        assert!(named.contains(&"wrong-type spec.ports[0].port".to_owned()), "{named:?}");
    }

    #[test]
    fn a_claim_without_a_size_is_told_once() {
        let claim = |spec: &str| {
            told(&format!(
                "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: a}}\nspec: {spec}\n"
            ))
        };
        let wanted = ["invalid-claim spec.resources.requests.storage"];
        assert_eq!(claim("{accessModes: [ReadWriteOnce]}"), wanted);
        assert_eq!(claim("{accessModes: [ReadWriteOnce], resources: {requests: {}}}"), wanted);
        let beside = "{accessModes: [ReadWriteOnce], resources: {storage: 1Gi}}";
        assert_eq!(claim(beside), ["invalid-claim spec.resources"]);
    }

    #[test]
    fn siblings_of_which_one_may_be_are_told_once() {
        let right =
            "  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}";
        let env = ", env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}, value: x}]";
        let at = "spec.template.spec.containers[0].env[0].value";
        assert_eq!(told(&agent(right, env)), [format!("exclusive-fields {at}")]);
        let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  \
                       defaultBackend: {serviceName: web, servicePort: 80}\n";
        let told = told(ingress);
        assert!(!told.iter().any(|it| it.starts_with("unknown-field")), "{told:?}");
    }

    #[test]
    fn a_mistake_in_a_volume_is_not_told_of_its_mounts() {
        let selected =
            "  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}";
        let mounted = |volume: &str| {
            let mounts = ", volumeMounts: [{name: log, mountPath: /log}]";
            told(&format!("{}      volumes: [{volume}]\n", agent(selected, mounts)))
        };
        let at = "spec.template.spec.volumes[0]";
        for (volume, expected) in [
            ("{name: log, hostPath: {pth: /log}}", format!("unknown-field {at}.hostPath.pth")),
            ("{name: log, hostPath: {path: /../log}}", format!("refused-value {at}.hostPath.path")),
            ("{name: Log, emptyDir: {}}", format!("refused-value {at}.name")),
            ("{nme: log, emptyDir: {}}", format!("unknown-field {at}.nme")),
        ] {
            assert_eq!(mounted(volume), [expected], "{volume}");
        }
        let missing = "missing-volume spec.template.spec.containers[0].volumeMounts[0].name";
        assert_eq!(mounted("{name: logs, emptyDir: {}}"), [missing]);
    }

    #[test]
    fn a_field_that_there_is_not_stands_for_the_one_that_is_asked_for() {
        let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  capacity: {storage: 1Gi}\n  \
                      accessModes: [ReadWriteOnce]\n  nsf: {server: a, path: /a}\n";
        assert_eq!(told(volume), ["unknown-field spec.nsf"]);
        let untyped = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec:\n  capacity: {storage: 1Gi}\n  \
                       accessModes: [ReadWriteOnce]\n  storageClas: fast\n";
        assert_eq!(told(untyped), ["missing-field spec", "unknown-field spec.storageClas"]);
    }

    #[test]
    fn what_is_refused_is_not_judged_besides() {
        let budget = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n\
                      spec: {minAvailable: 150%, selector: {matchLabels: {app: a}}}\n";
        let told = told(budget);
        assert!(told.contains(&"refused-value spec.minAvailable".to_owned()), "{told:?}");
        assert!(!told.iter().any(|it| it.starts_with("blocked-disruption")), "{told:?}");
    }
}
