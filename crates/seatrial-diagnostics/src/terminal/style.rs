//! Colour, width, and where paths start.

use annotate_snippets::Renderer;
use annotate_snippets::renderer::{AnsiColor, Effects, Style as Ansi};
use seatrial_source::TreePath;

use super::{plain, wrap};
use crate::Severity;

/// Columns of an excerpt where the width is unknown.
const WIDTH: usize = 100;
/// Narrower terminals are written to as if they had this many columns.
const WIDTH_MIN: usize = 40;

/// How to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colour are written.
    pub color: bool,
    /// Columns of the terminal; where it is none, lines are not wrapped, so
    /// that they can be searched.
    pub width: Option<usize>,
    /// What paths are relative to.
    pub base: Base,
}

/// What the paths that a person reads are relative to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The top of the tree, as in every other report.
    Top,
    /// A directory in the tree.
    Inside(TreePath),
    /// A directory outside, from which this leads to the top.
    Outside(String),
}

impl Style {
    /// Text without colour, for files and pipes.
    pub const PLAIN: Self = Self { color: false, width: None, base: Base::Top };

    pub(super) fn renderer(&self) -> Renderer {
        // Links are left out: a path in a report is relative to the tree.
        let renderer = if self.color { Renderer::styled().hyperlink(false) } else { Renderer::plain() };
        renderer.term_width(self.columns())
    }

    /// Columns of an excerpt.
    pub(super) fn columns(&self) -> usize {
        self.width.unwrap_or(WIDTH).max(WIDTH_MIN)
    }

    /// The text in lines that fit, the second and further ones indented.
    pub fn wrap(&self, text: &str, indent: usize) -> String {
        match self.width {
            Some(width) => wrap::wrap(text, width.max(WIDTH_MIN), indent),
            None => text.to_owned(),
        }
    }

    /// A path as it is typed where the reader stands.
    pub fn path(&self, path: &TreePath) -> String {
        let text = match &self.base {
            Base::Top => path.to_string(),
            Base::Inside(directory) => relative(directory, path),
            Base::Outside(prefix) => format!("{}/{}", prefix.trim_end_matches('/'), path.as_str()),
        };
        plain(&text).into_owned()
    }

    /// A path as a part of a sentence: short, where the reader is not in the tree.
    pub fn name(&self, path: &TreePath) -> String {
        match &self.base {
            Base::Outside(_) => plain(&path.to_string()).into_owned(),
            _ => self.path(path),
        }
    }

    pub(super) fn paint(&self, ansi: Ansi, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }

    /// Words in the colour of a severity.
    pub(super) fn severity(&self, severity: Severity, text: &str) -> String {
        let color = match severity {
            Severity::Error => AnsiColor::BrightRed,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Info => AnsiColor::BrightBlue,
        };
        self.paint(color.on_default().effects(Effects::BOLD), text)
    }

    /// The verdict in the colour of its weight: green where nothing weighs.
    pub(super) fn verdict(&self, severity: Severity, text: &str) -> String {
        if severity > Severity::Info {
            return self.severity(severity, text);
        }
        self.paint(AnsiColor::BrightGreen.on_default().effects(Effects::BOLD), text)
    }

    /// Words that stand out.
    pub(super) fn bold(&self, text: &str) -> String {
        self.paint(Ansi::new().effects(Effects::BOLD), text)
    }

    /// Words that stand back.
    pub(super) fn dim(&self, text: &str) -> String {
        self.paint(Ansi::new().effects(Effects::DIMMED), text)
    }

    /// The signs around an excerpt.
    pub(super) fn frame(&self, text: &str) -> String {
        self.paint(AnsiColor::BrightBlue.on_default().effects(Effects::BOLD), text)
    }
}

/// `path` as it is written in `directory`.
fn relative(directory: &TreePath, path: &TreePath) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (directory.parts().collect(), path.parts().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let steps: Vec<&str> = up.chain(to[shared..].iter().copied()).collect();
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_from_where_the_reader_stands() {
        let path = |base, path: &str| Style { base, ..Style::PLAIN }.path(&TreePath::new(path));
        let inside = || Base::Inside(TreePath::new("a/b"));
        assert_eq!(path(Base::Top, "a/b/c.yaml"), "a/b/c.yaml");
        assert_eq!(path(inside(), "a/b/c.yaml"), "c.yaml");
        assert_eq!(path(inside(), "a/bc/d.yaml"), "../bc/d.yaml");
        assert_eq!(path(inside(), "e.yaml"), "../../e.yaml");
        assert_eq!(path(inside(), "a/b"), ".");
        assert_eq!(path(Base::Outside("../shop/".to_owned()), "a.yaml"), "../shop/a.yaml");
    }
}
