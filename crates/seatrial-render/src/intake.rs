//! From what was read to parsed files, with ids in the order of their paths.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use seatrial_diagnostics::{CheckInfo, Location, Notice, Severity};
use seatrial_model::{Skip, SkipCode};
use seatrial_source::{EntryKind, FileId, ReadError, SourceMap, Span, TreePath};
use seatrial_yaml::{Dialect, Limits, Stream};

use crate::Request;
use crate::checks::{FILE_TOO_LARGE, IGNORED_RESOURCE, PATH_OUTSIDE_TREE, UNREADABLE_FILE};
use crate::classify::name::{self, NameKind};
use crate::classify::places::is_set_aside;
use crate::kustomization::Kustomization;
use crate::layout::{Candidate, FileRole, Layout};
use crate::read::Outcome;
use crate::walk::{Links, Walk};

/// The most files of one piece of work: who is done takes another, and of large pieces
/// one thread would have its last when the others have nothing left to do.
pub(crate) const PIECE: usize = 64;

/// A text that matters, before it is parsed.
#[derive(Debug)]
pub(crate) struct TextFile {
    pub(crate) id: FileId,
    pub(crate) path: TreePath,
    pub(crate) role: FileRole,
}

/// Everything that is known before manifests are parsed.
#[derive(Debug, Default)]
pub(crate) struct Intake {
    pub(crate) sources: SourceMap,
    /// Sorted by path; what git ignores comes last.
    pub(crate) texts: Vec<TextFile>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) skipped: Vec<Skip>,
    pub(crate) provisioners: Vec<TreePath>,
}

impl Intake {
    /// Of the candidates of a layout, and what reading each of them gave.
    pub(crate) fn new(walk: &Walk, layout: &mut Layout, outcomes: Vec<Outcome>) -> Self {
        let mut intake = Self { skipped: walk.skipped.clone(), ..Self::default() };
        let kept = outcomes.iter().filter(|it| matches!(it, Outcome::Kept(_))).count();
        intake.sources.reserve(kept);
        intake.texts.reserve(kept);
        let mut fixtures: BTreeMap<TreePath, usize> = BTreeMap::new();
        let mut generators: BTreeMap<(TreePath, &str), Vec<TreePath>> = BTreeMap::new();
        for (candidate, outcome) in std::mem::take(&mut layout.candidates).into_iter().zip(outcomes) {
            let Candidate { path, role, fixture, .. } = candidate;
            match (outcome, role, fixture) {
                (Outcome::Fixture, _, Some(fixture)) => *fixtures.entry(fixture).or_default() += 1,
                (Outcome::Kept(_), FileRole::Generator(reason), _) => {
                    let directory = path.parent().unwrap_or_else(TreePath::top);
                    generators.entry((directory, reason)).or_default().push(path);
                }
                (outcome, ..) => intake.take(path, role, outcome),
            }
        }
        intake.skip_fixtures(fixtures);
        for ((directory, reason), files) in generators {
            match &files[..] {
                [file] => intake.skip(file.clone(), SkipCode::ForeignTemplate, reason),
                _ => intake.skip(
                    directory,
                    SkipCode::ForeignTemplate,
                    format!("{reason}: {} files", files.len()),
                ),
            }
        }
        intake.take_walk(walk);
        intake.take_dangling(&layout.dangling);
        intake
    }

    /// The directories of Helmfile's files.
    pub(crate) fn helmfiles(&self) -> Vec<TreePath> {
        let files = self.provisioners.iter().filter(|it| name::kind_of(it) == NameKind::Helmfile);
        let home = |file: &TreePath| {
            let directory = file.parent()?;
            if directory.name() == "helmfile.d" { directory.parent() } else { Some(directory) }
        };
        files.filter_map(home).collect()
    }

    fn skip_fixtures(&mut self, fixtures: BTreeMap<TreePath, usize>) {
        for (directory, count) in fixtures {
            let files = if count == 1 { "one file".to_owned() } else { format!("{count} files") };
            let what = if is_set_aside(directory.name()) {
                "set aside, and nothing else names it"
            } else {
                "test fixtures"
            };
            let reason = format!("{what}: {files} with manifests, checked only when asked for by path");
            self.skip(directory, SkipCode::Fixture, reason);
        }
    }

    fn take(&mut self, path: TreePath, role: FileRole, outcome: Outcome) {
        match (outcome, role) {
            (Outcome::Dropped | Outcome::Fixture, _) => {}
            (Outcome::Kept(text), role) => {
                let id = self.sources.add(path.clone(), text);
                self.texts.push(TextFile { id, path, role });
            }
            (Outcome::Provisioner, role) => {
                if role == FileRole::Helmfile {
                    self.skip(path.clone(), SkipCode::ForeignTemplate, "Helmfile is not evaluated");
                }
                self.provisioners.push(path);
            }
            (Outcome::NotText { text, at, what }, _) => self.not_text(&path, text, at, what),
            (Outcome::TooLarge { size, limit }, _) => self.too_large(path, size, limit),
            (Outcome::Failed(error), _) => self.failed(&path, &error),
            (Outcome::Budget, _) => {
                self.skip(path, SkipCode::Limit, "all files together are larger than is read");
            }
        }
    }

