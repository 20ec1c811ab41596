//! Every check of every crate, in one list.

use seatrial_diagnostics::CheckInfo;

use crate::suppress::{EXPIRED, UNUSED};

/// What every check says of itself, in the order of their ids.
pub fn catalogue() -> Vec<&'static CheckInfo> {
    let mut all: Vec<&'static CheckInfo> = vec![&EXPIRED, &UNUSED];
    all.extend(seatrial_render::checks());
    all.extend(seatrial_check::infos());
    all.sort_by_key(|check| check.id);
    all
}

/// Where the page of a check stands in Seatrial's own repository.
pub fn page_path(check: &CheckInfo) -> String {
    let file = check.id.replace('-', "_");
    let has = |checks: &[&CheckInfo]| checks.iter().any(|it| it.id == check.id);
    if has(&[&EXPIRED, &UNUSED]) {
        format!("crates/seatrial-trial/src/pages/{file}.md")
    } else if has(seatrial_render::checks()) {
        format!("crates/seatrial-render/src/checks/{file}.rs")
    } else {
        format!("crates/seatrial-check/src/checks/{file}.rs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_stands_where_its_address_says() {
        let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for check in catalogue() {
            assert!(top.join(page_path(check)).is_file(), "{}", check.id);
        }
    }

    #[test]
    fn ids_are_unique_and_in_kebab_case() {
        let all = catalogue();
        assert!(all.is_sorted_by(|a, b| a.id < b.id));
        for check in all {
            let is_kebab = |part: &str| {
                !part.is_empty() && part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
            };
            assert!(check.id.split('-').all(is_kebab), "{}", check.id);
            assert!(!check.title.ends_with('.') && !check.page_text().is_empty(), "{}", check.id);
        }
    }
}
