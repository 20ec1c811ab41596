//! What is said of a source that tracks a revision which its repository does not have.

use seatrial_diagnostics::{Change, CheckInfo, Content, Location, Notice, Severity};
use seatrial_model::{Object, Origins};

use super::{is_complete, names};
use crate::slip::meant;

/// A branch or tag that is not there, and who names it.
pub(crate) struct MissingRevision<'a> {
    pub(crate) object: &'a Object,
    /// Where it stands.
    pub(crate) at: Location,
    /// As it is written.
    pub(crate) written: &'a str,
    pub(crate) origins: &'a Origins,
    /// Whether the source surely is the repository under trial.
    pub(crate) is_sure: bool,
    /// What to do where no other name is near.
    pub(crate) help: &'a str,
}

impl MissingRevision<'_> {
    pub(crate) fn notice(self, info: &'static CheckInfo) -> Notice {
        let Self { object, at, written, origins, is_sure, help } = self;
        let complete = is_complete(origins);
        let is_commit = origins.absent_commits.contains(written.trim());
        let (severity, what) = match (complete, is_sure) {
            // A server may keep one that no branch leads to.
            (true, _) if is_commit => (Severity::Warning, "is no commit of this repository"),
            (true, true) => (Severity::Error, "is no branch or tag of this repository"),
            (true, false) => (Severity::Warning, "is no branch or tag of this repository"),
            // Nearly every repository has one of these, and few shallow clones have the commit.
            (false, _) if is_commit || matches!(written, "main" | "master") => {
                (Severity::Info, "this clone does not have")
            }
            (false, _) => (Severity::Warning, "this clone does not have"),
        };
        let message = format!("{} tracks `{written}`, which {what}", object.title());
        let mut notice = Notice::new(info, at.clone(), message).severity(severity);
        if !complete {
            notice = notice.because(
                "this clone is shallow or has one branch only, so it may not know every name or commit",
            );
        }
        if !is_sure {
            notice = notice
                .because("the address is taken for this repository: directories it is asked for are here");
        }
        if is_commit {
            return notice.help("name a commit that was pushed, or a branch or tag");
        }
        let mut names: Vec<&str> = names(origins).filter(|it| *it != "HEAD").collect();
        names.sort_unstable();
        names.dedup();
        notice = notice.because(format!("branches and tags: {}", listed(&names)));
        match meant(written, names.iter().copied()) {
            Some(near) => notice
                .help(format!("track `{near}`"))
                .change(Change::Set { at, content: Content::Text(near.to_owned()) }),
            None => notice.help(help),
        }
    }
}

/// The first few names: a large repository has thousands.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}
