//! A text of objects with its secret values masked: what is left reads as the
//! same objects with the same keys, on as many lines.

use seatrial_source::FileId;
use seatrial_yaml::{Dialect, Limits, Node, Stream, Style, parse};

const MASK: &str = "********";

/// A part of a text that may be replaced without a change of what is around it.
#[derive(Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    /// None is a comment.
    style: Option<Style>,
}

/// A text of objects with its secret values masked.
pub fn masked(text: &str) -> String {
    let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
    let tokens = tokens(&stream);
    let mut clean = Clean { text, out: String::new(), done: 0, is_yaml: stream.is_accepted() };
    let mut next = 0;
    for span in super::of_file(FileId(0), text, Some(&stream)) {
        let (start, end) = (span.start as usize, span.end as usize);
        while tokens.get(next).is_some_and(|it| it.end <= start) {
            next += 1;
        }
        for token in tokens[next..].iter().take_while(|it| it.start < end) {
            clean.between(start, token.start);
            clean.token(*token, start, end);
        }
        clean.between(start, end);
    }
    clean.keep(text.len());
    clean.out
}

/// Scalars and comments in the order of the text.
fn tokens(stream: &Stream) -> Vec<Token> {
    let mut open: Vec<Node<'_>> = stream.roots().collect();
    let mut found = Vec::new();
    while let Some(node) = open.pop() {
        if node.is_alias() {
        } else if node.is_mapping() {
            open.extend(node.written_entries().flat_map(|it| [it.key, it.value]));
        } else if node.is_sequence() {
            open.extend(node.items());
        } else if !node.span().is_empty() {
            found.push((node.span(), Some(node.style())));
        }
    }
    found.extend(stream.comments().iter().map(|it| (it.span, None)));
    found.sort_unstable_by_key(|it| it.0.start);
    let token = |(span, style): (seatrial_source::Span, _)| Token {
        start: span.start as usize,
        end: span.end as usize,
        style,
    };
    found.into_iter().map(token).collect()
}

struct Clean<'t> {
    text: &'t str,
    out: String,
    /// Up to where the text is dealt with.
    done: usize,
    /// Whether all of the text was understood.
    is_yaml: bool,
}

impl Clean<'_> {
    fn keep(&mut self, until: usize) {
        if until > self.done {
            self.out.push_str(&self.text[self.done..until]);
            self.done = until;
        }
    }

    /// What a secret range covers outside of all scalars: indicators, unless
    /// the text was not understood.
    fn between(&mut self, start: usize, end: usize) {
        self.keep(start.min(end));
        let from = start.max(self.done);
        let hides = !self.is_yaml && from < end && self.text[from..end].contains(char::is_alphanumeric);
        if hides { self.lines(from, end) } else { self.keep(end) }
    }

    /// The part of a scalar or a comment that a secret range covers.
    fn token(&mut self, token: Token, start: usize, end: usize) {
        let Token { start: first, end: last, style } = token;
        let (from, until) = (start.max(first), end.min(last));
        match style {
            // The sign of the comment stays.
            None => self.lines(from.max(first + 1), until),
            Some(Style::Literal | Style::Folded | Style::Plain) if from > first => self.lines(from, until),
            Some(style @ (Style::SingleQuoted | Style::DoubleQuoted))
                if from > first + 1 || until + 1 < last =>
            {
                let (first, last) = (first + 1, last - 1);
                let (from, until) = (from.max(first), until.min(last));
                let before = usize::from(self.cuts_escape(first, from, style));
                let after = usize::from(self.cuts_escape(first, until, style));
                self.lines(from - before, until + after);
            }
            Some(_) => self.whole(first, last),
        }
    }

    /// Whether a place in a quoted scalar lies behind the first half of an escape.
    fn cuts_escape(&self, first: usize, at: usize, style: Style) -> bool {
        let sign = if style == Style::DoubleQuoted { b'\\' } else { b'\'' };
        let signs = self.text.as_bytes()[first..at].iter().rev().take_while(|it| **it == sign).count();
        signs % 2 == 1
    }

    /// A scalar as one word, and as many lines as it had.
    fn whole(&mut self, start: usize, end: usize) {
        if self.done > start {
            return self.lines(self.done, end);
        }
        self.keep(start);
        self.out.push('"');
        self.out.push_str(MASK);
        self.out.push('"');
        let breaks = self.text[start..end].matches('\n').count();
        self.out.extend(std::iter::repeat_n('\n', breaks));
        self.done = end;
    }

    /// A part of a scalar, each of its lines by itself.
    fn lines(&mut self, start: usize, end: usize) {
        self.keep(start);
        let start = start.max(self.done);
        for line in self.text.get(start..end).unwrap_or_default().split_inclusive('\n') {
            let body = line.trim_end_matches('\n');
            let words = body.trim_start();
            self.out.push_str(&body[..body.len() - words.len()]);
            if !words.is_empty() {
                let quote = quote_of(words);
                self.out.extend([quote, MASK, quote]);
            }
            self.out.push_str(&line[body.len()..]);
        }
        self.done = self.done.max(end);
    }
}

