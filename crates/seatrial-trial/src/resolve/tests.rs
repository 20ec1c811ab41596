use seatrial_diagnostics::{Change, CheckInfo, Content, Edit, Level, OriginStep, Refusal, Strictness};
use seatrial_render::{Rendering, Request};
use seatrial_source::{MemoryFiles, TreePath};
use seatrial_yaml::FieldPath;

use super::*;

static CHECK: CheckInfo = CheckInfo {
    id: "some-check",
    title: "Something",
    severity: Severity::Error,
    level: Level::Object,
    strictness: Strictness::Default,
    families: &[],
    page: "",
};

/// Two units of one object each, as if both were rendered from `base.yaml`.
struct Shared {
    rendering: Rendering,
    base: FileId,
}

const OBJECT: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n";

impl Shared {
    fn new() -> Self {
        let files = MemoryFiles::from_iter([
            ("a/pod.yaml", OBJECT),
            ("b/pod.yaml", OBJECT),
            ("base.yaml", "# token hunter2-hunter2\nimage: web\n"),
        ]);
        let target = crate::trial::target(&Config::default());
        let mut rendering = seatrial_render::render(Request::new(&files, target));
        let text = "# token hunter2-hunter2\nimage: web\n";
        let base = rendering.sources.add(TreePath::new("base.yaml"), text.into());
        Self { rendering, base }
    }

    fn role(mut self, unit: usize, role: UnitRole) -> Self {
        self.rendering.repository.units[unit].role = role;
        self
    }

    fn resolve(&self, notices: &[Notice], config: &Config) -> (Vec<Resolved>, usize) {
        let repository = &self.rendering.repository;
        let resolver = Resolver {
            repository,
            files: &self.rendering.sources,
            sources: self,
            config,
            reported: &vec![true; repository.units.len()],
            reports_loose_files: true,
            only_file: None,
            config_file: None,
            bounds: &Bounds::default(),
        };
        let today = "2026-11-21".parse().expect("the day exists");
        let checks = [&CHECK];
        let mut suppressions =
            Suppressions::new(config, &TreePath::top(), &self.rendering.sources, &checks, today);
        let secrets = [Span::new(self.base, 8, 23)];
        let scrubber = Scrubber::new(&self.rendering.sources, &secrets, &[]);
        resolve(&resolver, notices, &mut suppressions, &|| &scrubber, |_| Vec::new())
    }
}

impl Sources for Shared {
    fn origin(&self, location: &Location) -> Option<Origin> {
        let Location::Field { path, .. } = location else { return None };
        if path.to_string() != "spec.image" {
            return None;
        }
        let via = vec![OriginStep { role: Role::Patch, span: Span::new(self.base, 0, 1) }];
        Some(Origin { edit: Span::new(self.base, 31, 34), via, derived: true })
    }

    fn edits(&self, _: &Change) -> Result<Vec<Edit>, Refusal> {
        Ok(vec![Edit { span: Span::new(self.base, 31, 34), text: "hunter2-hunter2".to_owned() }])
    }

    fn secrets(&self, _: FileId) -> Vec<Span> {
        Vec::new()
    }
}

fn notice(unit: u32, field: &str, message: &str) -> Notice {
    let path: FieldPath = field.parse().expect("the path is one");
    Notice::new(&CHECK, Location::field(UnitId(unit), ObjectId(0), path), message)
}

fn findings(shared: &Shared, notices: &[Notice]) -> Vec<Finding> {
    shared.resolve(notices, &Config::default()).0.into_iter().map(|it| it.finding).collect()
}

#[test]
fn one_defect_of_two_units_is_one_finding() {
    let shared = Shared::new();
    let notices = [
        notice(1, "spec.image", "the image is wrong").severity(Severity::Warning),
        notice(0, "spec.image", "the image is wrong"),
        notice(0, "spec.other", "another field"),
    ];
    let found = findings(&shared, &notices);
    assert_eq!(found.len(), 2);
    let image = found.iter().find(|it| it.field == "spec.image").expect("it is there");
    assert_eq!(image.units, ["manifests:a", "manifests:b"]);
    assert_eq!((image.severity, image.primary.path.as_str()), (Severity::Error, "base.yaml"));
    assert_eq!((image.primary.start.line, image.primary.start.column), (2, 8));
    assert_eq!(image.related[0].role, Role::Patch);
    assert_eq!(image.derivation.len(), 1);
}

