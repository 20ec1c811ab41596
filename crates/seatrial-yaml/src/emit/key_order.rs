//! The order of keys: `a2` before `a10`, letters after other signs.
//! Rules of `sorter.go` in go.yaml.in/yaml v2.4.5 and v3.0.6.

use std::cmp::Ordering;

use super::letters::{is_digit, is_letter};

/// Which of two keys comes first. This is no total order: with numbers that
/// overflow, three keys may each come before the next.
pub(super) fn compare(left: &str, right: &str, is_v3: bool) -> Ordering {
    let equal = common_prefix(left, right);
    let (prefix, left) = left.split_at(equal);
    let right = &right[equal..];
    let (Some(a), Some(b)) = (left.chars().next(), right.chars().next()) else {
        return left.len().cmp(&right.len());
    };
    match (is_letter(a), is_letter(b)) {
        (true, true) => return a.cmp(&b),
        (false, false) => {}
        // v3: behind a digit, letters come before other signs.
        (is_letter, _) if is_v3 && prefix.ends_with(is_digit) => return before_if(is_letter),
        (_, is_letter) => return before_if(is_letter),
    }
    // Behind other digits a zero counts, at the start of a number it does not.
    let digits_before = prefix.chars().rev().take_while(|&letter| is_digit(letter));
    let zero_counts = (a == '0' || b == '0') && digits_before.into_iter().any(|digit| digit != '0');
    let (left, right) = (Number::of(left, zero_counts), Number::of(right, zero_counts));
    left.value.cmp(&right.value).then(left.digits.cmp(&right.digits)).then(a.cmp(&b))
}

/// Sorts by [`compare`]. The standard library's sort may panic where the order
/// is no total one; this merge of sorted runs does not.
pub(super) fn sort<T>(items: Vec<T>, name: impl Fn(&T) -> &str, is_v3: bool) -> Vec<T> {
    let comes_first = |left: &T, right: &T| compare(name(left), name(right), is_v3) != Ordering::Greater;
    let mut runs: Vec<Vec<T>> = Vec::new();
    for item in items {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| comes_first(last, &item)) => run.push(item),
            _ => runs.push(vec![item]),
        }
    }
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            merged.push(match pairs.next() {
                Some(right) => merge(left, right, &comes_first),
                None => left,
            });
        }
        runs = merged;
    }
    runs.pop().unwrap_or_default()
}

fn merge<T>(left: Vec<T>, right: Vec<T>, comes_first: &impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if comes_first(a, b) { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

fn before_if(first: bool) -> Ordering {
    if first { Ordering::Less } else { Ordering::Greater }
}

/// In bytes, up to whole letters.
fn common_prefix(left: &str, right: &str) -> usize {
    let equal = left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
    (0..=equal).rev().find(|&at| left.is_char_boundary(at) && right.is_char_boundary(at)).unwrap_or(0)
}

/// The number that a text starts with.
struct Number {
    value: i64,
    digits: usize,
}

impl Number {
    fn of(text: &str, behind_digits: bool) -> Self {
        let mut number = Self { value: i64::from(behind_digits), digits: 0 };
        for letter in text.chars().take_while(|&letter| is_digit(letter)) {
            // It wraps around, and other digits count by their code.
            let digit = i64::from(u32::from(letter)) - i64::from(u32::from('0'));
            number.value = number.value.wrapping_mul(10).wrapping_add(digit);
            number.digits += 1;
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(keys: &str, is_v3: bool) -> String {
        let keys: Vec<&str> = keys.split(' ').collect();
        sort(keys, |key| key, is_v3).join(" ")
    }

    #[test]
    fn numbers_count_and_letters_come_last() {
        for (keys, expected) in [
            ("a10 a2 a1 a", "a a1 a2 a10"),
            ("b a B _ . 1", ". _ 1 B a b"),
            ("a02 a2 a1", "a1 a2 a02"),
            ("a100 a20 a1_0", "a1_0 a20 a100"),
            ("x٣ x٢ x9", "x9 x٢ x٣"),
            ("a99999999999999999999 a100000000000000000000", "a99999999999999999999 a100000000000000000000"),
        ] {
            assert_eq!(sorted(keys, false), expected, "{keys}");
        }
    }

    #[test]
    fn behind_digits_v3_puts_letters_first() {
        assert_eq!(sorted("v1-x v1a v10", false), "v1-x v10 v1a");
        assert_eq!(sorted("v1-x v1a v10", true), "v1a v1-x v10");
    }

    #[test]
    fn an_order_that_goes_in_circles_is_sorted_all_the_same() {
        let keys: Vec<String> =
            (0..2000).map(|number| format!("{}{}", number % 40, ["_", "a", ""][number % 3])).collect();
        let sorted = sort(keys.clone(), String::as_str, false);
        assert_eq!(sorted.len(), keys.len());
    }
}