/// The quotes around a word, which a text inside a scalar needs as well.
fn quote_of(words: &str) -> &'static str {
    let is_around = |quote: &str| {
        let inside = words.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
        inside.is_some_and(|it| !it.ends_with('\\'))
    };
    ["\\\"", "\"", "'"].into_iter().find(|it| is_around(it)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The objects of a text, each value that is masked only as far as it is.
    fn objects(text: &str) -> Vec<String> {
        let stream = parse(FileId(0), text.into(), Dialect::GoYaml2, &Limits::default());
        assert!(stream.is_accepted(), "{text}");
        stream.roots().map(|it| it.to_json().replace("canary", MASK)).collect()
    }

    fn check(text: &str) {
        let clean = masked(text);
        assert_eq!(objects(&clean), objects(text), "{clean}");
        assert!(!clean.contains("canary"), "{clean}");
        assert_eq!(clean.lines().count(), text.lines().count(), "{clean}");
    }

    #[test]
    fn whole_values() {
        check(
            "kind: Secret\nmetadata: {name: a}\nstringData:\n  a: canary\n  b: 'canary'\n  c: \"canary\"\n",
        );
        check("kind: Secret\nstringData: {a: canary, b: \"canary\"}\nmetadata: {name: a}\n");
        check("{\"kind\": \"Secret\", \"data\": {\"a\":\"canary\",\"b\":\"canary\"}}\n");
        check("password: canary # once canary\nport: 80\n");
        check("env: [{name: DB_PASSWORD, value: canary}] # once canary\nport: 80\n");
    }

    #[test]
    fn anchors_and_aliases_stay() {
        check("kind: Secret\ndata:\n  a: &one canary\n  b: *one\n  c: !!str canary\nmetadata: {name: a}\n");
    }

    #[test]
    fn parts_of_values() {
        check("url: postgres://user:canary@host/db\n");
        check("url: \"postgres://user:canary@host/db\"\nargs: ['--password=canary']\n");
        check("script: |\n  export DB_PASSWORD=canary\n  run\n");
        check("json: \"{\\\"password\\\": \\\"canary\\\"}\"\n");
    }

    #[test]
    fn values_on_several_lines_keep_their_number() {
        let clean = masked(
            "kind: Secret\nstringData:\n  a: |\n    one\n    two\n  b: |-\n    three\nmetadata: {name: a}\n",
        );
        let lines: Vec<&str> = clean.lines().collect();
        assert_eq!(lines.len(), 8, "{clean}");
        assert_eq!(lines[2], "  a: \"********\"");
        assert_eq!(lines[5], "  b: \"********\"");
        assert_eq!(lines[7], "metadata: {name: a}");
        assert_eq!(
            objects(&clean),
            [
                "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},\"stringData\":{\"a\":\"********\",\"b\":\"********\"}}"
            ]
        );
        check("kind: Secret\ndata:\n  a: \"can\\\n    ary\"\n");
    }

    #[test]
    fn what_does_not_parse_is_masked_all_the_same() {
        let clean = masked("kind: Secret\nstringData:\n  a: [canary\n  b: canary: canary\n");
        assert!(!clean.contains("canary"), "{clean}");
    }
}
