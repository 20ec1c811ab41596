//! Other texts of the same shape.

/// What may stand in the place of a text: of a value, of text in a template, of
/// an action.
pub(super) fn edits(text: &str) -> Vec<String> {
    if text.starts_with("{{") && text.ends_with("}}") {
        return vec![action(text)];
    }
    let trimmed = text.trim();
    match trimmed {
        "true" => return vec![text.replace("true", "false")],
        "false" => return vec![text.replace("false", "true")],
        "" | "null" | "~" => return vec!["quay".to_owned()],
        "\"\"" | "''" => return vec!["\"quay\"".to_owned()],
        "{}" => return vec!["{quay: quay}".to_owned()],
        "[]" => return vec!["[quay]".to_owned()],
        _ => {}
    }
    let mut all = vec![shifted(text)];
    all.retain(|it| it != text);
    if all.is_empty() {
        all.push(format!("{text}quay"));
    }
    all
}

/// An action that prints something else, and trims as before.
fn action(text: &str) -> String {
    let open = if text.starts_with("{{-") { "{{- " } else { "{{ " };
    let close = if text.ends_with("-}}") { " -}}" } else { " }}" };
    format!("{open}\"quay\"{close}")
}

/// Every letter and digit is the next one; the head of a block stays.
fn shifted(text: &str) -> String {
    let is_block = text.starts_with(['|', '>']);
    let head = if is_block { text.find('\n').unwrap_or(0) } else { 0 };
    let next = |letter: char| match letter {
        'z' => 'a',
        'Z' => 'A',
        '9' => '1',
        'a'..='y' | 'A'..='Y' | '0'..='8' => char::from(letter as u8 + 1),
        other => other,
    };
    // What follows a backslash says what is meant.
    let mut is_escape = false;
    let tail = text[head..].chars().map(|it| {
        let was_escape = is_escape;
        is_escape = it == '\\' && !was_escape;
        if was_escape { it } else { next(it) }
    });
    text[..head].chars().chain(tail).collect()
}
