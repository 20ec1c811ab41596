//! `seatrial check`: from arguments to a trial, from a trial to an exit code.

use std::io::Read;
use std::path::Path;

use seatrial_diagnostics::Severity;
use seatrial_diagnostics::terminal::Style;
use seatrial_report::terminal::{ending, findings};
use seatrial_source::{EntryKind, Files, MemoryFiles, Revisions, TreePath};
use seatrial_trial::{AtRevision, Config, Date, Trial, TrialRequest, UnitFilter, catalogue, load_config};

use crate::args::{Check, FailOn, Format};
use crate::failure::{Failure, warn};
use crate::place::Tree;
use crate::{CLEAN, FINDINGS, baseline, output};

/// Bytes read from stdin at most.
const STDIN_BYTES_MAX: u64 = 16 << 20;
/// What the manifests from stdin are called in reports.
const STDIN_NAME: &str = "stdin.yaml";

pub(crate) fn run(arguments: &Check) -> Result<u8, Failure> {
    let baseline = baseline::read(&arguments.choice)?;
    let (mut trial, is_ignored) =
        if arguments.path == Path::new("-") { (try_stdin(arguments)?, false) } else { try_tree(arguments)? };
    refuse_nothing(&trial, is_ignored, arguments)?;
    baseline::write(&trial, &arguments.choice, arguments.quiet)?;
    if let Some(baseline) = baseline {
        trial.compare(&baseline);
    }
    print(&trial, arguments)?;
    Ok(exit_code(&trial, arguments.fail_on))
}

/// The trial of a tree, and whether git ignores the path that was asked about.
fn try_tree(arguments: &Check) -> Result<(Trial, bool), Failure> {
    let tree = Tree::open(arguments)?;
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
    let is_directory = matches!(tree.files.kind(&tree.scope), Some(EntryKind::Directory));
    let is_ignored = revisions.is_some_and(|it| it.is_ignored(&tree.scope, is_directory));
    let trial = check(
        arguments,
        TrialRequest {
            files: tree.files.as_ref(),
            revisions,
            git_problem: tree.git_problem,
            root: tree.root,
            scope: tree.scope,
            config,
            config_text,
            today: today(arguments)?,
            units: unit_filter(arguments)?,
        },
    )?;
    Ok((trial, is_ignored))
}

fn try_stdin(arguments: &Check) -> Result<Trial, Failure> {
    if arguments.root.is_some() || arguments.rev.is_some() {
        return Err(Failure::new("stdin has no --root and no --rev"));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(STDIN_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("stdin cannot be read: {error}")))?;
    if bytes.len() as u64 > STDIN_BYTES_MAX {
        return Err(Failure::new(format!("stdin holds more than {} MiB", STDIN_BYTES_MAX >> 20)));
    }
    let files = MemoryFiles::from_iter([(STDIN_NAME, bytes)]);
    check(
        arguments,
        TrialRequest {
            files: &files as &dyn Files,
            revisions: None,
            git_problem: None,
            root: TreePath::top(),
            scope: TreePath::top(),
            config: Config::default(),
            config_text: None,
            today: today(arguments)?,
            units: unit_filter(arguments)?,
        },
    )
}

/// The command line wins over the configuration.
fn check(arguments: &Check, mut request: TrialRequest<'_>) -> Result<Trial, Failure> {
    if let Some(text) = &arguments.kube_version {
        let version = Config::version(text).map_err(|error| Failure::new(&error).hint(error.hint()))?;
        request.config.kubernetes = Some(version);
    }
    arguments.choice.apply(&mut request.config, &catalogue())?;
    Ok(seatrial_trial::check(&request))
}

fn unit_filter(arguments: &Check) -> Result<Option<UnitFilter>, Failure> {
    let Some(pattern) = &arguments.unit else { return Ok(None) };
    let filter = UnitFilter::new(pattern);
    filter.map(Some).map_err(|error| Failure::new(format!("--unit `{pattern}` is no glob: {error}")))
}

fn today(arguments: &Check) -> Result<Date, Failure> {
    if let Some(today) = arguments.today {
        return Ok(today);
    }
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let date = Date::new(now.year().unsigned_abs(), now.month().unsigned_abs(), now.day().unsigned_abs());
    date.map_err(|_| Failure::new("the clock shows no day of the calendar").hint("set it with --today"))
}

/// A path without anything to judge is a mistake, unless it is said to be fine.
fn refuse_nothing(trial: &Trial, is_ignored: bool, arguments: &Check) -> Result<(), Failure> {
    if let (Some(pattern), true) = (&arguments.unit, trial.units.is_empty()) {
        return Err(Failure::new(format!("no unit is called `{pattern}`"))
            .hint("without --unit, `--format json` lists them all under `units`"));
    }
    if arguments.allow_empty || trial.found_anything() {
        return Ok(());
    }
    let place = match arguments.path.to_str() {
        Some("-") => "stdin holds".to_owned(),
        Some(".") => "this directory holds".to_owned(),
        _ => format!("`{}` holds", arguments.path.display()),
    };
    let hint = if is_ignored {
        "git ignores the path and does not track it, so it is no place to look"
    } else {
        "name the directory with the manifests, or pass --allow-empty"
    };
    Err(Failure::new(format!("{place} no Kubernetes file")).hint(hint))
}

fn print(trial: &Trial, arguments: &Check) -> Result<(), Failure> {
    let mut goes_to_stdout = true;
    for target in &arguments.output {
        goes_to_stdout &= target.format.is_some();
        let format = target.format.unwrap_or(arguments.format);
        output::write(&target.file, &document(trial, format, Style::PLAIN, arguments))?;
    }
    if !goes_to_stdout {
        return Ok(());
    }
    let style = output::style(arguments.color);
    output::print(&document(trial, arguments.format, style, arguments), arguments.color)
}

fn document(trial: &Trial, format: Format, style: Style, arguments: &Check) -> String {
    match format {
        Format::Json => seatrial_report::json(trial),
        Format::Sarif => seatrial_report::sarif(trial),
        Format::Junit => {
            seatrial_report::junit(trial, fails_from(arguments.fail_on).unwrap_or(Severity::Error))
        }
        Format::Markdown => seatrial_report::markdown(trial),
        Format::Github => seatrial_report::github(trial),
        Format::Terminal if arguments.quiet => findings(trial, style),
        Format::Terminal => findings(trial, style) + &ending(trial, style),
    }
}

/// The severity from which a finding counts against the tree.
fn fails_from(fail_on: FailOn) -> Option<Severity> {
    match fail_on {
        FailOn::Never => None,
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Info => Some(Severity::Info),
    }
}

fn exit_code(trial: &Trial, fail_on: FailOn) -> u8 {
    let counts = fails_from(fail_on).is_some_and(|bar| trial.worst().is_some_and(|worst| worst >= bar));
    if counts { FINDINGS } else { CLEAN }
}
