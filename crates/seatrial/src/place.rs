//! Where the tree begins: top, root and the path asked about.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use seatrial_diagnostics::terminal::Base;
use seatrial_git::Repository;
use seatrial_source::{DiskFiles, Files, Revisions, TreePath};
use seatrial_trial::config::FILE_NAME;
use seatrial_trial::find_root;

use crate::cache;
use crate::failure::Failure;

/// The file that makes a directory a chart.
const CHART_FILE: &str = "Chart.yaml";
/// The groups of objects that deploy what lies elsewhere in the tree.
const GROUPS_THAT_LEAD: [&str; 2] = ["fluxcd.io", "argoproj.io"];
/// How much of a file is looked through for them.
const LEADING_BYTES_MAX: u64 = 1 << 20;

/// What a person asks for: a path, perhaps in a revision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) path: &'a Path,
    pub(crate) root: Option<&'a Path>,
    pub(crate) rev: Option<&'a str>,
    /// What named the revision.
    pub(crate) option: &'static str,
    /// Whether a path was looked for before under the revision's name.
    pub(crate) may_be_path: bool,
    /// The cache, where it is not the user's.
    pub(crate) cache: Option<&'a Path>,
}

/// A tree to check, and what version control says about it.
pub(crate) struct Tree {
    pub(crate) files: Box<dyn Files>,
    pub(crate) git: Option<Repository>,
    /// Why version control could not be asked, although it is there.
    pub(crate) git_problem: Option<String>,
    pub(crate) root: TreePath,
    pub(crate) scope: TreePath,
    top: PathBuf,
}

impl Tree {
    /// Finds the tree that holds the path, together with what was fetched for
    /// it.
    pub(crate) fn open(arguments: Asked<'_>) -> Result<Self, Failure> {
        let tree = Self::open_plain(arguments)?;
        let files = cache::with_fetched(tree.files, &tree.root, arguments.cache)?;
        Ok(Self { files, ..tree })
    }

    /// Finds the tree that holds the path.
    pub(crate) fn open_plain(arguments: Asked<'_>) -> Result<Self, Failure> {
        let path = real_path(arguments.path, arguments.rev.is_some())?;
        let root = arguments.root.map(|root| real_path(root, false)).transpose()?;
        let (git, git_problem) = match Repository::discover(existing(&path)) {
            Ok(git) => (git, None),
            Err(error) => (None, Some(error.to_string())),
        };
        let top = match (&git, &root) {
            (Some(git), _) => git.top().to_owned(),
            (None, Some(root)) => root.clone(),
            (None, None) => top_without_git(&path),
        };
        let is_alone = git.is_none() && root.is_none() && is_alone(&path, &top);
        let files = files(&top, is_alone, git.as_ref(), git_problem.as_deref(), &arguments)?;
        let scope = below(&top, &path, &arguments)?;
        if arguments.rev.is_some() && files.kind(&scope).is_none() {
            let rev = arguments.rev.unwrap_or_default();
            return Err(Failure::new(format!("`{}` does not exist in {rev}", arguments.path.display())));
        }
        let root = match root {
            Some(root) => root_below(&top, &root, &scope)?,
            None => find_root(files.as_ref(), &scope),
        };
        Ok(Self { files, git, git_problem, root, scope, top })
    }

    /// The chart that the path asked about is a template of, or holds templates of.
    pub(crate) fn chart_of_templates(&self) -> Option<TreePath> {
        let holds = |it: &TreePath| self.scope.below(it).is_some_and(is_in_templates);
        let is_chart =
            |it: &TreePath| it.join(CHART_FILE).is_some_and(|path| self.files.kind(&path).is_some());
        let mut above = std::iter::successors(self.scope.parent(), TreePath::parent);
        above.find(|it| holds(it) && is_chart(it))
    }

    /// What to do instead where somebody asks for templates alone.
    pub(crate) fn refuse_templates(&self, command: &str, path: &Path) -> Option<Failure> {
        let chart = self.chart_of_templates()?;
        let up = 1 + self.scope.below(&chart)?.matches('/').count();
        let directory: PathBuf = self.top.join(chart.as_str()).components().collect();
        let shown =
            path.ancestors().nth(up).filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A path with dots or links in it has other ancestors.
        let is_it =
            matches!((shown.canonicalize(), directory.canonicalize()), (Ok(one), Ok(other)) if one == other);
        let shown = if is_it { shown } else { &directory };
        Some(
            Failure::new(format!("`{}` holds templates of a chart, which are no manifests", path.display()))
                .hint(format!("`seatrial {command} {}` is for the whole chart", shown.display())),
        )
    }

    /// Its top on disk.
    #[cfg(feature = "fetch")]
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// What paths are relative to for a person in the current directory.
    pub(crate) fn base(&self) -> Base {
        let here = env::current_dir().and_then(|it| it.canonicalize());
        let (Ok(here), Ok(top)) = (here, self.top.canonicalize()) else { return Base::Top };
        match here.strip_prefix(&top) {
            Ok(below) if below.as_os_str().is_empty() => Base::Top,
            Ok(below) => tree_path(below).map_or(Base::Top, Base::Inside),
            Err(_) => Base::Outside(way(&here, &top).display().to_string()),
        }
    }
}

