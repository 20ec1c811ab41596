//! `seatrial diff`: which two trees are meant, and what is printed.

use std::path::Path;

use seatrial_report::diff::{Trees, json, text};
use seatrial_source::Revisions;
use seatrial_trial::upgrade::{Upgrade, upgrade};
use seatrial_trial::{AtRevision, Config, TrialRequest, catalogue, load_config};

use crate::args::{Diff, DiffFormat};
use crate::check::{current_day, set_version, unit_filter};
use crate::failure::{Failure, warn};
use crate::place::{Asked, Tree};
use crate::{CLEAN, FINDINGS, output};

/// What is compared where no revision is named.
const HEAD: &str = "HEAD";

pub(crate) fn run(arguments: &Diff) -> Result<u8, Failure> {
    let [before, after] = sides(arguments);
    let [old, new] = [Opened::open(&before, arguments)?, Opened::open(&after, arguments)?];
    for problem in [&old, &new].into_iter().filter_map(|it| it.tree.git_problem.as_ref()) {
        if !arguments.quiet {
            warn(&format!("{problem}; going on without git"));
        }
    }
    let [at_old, at_new] = [old.at_revision(), new.at_revision()];
    let found = upgrade(&old.request(at_old.as_ref(), arguments)?, &new.request(at_new.as_ref(), arguments)?);
    let trees = Trees { before: before.name(), after: after.name() };
    refuse_nothing(&found, &trees, arguments)?;
    match arguments.format {
        DiffFormat::Json => output::print_plain(&json(&found, &trees))?,
        DiffFormat::Terminal => {
            let style = output::style(arguments.color, new.tree.base());
            output::print(&text(&found, &trees, arguments.quiet, &style), arguments.color)?;
        }
    }
    let code = if found.is_unsafe() { FINDINGS } else { CLEAN };
    std::mem::forget(found);
    Ok(code)
}

/// One of the two trees, as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    path: String,
    rev: Option<String>,
}

impl Place {
    /// A name that exists as a path is a path; else it is a revision, perhaps
    /// with a path behind a colon.
    fn read(name: &str, exists: impl Fn(&str) -> bool) -> Self {
        if exists(name) {
            return Self { path: name.to_owned(), rev: None };
        }
        let (rev, path) = name.split_once(':').unwrap_or((name, ""));
        let path = if path.is_empty() { "." } else { path };
        Self { path: path.to_owned(), rev: Some(rev.to_owned()) }
    }

    fn working() -> Self {
        Self { path: ".".to_owned(), rev: None }
    }

    fn name(&self) -> String {
        match (&self.rev, self.path.as_str()) {
            (Some(rev), ".") => rev.clone(),
            (Some(rev), path) => format!("{rev}:{path}"),
            (None, ".") => "the working tree".to_owned(),
            (None, path) => path.to_owned(),
        }
    }
}

fn sides(arguments: &Diff) -> [Place; 2] {
    let exists = |name: &str| Path::new(name).exists();
    match (&arguments.before, &arguments.after) {
        (Some(before), Some(after)) => [Place::read(before, exists), Place::read(after, exists)],
        (Some(one), None) | (None, Some(one)) => alone(Place::read(one, exists)),
        (None, None) => alone(Place::working()),
    }
}

/// A revision is compared with the working tree, a path with what HEAD has there.
fn alone(place: Place) -> [Place; 2] {
    let other = match place.rev {
        Some(_) => return [place.clone(), Place { rev: None, ..place }],
        None => Place { rev: Some(HEAD.to_owned()), ..place.clone() },
    };
    [other, place]
}

/// A tree and its configuration.
struct Opened {
    tree: Tree,
    config: Config,
    is_revision: bool,
}

impl Opened {
    fn open(place: &Place, arguments: &Diff) -> Result<Self, Failure> {
        let asked = Asked {
            path: Path::new(&place.path),
            root: arguments.root.as_deref(),
            rev: place.rev.as_deref(),
            option: "the revision",
            may_be_path: true,
            cache: arguments.cache.as_deref(),
        };
        let tree = Tree::open(asked)?;
        let (mut config, _) =
            load_config(tree.files.as_ref(), &tree.root, &catalogue()).map_err(Failure::new)?;
        set_version(&mut config, arguments.kube_version.as_deref())?;
        Ok(Self { tree, config, is_revision: place.rev.is_some() })
    }

    fn at_revision(&self) -> Option<AtRevision<'_>> {
        self.tree.git.as_ref().filter(|_| self.is_revision).map(|git| AtRevision(git))
    }

    fn request<'a>(
        &'a self,
        at_revision: Option<&'a AtRevision<'a>>,
        arguments: &Diff,
    ) -> Result<TrialRequest<'a>, Failure> {
        let at_revision = at_revision.map(|it| it as &dyn Revisions);
        Ok(TrialRequest {
            cluster: None,
            files: self.tree.files.as_ref(),
            revisions: at_revision.or_else(|| self.tree.git.as_ref().map(|git| git as &dyn Revisions)),
            git_problem: None,
            root: self.tree.root.clone(),
            scope: self.tree.scope.clone(),
            config: self.config.clone(),
            config_text: None,
            today: current_day()?,
            units: unit_filter(arguments.unit.as_deref())?,
        })
    }
}

/// Two trees without a single object are a mistake.
fn refuse_nothing(found: &Upgrade, trees: &Trees, arguments: &Diff) -> Result<(), Failure> {
    if found.found_anything() {
        return Ok(());
    }
    let nothing = match &arguments.unit {
        Some(pattern) => format!("no unit called `{pattern}`"),
        None => "no Kubernetes file".to_owned(),
    };
    Err(Failure::new(format!("neither {} nor {} holds {nothing}", trees.before, trees.after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_exists_is_a_path() {
        let read = |name: &str| {
            let place = Place::read(name, |it| it == "k8s");
            (place.rev.unwrap_or_default(), place.path)
        };
        assert_eq!(read("k8s"), (String::new(), "k8s".to_owned()));
        assert_eq!(read("main~3"), ("main~3".to_owned(), ".".to_owned()));
        assert_eq!(read("v1:k8s"), ("v1".to_owned(), "k8s".to_owned()));
    }

    #[test]
    fn one_name_is_compared_with_the_working_tree_or_with_head() {
        let names = |place: Place| alone(place).map(|it| it.name());
        assert_eq!(names(Place::read("v1:k8s", |_| false)), ["v1:k8s", "k8s"]);
        assert_eq!(names(Place::read("k8s", |_| true)), ["HEAD:k8s", "k8s"]);
        assert_eq!(names(Place::working()), ["HEAD", "the working tree"]);
    }
}
