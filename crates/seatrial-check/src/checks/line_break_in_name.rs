//! A name ends with a line break.
//!
//! ## Why
//! A block scalar, `|` or `>`, keeps the line break behind its last line. In a text that
//! does no harm; in the name of a Secret, a key of a vault, a host or an image it is
//! part of the name, and nothing has such a name. `|-` and `>-` leave it off. The same goes for
//! an address in a variable: what connects to it takes the line break for a part of it.
//!
//! ## Bad
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: database}
//! spec:
//!   secretStoreRef: {kind: ClusterSecretStore, name: vault}
//!   dataFrom:
//!     - extract:
//!         key: >
//!           production/database/credentials
//! ```
//!
//! ## Good
//! ```yaml
//! apiVersion: external-secrets.io/v1
//! kind: ExternalSecret
//! metadata: {name: database}
//! spec:
//!   secretStoreRef: {kind: ClusterSecretStore, name: vault}
//!   dataFrom:
//!     - extract:
//!         key: production/database/credentials
//! ```

use seatrial_diagnostics::{Change, CheckInfo, Content, Level, Notice, Severity, Strictness};
use seatrial_model::views::PodTemplate;
use seatrial_model::{Field, Object};
use seatrial_yaml::Style;

use crate::{Check, Context, Report};

pub(super) static CHECK: Check = Check {
    info: CheckInfo {
        id: "line-break-in-name",
        title: "A name ends with a line break",
        severity: Severity::Warning,
        level: Level::Object,
        strictness: Strictness::Default,
        families: &["yaml.block-scalar"],
        page: include_str!("line_break_in_name.rs"),
    },
    run,
};

/// Fields that hold a name, an address or a path, and no text.
const NAMES: &[&str] = &[
    "apiGroup",
    "chart",
    "claimName",
    "host",
    "image",
    "ingressClassName",
    "key",
    "kind",
    "mountPath",
    "name",
    "namespace",
    "path",
    "property",
    "repoURL",
    "schedule",
    "secretKey",
    "secretName",
    "serviceAccountName",
    "serviceName",
    "storageClassName",
    "targetNamespace",
    "targetRevision",
    "url",
];
/// No name is longer.
const LENGTH_MAX: usize = 512;
/// Of larger objects, only the first fields are looked at.
const FIELDS_MAX: usize = 20_000;

fn run(context: &Context<'_>, report: &mut Report) {
    for object in context.objects().filter(|it| holds_no_texts(it) && has_block_scalar(it)) {
        let mut open = vec![Field::root(object)];
        let mut seen = 0;
        while let Some(field) = open.pop() {
            seen += 1;
            if seen > FIELDS_MAX {
                break;
            }
            for (name, inner) in field.entries() {
                if NAMES.contains(&name.as_str()) {
                    report.add_some(judge(object, &name, &inner));
                }
                open.push(inner);
            }
            open.extend(field.items());
        }
    }
    for template in context.objects().filter_map(PodTemplate::of) {
        let variables = template.containers().flat_map(|container| container.env());
        variables.for_each(|env| report.add_some(of_variable(&template, env.name(), &env.field)));
    }
}

/// Whether entries are named by who reads them, so that `key` may be a key.
fn holds_no_texts(object: &Object) -> bool {
    !matches!(object.kind(), "ConfigMap" | "Secret" | "SealedSecret" | "CustomResourceDefinition")
}

/// A cheap look at the source, for most objects have none.
fn has_block_scalar(object: &Object) -> bool {
    let text = object.root().source_text();
    [": >", ": |"].iter().any(|mark| text.contains(mark))
}

fn judge(object: &Object, name: &str, field: &Field<'_>) -> Option<Notice> {
    let is_block = matches!(field.node().style(), Style::Literal | Style::Folded);
    let text = field.as_str().filter(|it| is_block && it.len() <= LENGTH_MAX)?;
    let bare = text.strip_suffix('\n')?.trim_end_matches('\n');
    // Of several lines or words, it is a text after all.
    if bare.is_empty() || bare.contains(char::is_whitespace) {
        return None;
    }
    let message = format!("`{name}` of {} ends with a line break", object.title());
    Some(notice(field, message, bare))
}

/// A variable with an address, which a block scalar gave a line break, maybe of values that a
/// template quotes.
fn of_variable(template: &PodTemplate<'_>, name: Option<&str>, variable: &Field<'_>) -> Option<Notice> {
    let value = variable.key("value")?;
    let bare = value.as_str().filter(|it| it.len() <= LENGTH_MAX)?.strip_suffix('\n')?.trim_end_matches('\n');
    if bare.contains(char::is_whitespace) || !is_address(bare) {
        return None;
    }
    let object = template.object();
    let message = format!("the address in `{}` of {} ends with a line break", name?, object.title());
    Some(notice(&value, message, bare))
}

/// Whether a text is a URL or a host with its port.
fn is_address(text: &str) -> bool {
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit());
    text.contains("://")
        || text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && is_port(port))
}

fn notice(field: &Field<'_>, message: String, bare: &str) -> Notice {
    let notice = Notice::new(&CHECK.info, field.location(), message)
        .because("the block scalar keeps the line break behind its last line")
        .help("write it on the line of its key, or begin the block with `|-` or `>-`");
    // What may hold a password is not written anew.
    if bare.contains('@') {
        return notice;
    }
    notice.change(Change::Set { at: field.location(), content: Content::Text(bare.to_owned()) })
}