    fn take_walk(&mut self, walk: &Walk) {
        for (path, target) in &walk.outside {
            self.skip(
                path.clone(),
                SkipCode::Outside,
                format!("it links to `{target}`, outside the repository"),
            );
            let matters = matches!(
                name::kind_of(path),
                NameKind::Yaml
                    | NameKind::Json
                    | NameKind::Kustomization
                    | NameKind::Chart
                    | NameKind::Compose
            );
            let severity = if matters { Severity::Warning } else { Severity::Info };
            let message = format!("`{path}` links to `{target}`, outside the repository");
            let notice = self.at_file(&PATH_OUTSIDE_TREE, path.clone(), message).severity(severity);
            self.notices.push(notice.help("put the file itself into the repository"));
        }
        for (path, error) in &walk.unreadable {
            self.failed(path, error);
        }
    }

    fn take_dangling(&mut self, dangling: &[(TreePath, String)]) {
        for (path, target) in dangling {
            self.skip(path.clone(), SkipCode::Unreadable, format!("the link leads nowhere: `{target}`"));
            let message = format!("`{path}` links to `{target}`, and the link leads nowhere");
            let notice = self.at_file(&UNREADABLE_FILE, path.clone(), message);
            self.notices.push(notice.help("remove the link, or let it lead to a file"));
        }
    }

    fn not_text(&mut self, path: &TreePath, text: Arc<str>, at: u32, what: &str) {
        self.skip(path.clone(), SkipCode::Unreadable, format!("it is {what}"));
        let id = self.sources.add(path.clone(), text);
        let notice = Notice::new(
            &UNREADABLE_FILE,
            Location::text(Span::new(id, at, at)),
            format!("`{path}` is {what}"),
        );
        self.notices.push(notice.help("save it as UTF-8"));
    }

    fn too_large(&mut self, path: TreePath, size: u64, limit: u64) {
        self.skip(path.clone(), SkipCode::Limit, "it is larger than any file that is read");
        if path.extension() == "json" {
            return;
        }
        let message = format!("`{path}` is too large to be read");
        let notice = self.at_file(&FILE_TOO_LARGE, path, message);
        let why = format!("it has {size} bytes, and files of at most {} MiB are read", limit >> 20);
        self.notices.push(notice.because(why));
    }

    fn failed(&mut self, path: &TreePath, error: &ReadError) {
        let what = match error {
            ReadError::Missing => "disappeared while it was read".to_owned(),
            ReadError::Outside => "leads outside the repository".to_owned(),
            other => format!("cannot be read: {other}"),
        };
        let code = if *error == ReadError::Outside { SkipCode::Outside } else { SkipCode::Unreadable };
        self.skip(path.clone(), code, format!("it {what}"));
        let check = if *error == ReadError::Outside { &PATH_OUTSIDE_TREE } else { &UNREADABLE_FILE };
        let notice = self.at_file(check, path.clone(), format!("`{path}` {what}"));
        self.notices.push(notice);
    }

    /// A notice about a file of which nothing was read.
    fn at_file(&mut self, check: &'static CheckInfo, path: TreePath, message: String) -> Notice {
        let id = self.sources.add(path, Arc::from(""));
        Notice::new(check, Location::text(Span::new(id, 0, 0)), message)
    }

    pub(crate) fn skip(&mut self, path: TreePath, code: SkipCode, reason: impl Into<String>) {
        self.skipped.push(Skip { path, span: None, code, reason: reason.into() });
    }

    /// Reads what a kustomization names although git ignores it: discovery has
    /// passed it over.
    pub(crate) fn read_ignored(
        &mut self,
        request: &Request<'_>,
        kustomizations: &[Kustomization],
        links: &Links,
    ) {
        let Some(revisions) = request.revisions else { return };
        for kustomization in kustomizations {
            for named in &kustomization.named {
                let path = links.resolve(&named.path);
                let is_file = || matches!(request.files.kind(&path), Some(EntryKind::File { .. }));
                if !revisions.is_ignored(&path, false) || !is_file() {
                    continue;
                }
                let message = format!("`{path}` is listed and ignored by git: a fresh clone lacks it");
                self.notices.push(Notice::new(&IGNORED_RESOURCE, Location::text(named.at), message));
                self.read_one(request, path);
            }
        }
    }

    fn read_one(&mut self, request: &Request<'_>, path: TreePath) {
        let is_new = self.sources.find(&path).is_none();
        let is_manifest = matches!(name::kind_of(&path), NameKind::Yaml | NameKind::Json);
        if !is_new || !is_manifest {
            return;
        }
        let bytes = request.files.read(&path, request.limits.file_bytes);
        let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else { return };
        let id = self.sources.add(path.clone(), text.into());
        self.texts.push(TextFile { id, path, role: FileRole::Manifest });
    }

    /// Parses the texts of some roles, each in the dialect of its reader.
    pub(crate) fn parse(
        &self,
        limits: &Limits,
        wanted: impl Fn(&TextFile) -> bool + Sync + Send,
        dialect: impl Fn(&TextFile) -> Dialect + Sync + Send,
    ) -> impl ParallelIterator<Item = (usize, Arc<Stream>)> {
        let texts =
            self.texts.par_iter().with_max_len(PIECE).enumerate().filter(move |(_, text)| wanted(text));
        texts.map(move |(at, file)| {
            let text = Arc::clone(self.sources.file(file.id).text());
            (at, Arc::new(seatrial_yaml::parse(file.id, text, dialect(file), limits)))
        })
    }
}
