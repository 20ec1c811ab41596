//! Long lines in several short ones.

/// The words in lines of at most so many characters, the second and further
/// ones indented. A word longer than a line keeps its line to itself.
pub(super) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for (at, word) in text.split(' ').enumerate() {
        let length = word.chars().count();
        if at == 0 {
            column = length;
        } else if column + 1 + length <= width || column <= indent || starts_a_command(word) {
            out.push(' ');
            column += 1 + length;
        } else {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent + length;
        }
        out.push_str(word);
    }
    out
}

/// What a CI system would obey at the beginning of a line.
fn starts_a_command(word: &str) -> bool {
    word.starts_with("::") || word.starts_with("##")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_long_words_stay_whole() {
        assert_eq!(wrap("one two three", 7, 2), "one two\n  three");
        assert_eq!(wrap("averyverylongword b", 8, 2), "averyverylongword\n  b");
        assert_eq!(wrap("   = a: b", 40, 5), "   = a: b");
        assert_eq!(wrap("", 8, 2), "");
    }

    #[test]
    fn no_line_begins_with_a_command() {
        assert_eq!(wrap("name ::stop-commands::x y", 8, 2), "name ::stop-commands::x\n  y");
    }
}
