//! `seatrial fetch`: what the tree needs of other hosts, into the cache and the
//! lock file.

use crate::args::Fetch;
use crate::failure::Failure;

#[cfg(not(feature = "fetch"))]
pub(crate) fn run(_: &Fetch) -> Result<u8, Failure> {
    Err(Failure::new("this seatrial was built without `fetch`, and never opens a connection")
        .hint("`cargo install --path crates/seatrial --features fetch` builds one with it"))
}

#[cfg(feature = "fetch")]
pub(crate) use with_feature::run;

#[cfg(feature = "fetch")]
mod with_feature {
    use std::fmt::Write;

    use seatrial_fetch::{Cache, Failed, Fetcher, Job, Limits, Outcome, write_lock};
    use seatrial_model::RemoteUse;
    use seatrial_render::Rendering;
    use seatrial_render::fetched::{Fetched, LOCK_FILE, Lock};
    use seatrial_source::{DiskFiles, Files, NotFetched, RemoteSource, SourceMap};
    use seatrial_trial::{Config, TrialRequest, catalogue, load_config};

    use super::{Failure, Fetch};
    use crate::check::current_day;
    use crate::failure::{note, problem};
    use crate::place::{Asked, Tree};
    use crate::{CLEAN, FINDINGS, cache, output};

    pub(crate) fn run(arguments: &Fetch) -> Result<u8, Failure> {
        let asked = Asked {
            path: &arguments.path,
            root: arguments.root.as_deref(),
            rev: None,
            may_be_path: false,
            option: "",
            cache: arguments.cache.as_deref(),
        };
        let tree = Tree::open_plain(asked)?;
        let directory = cache::directory(arguments.cache.as_deref());
        let directory = directory.ok_or_else(|| {
            Failure::new("there is no place for the cache").hint("name one with --cache, or set HOME")
        })?;
        let (config, _) = load_config(tree.files.as_ref(), &tree.root, &catalogue()).map_err(Failure::new)?;
        let run = Run { arguments, tree: &tree, config: &config };
        // What is wrong with a lock file ends here: it is written anew.
        let before = match Lock::open(tree.files.as_ref(), &tree.root) {
            Ok(before) => before.unwrap_or_default(),
            Err(error) if arguments.update => {
                note(&format!("{error}; it is written anew"));
                Lock::default()
            }
            Err(error) => {
                return Err(Failure::new(error).hint("--update fetches everything and writes it anew"));
            }
        };
        if arguments.dry_run {
            return run.tell(&before);
        }
        run.fetch(&before, &Cache::new(&directory))
    }

    struct Run<'a> {
        arguments: &'a Fetch,
        tree: &'a Tree,
        config: &'a Config,
    }

    impl Run<'_> {
        /// The tree with what a lock names.
        fn files(&self, lock: &Lock) -> Result<Fetched, Failure> {
            let files = DiskFiles::open(self.tree.top()).map_err(Failure::new)?;
            let cache = cache::files(self.arguments.cache.as_deref());
            Ok(Fetched::new(Box::new(files), &self.tree.root, lock, cache))
        }

        fn rendering(&self, files: &dyn Files) -> Result<Rendering, Failure> {
            let git = self.tree.git.as_ref();
            Ok(seatrial_trial::render(&TrialRequest {
                cluster: None,
                files,
                revisions: git.map(|git| git as _),
                git_problem: None,
                root: self.tree.root.clone(),
                scope: self.tree.scope.clone(),
                config: self.config.clone(),
                config_text: None,
                today: current_day()?,
                units: None,
            }))
        }

        /// What the tree needs, and the texts that say so.
        fn needs(&self, lock: &Lock) -> (Vec<RemoteUse>, SourceMap) {
            let rendering = self.files(lock).and_then(|files| self.rendering(&files));
            let Ok(rendering) = rendering else { return (Vec::new(), SourceMap::new()) };
            (rendering.repository.facts.remotes, rendering.sources)
        }

        /// Says what would be fetched.
        fn tell(&self, lock: &Lock) -> Result<u8, Failure> {
            let (needs, sources) = self.needs(lock);
            let files = self.files(lock)?;
            let mut text = String::new();
            for need in &needs {
                let state = match files.fetched(&need.source) {
                    Ok(_) => "is there",
                    Err(NotFetched::Unlocked) => "would be fetched",
                    Err(NotFetched::NotCached) => "would be fetched as locked",
                    Err(_) => "would be fetched again: the cache holds something else",
                };
                let _ = writeln!(text, "{}: {}: {state}", place(need, &sources), need.source);
            }
            output::print_plain(&text)?;
            if needs.is_empty() {
                note("the tree needs nothing of other hosts");
            }
            Ok(CLEAN)
        }

        fn fetch(&self, before: &Lock, cache: &Cache) -> Result<u8, Failure> {
            let limits = Limits::default();
            let outcome = seatrial_fetch::run(&Job {
                needs: &|lock| self.needs(lock).0,
                fetcher: &Fetcher::new(limits.clone(), self.arguments.allow_private),
                cache,
                before,
                is_update: self.arguments.update,
                limits: &limits,
                on_source: &|_| {},
            });
            let (_, sources) = self.needs(&outcome.lock);
            for Failed { need, error } in &outcome.failed {
                problem(&place(need, &sources), &format!("{} is not fetched: {error}", need.source));
            }
            if outcome.is_cut {
                problem("", "the tree needs more than one run fetches; the rest is left out");
            }
            self.write(before, &outcome)?;
            Ok(if outcome.failed.is_empty() && !outcome.is_cut { CLEAN } else { FINDINGS })
        }

        /// Says what became of each source, and writes the lock file where it
        /// is another than before.
        fn write(&self, before: &Lock, outcome: &Outcome) -> Result<(), Failure> {
            let mut text = String::new();
            let failed = |source: &RemoteSource| outcome.failed.iter().any(|it| it.need.source == *source);
            for (source, pin) in outcome.lock.pins.iter().filter(|(source, _)| !failed(source)) {
                let resolved = match pin.resolved.as_str() {
                    "" => String::new(),
                    resolved => format!(" is {resolved}"),
                };
                let _ = writeln!(text, "{source}{resolved}, {}", pin.digest);
            }
            if !self.arguments.quiet {
                output::print_plain(&text)?;
            }
            let path = self.tree.root.join(LOCK_FILE).expect("a name stays inside");
            let is_there = self.tree.files.kind(&path).is_some();
            if outcome.lock == *before && (is_there || outcome.lock.pins.is_empty()) {
                return Ok(());
            }
            let directory = self.tree.top().join(self.tree.root.as_str());
            write_lock(&directory, &outcome.lock)
                .map_err(|error| Failure::new(format!("`{path}` cannot be written: {error}")))?;
            if !self.arguments.quiet {
                note(&format!("`{path}` says what was fetched: commit it"));
            }
            Ok(())
        }
    }

    /// `k8s/kustomization.yaml:3:3`
    fn place(need: &RemoteUse, sources: &SourceMap) -> String {
        match need.span {
            Some(span) => {
                let (start, _) = sources.positions(span);
                format!("{}:{}:{}", need.path, start.line, start.column)
            }
            None => need.path.to_string(),
        }
    }
}