/// The way from one directory to another; the whole path where they share nothing.
fn way(from: &Path, to: &Path) -> PathBuf {
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    // The first component is the root of the file system.
    if shared < 2 {
        return to.to_owned();
    }
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

/// The path with all links resolved. In a revision it may be one that is no
/// longer on disk.
fn real_path(path: &Path, may_be_gone: bool) -> Result<PathBuf, Failure> {
    match path.canonicalize() {
        Ok(real) => Ok(real),
        Err(error) if may_be_gone && error.kind() == std::io::ErrorKind::NotFound => {
            let (parent, name) = (path.parent(), path.file_name());
            let (Some(parent), Some(name)) = (parent, name) else { return Err(absent(path, &error)) };
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(real_path(parent, true)?.join(name))
        }
        Err(error) => Err(absent(path, &error)),
    }
}

fn absent(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("`{path}` does not exist"))
            .hint("name a file or a directory that holds manifests"),
        std::io::ErrorKind::PermissionDenied => Failure::new(format!("`{path}` may not be read")),
        _ => Failure::new(format!("`{path}` cannot be opened: {error}")),
    }
}

/// The nearest directory or file of a path that is on disk.
fn existing(path: &Path) -> &Path {
    path.ancestors().find(|it| it.exists()).unwrap_or(path)
}

/// Without version control the configuration marks the top, else the chart of which the
/// path is a template, else the path does.
fn top_without_git(path: &Path) -> PathBuf {
    let directory = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let marked = || directory.ancestors().find(|it| it.join(FILE_NAME).is_file());
    let is_chart = |it: &&Path| {
        let below = path.strip_prefix(it).ok().and_then(Path::to_str);
        below.is_some_and(is_in_templates) && it.join(CHART_FILE).is_file()
    };
    let chart = || directory.ancestors().find(is_chart);
    marked().or_else(chart).unwrap_or(directory).to_owned()
}

/// Whether a path from a chart's directory leads to its templates.
fn is_in_templates(below: &str) -> bool {
    below.split(['/', '\\']).next() == Some("templates")
}

/// Whether a file is all that there is besides its neighbours: nothing, and not it
/// itself, says that what lies below its directory belongs to it.
fn is_alone(path: &Path, top: &Path) -> bool {
    let owners = [FILE_NAME, CHART_FILE, "kustomization.yaml", "kustomization.yml", "Kustomization"];
    path.is_file()
        && path.parent() == Some(top)
        && !owners.iter().any(|it| top.join(it).exists())
        && !leads_on(path)
}

/// Whether a file may hold objects of Flux or Argo CD, which deploy directories.
fn leads_on(path: &Path) -> bool {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LEADING_BYTES_MAX).read_to_end(&mut text));
    let holds = |group: &str| text.windows(group.len()).any(|it| it == group.as_bytes());
    read.is_ok() && GROUPS_THAT_LEAD.iter().any(|group| holds(group))
}

fn files(
    top: &Path,
    is_alone: bool,
    git: Option<&Repository>,
    git_problem: Option<&str>,
    arguments: &Asked<'_>,
) -> Result<Box<dyn Files>, Failure> {
    let Some(rev) = arguments.rev else {
        let files = if is_alone { DiskFiles::open_flat(top) } else { DiskFiles::open(top) };
        let files =
            files.map_err(|error| Failure::new(format!("`{}` cannot be opened: {error}", top.display())))?;
        return Ok(Box::new(files));
    };
    let Some(git) = git else {
        if arguments.may_be_path && git_problem.is_none() {
            return Err(Failure::new(format!("`{rev}` does not exist"))
                .hint("name a directory, or, in a git repository, a revision"));
        }
        let why = git_problem.map_or_else(
            || format!("`{}` is in no git repository", arguments.path.display()),
            ToOwned::to_owned,
        );
        return Err(Failure::new(format!("{} {rev} cannot be read: {why}", arguments.option)));
    };
    let commit = git.resolve(rev).map_err(|error| {
        let hint = "a branch, a tag, a commit, or an expression such as `main~3`";
        if arguments.may_be_path {
            Failure::new(format!("no such path, and {error}")).hint(format!("a path, {hint}"))
        } else {
            Failure::new(error).hint(hint)
        }
    })?;
    git.files(&commit).map_err(Failure::new)
}

fn below(top: &Path, path: &Path, arguments: &Asked<'_>) -> Result<TreePath, Failure> {
    let outside = || {
        let root = arguments.root.unwrap_or(top);
        Failure::new(format!("`{}` lies outside `{}`", arguments.path.display(), root.display()))
            .hint("give --root a directory that holds the path")
    };
    let relative = path.strip_prefix(top).map_err(|_| outside())?;
    tree_path(relative)
}

fn root_below(top: &Path, root: &Path, scope: &TreePath) -> Result<TreePath, Failure> {
    let relative = root.strip_prefix(top).map_err(|_| {
        Failure::new(format!(
            "--root `{}` lies outside the git repository `{}`",
            root.display(),
            top.display()
        ))
    })?;
    let root_path = tree_path(relative)?;
    if scope.is_within(&root_path) {
        return Ok(root_path);
    }
    Err(Failure::new(format!("--root `{}` does not hold the path to check", root.display())))
}

fn tree_path(relative: &Path) -> Result<TreePath, Failure> {
    let text = relative.to_str().ok_or_else(|| {
        Failure::new(format!("`{}` is not UTF-8, and reports could not name it", relative.display()))
    })?;
    let text = if std::path::MAIN_SEPARATOR == '/' { text.to_owned() } else { text.replace('\\', "/") };
    Ok(TreePath::new(&text))
}
