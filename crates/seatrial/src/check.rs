//! `seatrial check`: from arguments to a trial, from a trial to an exit code.

use std::io::Read;
use std::path::Path;

use seatrial_diagnostics::terminal::Base;
use seatrial_source::{EntryKind, Files, MemoryFiles, Revisions, TreePath};
use seatrial_trial::{AtRevision, Config, Date, Trial, TrialRequest, UnitFilter, catalogue, load_config};

use crate::args::Check;
use crate::failure::{Failure, warn};
use crate::place::{Asked, Tree};
use crate::stats::Clock;
use crate::{CLEAN, FINDINGS, baseline, report, threads};

/// Bytes read from stdin at most.
const STDIN_BYTES_MAX: u64 = 16 << 20;
/// What the manifests from stdin are called in reports.
const STDIN_NAME: &str = "stdin.yaml";

pub(crate) fn run(arguments: &Check) -> Result<u8, Failure> {
    let targets = report::targets(arguments)?;
    let baseline = baseline::read(&arguments.choice)?;
    let clock = Clock::start();
    let tried = if arguments.path == Path::new("-") {
        try_stdin(arguments, &clock)?
    } else {
        try_tree(arguments, &clock)?
    };
    let Tried { mut trial, is_ignored, templates, base } = tried;
    refuse_nothing(&trial, is_ignored, templates, arguments)?;
    baseline::write(&trial, &arguments.choice, arguments.quiet)?;
    if let Some(baseline) = baseline {
        trial.compare(&baseline);
    }
    report::write(&trial, &targets, base, arguments)?;
    if arguments.stats {
        clock.print(&trial);
    }
    let code = exit_code(&trial, arguments);
    // The process ends: what it holds need not be taken apart piece by piece.
    std::mem::forget(trial);
    Ok(code)
}

/// A trial, and what the tree said besides.
struct Tried {
    trial: Trial,
    /// Whether git ignores the path that was asked about.
    is_ignored: bool,
    /// What to say where the path holds templates of a chart alone.
    templates: Option<Failure>,
    /// What a person's paths are relative to.
    base: Base,
}

fn try_tree(arguments: &Check, clock: &Clock) -> Result<Tried, Failure> {
    let tree = Tree::open(asked(arguments, arguments.rev.as_deref(), "--rev"))?;
    threads::spare(tree.files.as_ref(), &tree.root);
    let base = tree.base();
    if let (Some(problem), false) = (&tree.git_problem, arguments.quiet) {
        warn(&format!("{problem}; going on without git"));
    }
    let (config, config_text) =
        load_config(tree.files.as_ref(), &tree.root, &catalogue()).map_err(Failure::new)?;
    let at_revision = tree.git.as_ref().map(|git| AtRevision(git));
    let revisions: Option<&dyn Revisions> = match (&tree.git, &at_revision) {
        (_, Some(at_revision)) if arguments.rev.is_some() => Some(at_revision),
        (git, _) => git.as_ref().map(|git| git as &dyn Revisions),
    };
    let templates = tree.refuse_templates("check", &arguments.path);
    let is_directory = matches!(tree.files.kind(&tree.scope), Some(EntryKind::Directory));
    let is_ignored = revisions.is_some_and(|it| it.is_ignored(&tree.scope, is_directory));
    let earlier = arguments.upgrade_from.as_deref().map(|rev| Earlier::open(arguments, rev)).transpose()?;
    let earlier = earlier.as_ref().map(|it| it.request(arguments)).transpose()?;
    let trial = check(
        arguments,
        clock,
        earlier.as_ref(),
        TrialRequest {
            cluster: crate::facts::read(&arguments.facts)?,
            files: tree.files.as_ref(),
            revisions,
            git_problem: tree.git_problem,
            root: tree.root,
            scope: tree.scope,
            config,
            config_text,
            today: today(arguments)?,
            units: unit_filter(arguments.unit.as_deref())?,
        },
    )?;
    Ok(Tried { trial, is_ignored, templates, base })
}

fn try_stdin(arguments: &Check, clock: &Clock) -> Result<Tried, Failure> {
    if arguments.root.is_some() || arguments.rev.is_some() {
        return Err(Failure::new("stdin has no --root and no --rev"));
    }
    if arguments.upgrade_from.is_some() {
        return Err(Failure::new("stdin has no --upgrade-from"));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(STDIN_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("stdin cannot be read: {error}")))?;
    if bytes.len() as u64 > STDIN_BYTES_MAX {
        return Err(Failure::new(format!("stdin holds more than {} MiB", STDIN_BYTES_MAX >> 20)));
    }
    let files = MemoryFiles::from_iter([(STDIN_NAME, bytes)]);
    threads::spare(&files, &TreePath::top());
    let trial = check(
        arguments,
        clock,
        None,
        TrialRequest {
            cluster: crate::facts::read(&arguments.facts)?,
            files: &files as &dyn Files,
            revisions: None,
            git_problem: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            config: Config::default(),
            config_text: None,
            today: today(arguments)?,
            units: unit_filter(arguments.unit.as_deref())?,
        },
    )?;
    Ok(Tried { trial, is_ignored: false, templates: None, base: Base::Top })
}

