//! A role names objects with a `*`.
//!
//! ## Why
//! The API server compares `resourceNames` with the name of an object as they are. A `*`
//! among them is no pattern: the rule allows only what is done to an object of just that
//! name, which there is not. Requests are refused as if the rule were not there. Only of
//! signers all of a domain can be named: `example.com/*`.
//!
//! ## Bad
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader}
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     resourceNames: ["shop-*"]
//!     verbs: [get]
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: {name: reader}
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     resourceNames: [shop-settings, shop-prices]
//!     verbs: [get]
//! ```

use seatrial_diagnostics::{CheckInfo, Level, Notice, Severity, Strictness};

use crate::rbac::{is_aggregated, is_role, rules};
use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "wildcard-resource-name",
        title: "A role names objects with a `*`",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["rbac.resource-names"],
        page: include_str!("wildcard_resource_name.rs"),
    },
    run,
};

fn run(context: &Context<'_>, report: &mut Report) {
    for role in context.objects().filter(|it| is_role(it) && !is_aggregated(it)) {
        for rule in rules(role) {
            // Whatever else a rule names, it names by these as well.
            let name = rule.field.list("resourceNames").find(|it| it.as_str().is_some_and(has_star));
            let Some(name) = name else { continue };
            let text = name.as_str().unwrap_or_default();
            let message =
                format!("{} allows requests to objects named `{text}`, which none is", role.title());
            let notice = Notice::new(&CHECK.info, name.location(), message);
            let notice = notice.because("RBAC compares `resourceNames` as they are: a `*` is no pattern");
            report.add(
                notice.help("list the names, or leave `resourceNames` away to allow it for all objects"),
            );
        }
    }
}

/// Whether a `*` stands in it other than that for all signers of a domain.
fn has_star(text: &str) -> bool {
    text.strip_suffix("/*").unwrap_or(text).contains('*')
}
