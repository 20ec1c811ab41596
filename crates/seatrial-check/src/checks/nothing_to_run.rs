//! A container that is to stay runs an image whose program ends at once.
//!
//! ## Why
//! The images of distributions and languages start a shell or an interpreter, which
//! ends as soon as nobody types. The kubelet starts it again and again, and the pod is
//! in `CrashLoopBackOff` without an error in its log.
//!
//! ## Bad
//! ```yaml pod-spec
//! containers:
//!   - name: tools
//!     image: busybox:1.37
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! containers:
//!   - name: tools
//!     image: busybox:1.37
//!     command: [sleep, infinity]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};
use seatrial_model::views::{Container, Workload};

use crate::image::Image;
use crate::partial::is_partial;
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "nothing-to-run",
        title: "A container that is to stay runs an image whose program ends at once",
        severity: Severity::Warning,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["container.command"],
        page: include_str!("nothing_to_run.rs"),
    },
    run,
};

/// Official images whose program is a shell or an interpreter, and one that greets.
const INTERACTIVE: &str = "almalinux alpine amazoncorretto amazonlinux archlinux bash buildpack-deps \
    busybox centos debian eclipse-temurin elixir erlang fedora gcc golang gradle groovy haskell hello-world \
    julia maven node openjdk oraclelinux perl php pypy python r-base rakudo-star rockylinux ruby rust \
    sapmachine swift swipl ubuntu";

/// Builds of PHP that serve.
const SERVING: [&str; 2] = ["apache", "fpm"];

fn run(context: &Context<'_>, report: &mut Report) {
    for workload in context.objects().filter_map(Workload::of).filter(|it| !it.runs_to_completion()) {
        let Some(template) = workload.template().filter(|it| !is_partial(it)) else { continue };
        let is_restarted = template.spec.text("restartPolicy").is_none_or(|it| it == "Always");
        for container in template.long_running().filter(|_| is_restarted) {
            report.add_some(judge(&container));
        }
    }
}

fn judge(container: &Container<'_>) -> Option<Notice> {
    let written = container.image()?;
    let image = Image::parse(written).ok()?;
    let name = image.published_name();
    let is_interactive = INTERACTIVE.split_ascii_whitespace().any(|it| it == name);
    let tag = image.tag.unwrap_or_default();
    let serves = name == "php" && SERVING.iter().any(|it| tag.contains(it));
    let has_any = |list| container.field.list(list).next().is_some();
    let has_true = |key| container.field.key(key).is_some_and(|it| it.as_bool() != Some(false));
    if !is_interactive || serves || has_any("command") || has_any("args") {
        return None;
    }
    if has_true("stdin") || has_true("tty") {
        return None;
    }
    let title = container_title(container);
    let message = format!("{title} has nothing to run: the program of {written} ends at once");
    let because = if name == "hello-world" {
        "it greets and ends"
    } else {
        "it is a shell or an interpreter, and nobody types"
    };
    Some(
        Notice::new(&CHECK.info, container.field.at("image"), message)
            .because(because)
            .help("say what it shall run in `command`, or name the image that was built for this"),
    )
}
