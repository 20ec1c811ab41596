//! A container must not run as root, and would.
//!
//! ## Why
//! With `runAsNonRoot: true` the kubelet looks at the user before it creates a
//! container. If that is 0, by `runAsUser` or by the image, the container stays in
//! `CreateContainerConfigError`. Many official images start as root and change to
//! another user by themselves; the kubelet cannot know that.
//!
//! ## Bad
//! ```yaml pod-spec
//! securityContext: {runAsNonRoot: true}
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {runAsUser: 0}
//! ```
//!
//! ## Good
//! ```yaml pod-spec
//! securityContext: {runAsNonRoot: true}
//! containers:
//!   - name: api
//!     image: registry.example.com/api:1
//!     securityContext: {runAsUser: 1000}
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Role, Severity, Strictness};
use seatrial_model::Field;
use seatrial_model::views::{Container, PodTemplate};

use crate::image::Image;
use crate::security::{Security, is_windows};
use crate::titles::container_title;
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "contradictory-run-as-non-root",
        title: "A container must not run as root, and would",
        severity: Severity::Error,
        level: Level::Bundle,
        strictness: Strictness::Default,
        families: &["security.contradiction"],
        page: include_str!("contradictory_run_as_non_root.rs"),
    },
    run,
};

/// Official images that name no user, so that they start as root.
const START_AS_ROOT: &[&str] = &[
    "alpine",
    "amazonlinux",
    "busybox",
    "caddy",
    "debian",
    "eclipse-temurin",
    "fedora",
    "golang",
    "httpd",
    "mariadb",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "openjdk",
    "php",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "ruby",
    "traefik",
    "ubuntu",
    "wordpress",
];

fn run(context: &Context<'_>, report: &mut Report) {
    for template in context.pod_templates().filter(|it| !is_windows(it)) {
        for container in template.containers() {
            let security = Security::of(&template, &container);
            let rule = security.effective("runAsNonRoot").filter(|it| it.as_bool() == Some(true));
            let Some(rule) = rule else { continue };
            match security.effective("runAsUser") {
                Some(user) if user.as_i64() == Some(0) => {
                    report.add(by_number(&template, &container, &security, &rule, &user));
                }
                Some(_) => {}
                None => report.add_some(by_image(&container, &security, &rule)),
            }
        }
    }
}

fn by_number(
    template: &PodTemplate<'_>,
    container: &Container<'_>,
    security: &Security<'_>,
    rule: &Field<'_>,
    user: &Field<'_>,
) -> Notice {
    let message = format!("{} has user 0 and must not run as root", container_title(container));
    let notice = Notice::new(&CHECK.info, user.location(), message)
        .help("name a user other than 0, or write `runAsNonRoot: false` beside it")
        .related(rule.location(), Role::Cause, "the rule");
    let is_exception = security.own("runAsUser").is_some() && security.own("runAsNonRoot").is_none();
    if is_exception && template.spec.key("securityContext").is_some() {
        let at = security.place("runAsNonRoot");
        return notice.change(Change::Insert { at, content: Content::Bool(false) });
    }
    notice
}

fn by_image(container: &Container<'_>, security: &Security<'_>, rule: &Field<'_>) -> Option<Notice> {
    let field = container.field.key("image")?;
    let image = Image::parse(field.as_str()?).ok()?;
    let name = image.official_name().filter(|it| START_AS_ROOT.contains(it))?;
    // Variants for one purpose may name a user.
    if image.tag.is_some_and(|it| it.contains("unprivileged") || it.contains("rootless")) {
        return None;
    }
    let title = container_title(container);
    let message = format!("{title} must not run as root, and the image `{name}` does");
    let at = security.place("runAsUser");
    Some(
        Notice::new(&CHECK.info, field.location(), message)
            .severity(Severity::Warning)
            .because("the official image names no user, and no `runAsUser` is written")
            .help(
                "write a `runAsUser` that the image can run as, or use an image that names a user by number",
            )
            .related(rule.location(), Role::Cause, "the rule")
            .change(Change::Insert { at, content: Content::Int(1000) }),
    )
}