#[test]
fn the_first_deployed_unit_speaks_for_all_and_others_are_kept() {
    let shared = Shared::new().role(0, UnitRole::Candidate);
    let found =
        findings(&shared, &[notice(0, "spec.image", "as a says"), notice(1, "spec.image", "as b says")]);
    assert_eq!(found[0].message, "as b says");
    assert!(found[0].derivation.contains(&"also: as a says".to_owned()));
}

#[test]
fn the_gravest_speaks_before_the_first() {
    let noted = notice(0, "spec.image", "one notes it down").severity(Severity::Info);
    let found = findings(&Shared::new(), &[noted, notice(0, "spec.image", "another refuses it")]);
    assert_eq!((found[0].message.as_str(), found[0].severity), ("another refuses it", Severity::Error));
    assert!(found[0].derivation.contains(&"also: one notes it down".to_owned()));
}

#[test]
fn what_nothing_deploys_is_a_warning_at_most() {
    for role in [UnitRole::Candidate, UnitRole::Base] {
        let shared = Shared::new().role(0, role);
        assert_eq!(findings(&shared, &[notice(0, "spec.image", "wrong")])[0].severity, Severity::Warning);
    }
}

#[test]
fn secrets_are_scrubbed_and_a_fix_that_holds_one_is_dropped() {
    let shared = Shared::new();
    let at = Location::field(UnitId(0), ObjectId(0), FieldPath::root());
    let change = Change::Set { at, content: Content::Null };
    let told = notice(0, "spec.image", "reads hunter2-hunter2")
        .help("not hunter2-hunter2")
        .because("hunter2-hunter2 is weak")
        .related(Location::text(Span::new(shared.base, 0, 1)), Role::Cause, "hunter2-hunter2 here")
        .change(change);
    let found = findings(&shared, &[told]);
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    assert_eq!(found[0].fix, None);
}

#[test]
fn ids_follow_the_words_and_repeated_words_are_told_apart() {
    let shared = Shared::new();
    let text =
        |start: u32| Notice::new(&CHECK, Location::text(Span::new(shared.base, start, start + 1)), "same");
    let found = findings(&shared, &[text(5), text(1), notice(0, "spec.image", "wrong")]);
    let ids: BTreeSet<&str> = found.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.len() == 16));
    let alone = findings(&shared, &[text(5)]);
    assert_eq!(alone[0].id, found[0].id);
}

#[test]
fn findings_stand_in_the_order_of_files_and_lines() {
    let shared = Shared::new();
    let found = findings(
        &shared,
        &[
            notice(1, "spec", "b"),
            notice(0, "spec.image", "image"),
            notice(0, "spec", "b"),
            notice(0, "status", "a"),
        ],
    );
    let order: Vec<(&str, &str)> =
        found.iter().map(|it| (it.primary.path.as_str(), it.message.as_str())).collect();
    assert_eq!(
        order,
        [("a/pod.yaml", "a"), ("a/pod.yaml", "b"), ("b/pod.yaml", "b"), ("base.yaml", "image")]
    );
}

#[test]
fn the_configuration_selects_weighs_and_accepts() {
    let shared = Shared::new();
    let count = |text: &str| {
        let config = Config::parse(text, &[&CHECK]).expect("the configuration is valid");
        let (found, accepted) = shared.resolve(&[notice(0, "spec.image", "wrong")], &config);
        (found.first().map(|it| it.finding.severity), accepted)
    };
    assert_eq!(count("select = [\"strict\"]"), (Some(Severity::Error), 0));
    assert_eq!(count("[severity]\nsome-check = \"info\""), (Some(Severity::Info), 0));
    let ignore = |rest: &str| count(&format!("[[ignore]]\ncheck = \"some-*\"\nreason = \"known\"\n{rest}"));
    assert_eq!(ignore("object = \"Pod/web\""), (None, 1));
    assert_eq!(ignore("object = \"Pod/api\""), (Some(Severity::Error), 0));
    assert_eq!(ignore("unit = \"manifests:a\""), (None, 1));
    assert_eq!(ignore("path = \"base.yaml\"\nexpires = 2026-11-21"), (None, 1));
    assert_eq!(ignore("path = \"base.yaml\"\nexpires = 2026-11-20"), (Some(Severity::Error), 0));
}
