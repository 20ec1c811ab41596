//! Values that a template prints without quotes where a text belongs: quotes around
//! the value change nothing, so the template is the place to edit.

use seatrial_diagnostics::{Change, Location, Notice, Origin, OriginStep, Role};
use seatrial_model::Repository;
use seatrial_source::SourceMap;
use seatrial_yaml::edit::Content;

/// Functions whose output brings quotes of its own, or is more than one value.
const QUOTE: [&str; 6] = ["toYaml", "toJson", "toRawJson", "toPrettyJson", "quote", "tpl "];

/// Where to edit instead, and what to write there.
pub(super) fn in_template(
    notice: &Notice,
    origin: &Origin,
    repository: &Repository,
    files: &SourceMap,
) -> Option<(Origin, String)> {
    let Some(Change::Set { at, content: Content::Text(text) }) = &notice.change else { return None };
    let Location::Field { unit, object, path, .. } = at else { return None };
    let node = repository.bundle(*unit).object(*object).at(path)?;
    if *at != notice.at || node.as_str().is_some() || node.scalar_text()? != text.as_str() {
        return None;
    }
    // Of a template that is called by others, what those need is not known.
    let mut actions = origin.via.iter().filter(|it| it.role == Role::Template);
    let (Some(action), None) = (actions.next(), actions.next()) else { return None };
    if action.span.file == origin.edit.file {
        return None;
    }
    let words = files.text(action.span);
    let inner = words.strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.trim_start_matches('-').trim_end_matches('-').trim();
    if inner.is_empty() || QUOTE.iter().any(|it| inner.contains(it)) {
        return None;
    }
    let written = files.text(origin.edit);
    let too = if written != text && written.parse::<f64>().is_ok() {
        format!("; and quote the value, or it becomes `{text}`: `\"{written}\"`")
    } else {
        String::new()
    };
    let help = format!("let the template quote it: `{{{{ {inner} | quote }}}}`{too}");
    let value = OriginStep { role: Role::Values, span: origin.edit };
    Some((Origin { edit: action.span, via: vec![value], derived: origin.derived }, help))
}