/// The command line wins over the configuration.
fn check(
    arguments: &Check,
    clock: &Clock,
    earlier: Option<&seatrial_trial::Earlier<'_>>,
    mut request: TrialRequest<'_>,
) -> Result<Trial, Failure> {
    set_version(&mut request.config, arguments.kube_version.as_deref())?;
    arguments.choice.apply(&mut request.config, &catalogue())?;
    Ok(seatrial_trial::check_upgrade(&request, earlier, clock))
}

pub(crate) fn set_version(config: &mut Config, text: Option<&str>) -> Result<(), Failure> {
    if let Some(text) = text {
        config.set_kubernetes(text).map_err(|error| Failure::new(&error).hint(error.hint()))?;
    }
    Ok(())
}

fn asked<'a>(arguments: &'a Check, rev: Option<&'a str>, option: &'static str) -> Asked<'a> {
    let cache = arguments.cache.as_deref();
    Asked { path: &arguments.path, root: arguments.root.as_deref(), rev, option, may_be_path: false, cache }
}

/// The revision that is upgraded from.
struct Earlier<'a> {
    rev: &'a str,
    tree: Tree,
    config: Config,
}

impl<'a> Earlier<'a> {
    fn open(arguments: &'a Check, rev: &'a str) -> Result<Self, Failure> {
        let tree = Tree::open(asked(arguments, Some(rev), "--upgrade-from"))?;
        let (config, _) = load_config(tree.files.as_ref(), &tree.root, &catalogue()).map_err(Failure::new)?;
        Ok(Self { rev, tree, config })
    }

    fn request(&self, arguments: &Check) -> Result<seatrial_trial::Earlier<'_>, Failure> {
        let request = TrialRequest {
            cluster: crate::facts::read(&arguments.facts)?,
            files: self.tree.files.as_ref(),
            revisions: None,
            git_problem: None,
            root: self.tree.root.clone(),
            scope: self.tree.scope.clone(),
            config: self.config.clone(),
            config_text: None,
            today: today(arguments)?,
            units: unit_filter(arguments.unit.as_deref())?,
        };
        Ok(seatrial_trial::Earlier { name: self.rev.to_owned(), request })
    }
}

pub(crate) fn unit_filter(pattern: Option<&str>) -> Result<Option<UnitFilter>, Failure> {
    let Some(pattern) = pattern else { return Ok(None) };
    let filter = UnitFilter::new(pattern);
    filter.map(Some).map_err(|error| Failure::new(format!("--unit `{pattern}` is no glob: {error}")))
}

fn today(arguments: &Check) -> Result<Date, Failure> {
    arguments.today.map_or_else(current_day, Ok)
}

pub(crate) fn current_day() -> Result<Date, Failure> {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let date = Date::new(now.year().unsigned_abs(), now.month().unsigned_abs(), now.day().unsigned_abs());
    date.map_err(|_| Failure::new("the clock shows no day of the calendar").hint("set it with --today"))
}

/// A path without anything to judge is a mistake, unless it is said to be fine.
fn refuse_nothing(
    trial: &Trial,
    is_ignored: bool,
    templates: Option<Failure>,
    arguments: &Check,
) -> Result<(), Failure> {
    if let (Some(pattern), true) = (&arguments.unit, trial.units.is_empty()) {
        return Err(Failure::new(format!("no unit is called `{pattern}`"))
            .hint("without --unit, `--format json` lists them all under `units`"));
    }
    if arguments.allow_empty || trial.found_anything() {
        return Ok(());
    }
    if let Some(failure) = templates.filter(|_| !is_ignored) {
        return Err(failure);
    }
    let place = match arguments.path.to_str() {
        Some("-") => "stdin holds".to_owned(),
        Some(".") => "this directory holds".to_owned(),
        _ => format!("`{}` holds", arguments.path.display()),
    };
    let hint = if is_ignored {
        "git ignores the path and does not track it, so it is no place to look"
    } else if place.starts_with("stdin") {
        "a manifest has the fields apiVersion and kind; --allow-empty accepts that there is none"
    } else {
        "name the directory with the manifests, or pass --allow-empty"
    };
    Err(Failure::new(format!("{place} no Kubernetes file")).hint(hint))
}

fn exit_code(trial: &Trial, arguments: &Check) -> u8 {
    let bar = report::fails_from(arguments.fail_on);
    let counts = bar.is_some_and(|bar| trial.worst().is_some_and(|worst| worst >= bar));
    if counts { FINDINGS } else { CLEAN }
}
