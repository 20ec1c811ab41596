//! Patterns of file names as the shell has them, matched against beginnings of
//! a text.

/// How many bytes at the beginning of a text a pattern matches, at least one:
/// the most or the fewest. 0 where it matches none, or is no pattern.
pub(super) fn prefix(pattern: &str, text: &str, is_longest: bool) -> usize {
    let Some(steps) = steps(pattern) else { return 0 };
    if steps.len().saturating_mul(text.len()) > WORK_MAX {
        return 0;
    }
    let mut states = vec![false; steps.len() + 1];
    states[0] = true;
    let mut matched = 0;
    close(&steps, &mut states);
    for (at, character) in text.char_indices() {
        states = next(&steps, &states, character);
        close(&steps, &mut states);
        if states[steps.len()] {
            matched = at + character.len_utf8();
            if !is_longest {
                break;
            }
        }
    }
    matched
}

/// Most comparisons that are made.
const WORK_MAX: usize = 50_000_000;

enum Step {
    Star,
    Any,
    One(char),
    Class { ranges: Vec<(char, char)>, is_negated: bool },
}

impl Step {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Star | Self::Any => true,
            Self::One(own) => *own == character,
            Self::Class { ranges, is_negated } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *is_negated
            }
        }
    }
}

/// A star may match nothing.
fn close(steps: &[Step], states: &mut [bool]) {
    for (at, step) in steps.iter().enumerate() {
        if states[at] && matches!(step, Step::Star) {
            states[at + 1] = true;
        }
    }
}

fn next(steps: &[Step], states: &[bool], character: char) -> Vec<bool> {
    let mut reached = vec![false; states.len()];
    for (at, step) in steps.iter().enumerate().filter(|(at, _)| states[*at]) {
        if step.takes(character) {
            reached[at + usize::from(!matches!(step, Step::Star))] = true;
        }
    }
    reached
}

fn steps(pattern: &str) -> Option<Vec<Step>> {
    let mut characters = pattern.chars().peekable();
    let mut steps = Vec::new();
    while let Some(next) = characters.next() {
        steps.push(match next {
            '*' => Step::Star,
            '?' => Step::Any,
            '\\' => Step::One(characters.next()?),
            '[' => {
                let is_negated = characters.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while ranges.is_empty() || characters.next_if_eq(&']').is_none() {
                    let from = member(&mut characters)?;
                    let to = match characters.next_if_eq(&'-') {
                        Some(_) => member(&mut characters)?,
                        None => from,
                    };
                    ranges.push((from, to));
                }
                Step::Class { ranges, is_negated }
            }
            other => Step::One(other),
        });
    }
    Some(steps)
}

/// A character of a class, escaped perhaps.
fn member(characters: &mut impl Iterator<Item = char>) -> Option<char> {
    match characters.next()? {
        '-' | ']' => None,
        '\\' => characters.next(),
        other => Some(other),
    }
}
