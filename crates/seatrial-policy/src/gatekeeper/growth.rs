//! Values that hold themselves many times over: they take little room, but
//! comparing two of them takes for ever, and the engine does not count that.
//!
//! Behind each statement that gives a variable its value, and where a function
//! begins, the source is made to look at how large that is. What rules build of
//! each other without variables is bounded by how often their heads can multiply.

use std::collections::BTreeSet;

use super::source::Token;

/// The function that looks at a value, which refuses large ones.
pub(super) const LOOK: &str = "seatrial_small";
/// So often may the heads of all rules multiply what they are made of.
const MULTIPLE_MAX: u64 = 1_024;
/// What a comprehension counts for that repeats what is outside of it.
const REPEATED: u64 = 64;
/// Words that name nothing.
const KEYWORDS: &[&str] = &[
    "_", "as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input", "not",
    "null", "package", "some", "true", "with",
];

/// A body: of a rule, or of a comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scope(usize);

/// Brackets that are open.
#[derive(Clone, Copy)]
struct Open {
    at: usize,
    /// The body inside, if it is one.
    body: Option<Scope>,
}

/// Which body each word and sign of a source stands in.
struct Scopes {
    of: Vec<Option<Scope>>,
    /// The first token behind each body's opening sign.
    starts: Vec<usize>,
    /// Those of rules.
    is_rule: Vec<bool>,
    /// The brackets and the bar around the head of a comprehension.
    heads: Vec<Option<(usize, usize)>>,
    /// The places where statements begin, and the closing signs of bodies.
    ends: Vec<(usize, Scope)>,
}

/// What is to be written into a source, with the tokens that it goes before.
pub(super) fn looks(tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let scopes = Scopes::of(tokens);
    let mut out: Vec<(usize, String)> = Vec::new();
    for (scope, start) in scopes.starts.iter().enumerate().filter(|(at, _)| scopes.is_rule[*at]) {
        let names = parameters(tokens, &scopes, *start);
        let is_empty = scopes.of.get(*start) != Some(&Some(Scope(scope)));
        if !names.is_empty() && !is_empty {
            let calls: Vec<_> = names.iter().map(|it| format!("{LOOK}({it}); ")).collect();
            out.push((*start, calls.concat()));
        }
    }
    for (end, _, names) in scopes.statements(tokens) {
        if names.is_empty() {
            continue;
        }
        let calls: Vec<_> = names.iter().map(|it| format!("{LOOK}({it})")).collect();
        let is_last = matches!(tokens[end].text, "}" | "]");
        out.push((end, if is_last { format!("; {} ", calls.join("; ")) } else { calls.join("; ") + "; " }));
    }
    out
}

/// Whether the heads of rules multiply what they are made of too often.
pub(super) fn is_too_much(modules: &[Vec<Token<'_>>]) -> bool {
    let mut outer: BTreeSet<&str> = BTreeSet::new();
    for module in modules {
        let opens = module.iter().zip(module.iter().skip(1)).filter(|(it, _)| it.opens_line && it.is_word());
        outer.extend(opens.flat_map(|(first, second)| [first.text, second.text]));
        let imports = module.split(|it| it.opens_line).filter_map(|line| line.last());
        outer.extend(imports.map(|it| it.text));
    }
    let multiples = modules.iter().map(|it| heads_multiply(it, &outer));
    multiples.fold(1_u64, u64::saturating_mul) > MULTIPLE_MAX
}

impl Scopes {
    fn of(tokens: &[Token<'_>]) -> Self {
        let of = Vec::with_capacity(tokens.len());
        let (starts, is_rule, heads, ends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut scopes = Self { of, starts, is_rule, heads, ends };
        let mut open: Vec<Open> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let body = open.iter().rev().find_map(|it| it.body);
            let is_direct = open.last().is_some_and(|it| it.body.is_some());
            scopes.of.push(body);
            match token.text {
                "(" | "[" | "{" => {
                    scopes.begin_statement(tokens, at, &open);
                    let is_body = token.text == "{" && opens_body(tokens, at, open.is_empty() || is_direct);
                    let body = is_body.then(|| scopes.add(at + 1, open.is_empty()));
                    open.push(Open { at, body });
                }
                ")" | "]" | "}" => {
                    if let Some(Open { body: Some(body), .. }) = open.pop() {
                        scopes.ends.push((at, body));
                        scopes.of[at] = open.iter().rev().find_map(|it| it.body);
                    }
                }
                "|" if !is_direct && open.last().is_some_and(|it| tokens[it.at].text != "(") => {
                    let body = scopes.add(at + 1, false);
                    if let Some(last) = open.last_mut() {
                        last.body = Some(body);
                        scopes.heads[body.0] = Some((last.at, at));
                        // The head's names are those of the body.
                        scopes.of[last.at + 1..=at].fill(Some(body));
                    }
                }
                _ => scopes.begin_statement(tokens, at, &open),
            }
        }
        scopes
    }

    fn add(&mut self, start: usize, is_rule: bool) -> Scope {
        self.starts.push(start);
        self.is_rule.push(is_rule);
        self.heads.push(None);
        Scope(self.starts.len() - 1)
    }

    /// The names that are looked at in each body.
    fn looked_at<'a>(&self, tokens: &[Token<'a>]) -> Vec<BTreeSet<&'a str>> {
        let mut all: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); self.starts.len()];
        for (_, scope, names) in self.statements(tokens) {
            all[scope.0].extend(names);
        }
        all
    }

    /// The names that each statement may give a value, with the token behind it.
    fn statements<'a>(&self, tokens: &[Token<'a>]) -> Vec<(usize, Scope, BTreeSet<&'a str>)> {
        let mut begun = self.starts.clone();
        let mut all = Vec::new();
        for &(end, scope) in &self.ends {
            let start = std::mem::replace(&mut begun[scope.0], end);
            let own: Vec<_> = (start..end).filter(|at| self.of[*at] == Some(scope)).collect();
            all.push((end, scope, bound(tokens, &own)));
        }
        all
    }

    /// Notes that a statement begins, if one does.
    fn begin_statement(&mut self, tokens: &[Token<'_>], at: usize, open: &[Open]) {
        let Some(Open { body: Some(body), .. }) = open.last() else { return };
        let is_first = self.starts[body.0] >= at;
        let before = &tokens[at - 1];
        let is_new = before.text == ";" || tokens[at].opens_line && before.ends_term();
        if !is_first && is_new && tokens[at].text != ";" {
            self.ends.push((at, *body));
        }
    }
}

/// Whether a brace begins a body: of a rule, or of `every`.
fn opens_body(tokens: &[Token<'_>], at: usize, is_direct: bool) -> bool {
    let before = at.checked_sub(1).map_or("", |at| tokens[at].text);
    if !is_direct || tokens[at].opens_line && before == "}" {
        return before == "if";
    }
    before == "if" || before == "else" || at > 0 && tokens[at - 1].ends_term() && before != "contains"
}

fn is_name(tokens: &[Token<'_>], at: usize) -> bool {
    let token = tokens[at];
    let next = tokens.get(at + 1).filter(|it| !it.opens_line).map_or("", |it| it.text);
    let is_step = at > 0 && tokens[at - 1].text == ".";
    token.text.starts_with(|it: char| it.is_alphabetic() || it == '_')
        && !is_step
        && !matches!(next, "(" | "." | "[")
        && !KEYWORDS.contains(&token.text)
}

/// The names that a statement may give a value.
fn bound<'a>(tokens: &[Token<'a>], own: &[usize]) -> BTreeSet<&'a str> {
    let text = |at: usize| tokens.get(at).map_or("", |it| it.text);
    let is_bare =
        |at: usize| text(at) == "=" && text(at + 1) != "=" && !matches!(text(at - 1), "=" | "!" | "<" | ">");
    let is_assigned = own.iter().skip(1).any(|at| is_bare(*at));
    let is_other = own.first().is_some_and(|at| matches!(text(*at), "not" | "every"));
    if !is_assigned || is_other {
        return BTreeSet::new();
    }
    own.iter().filter(|at| is_name(tokens, **at)).map(|at| text(*at)).collect()
}

/// The parameters of the function whose body begins there.
fn parameters<'a>(tokens: &[Token<'a>], scopes: &Scopes, start: usize) -> BTreeSet<&'a str> {
    let head = head_before(tokens, scopes, start);
    if tokens.get(head + 1).is_none_or(|it| it.text != "(") {
        return BTreeSet::new();
    }
    let end = (head + 1..start).find(|at| tokens[*at].text == ")").unwrap_or(start);
    (head + 2..end).filter(|at| is_name(tokens, *at)).map(|at| tokens[at].text).collect()
}

/// Where the rule begins whose body begins there.
fn head_before(tokens: &[Token<'_>], scopes: &Scopes, start: usize) -> usize {
    (0..start).rev().find(|at| begins_rule(tokens, scopes, *at)).unwrap_or_default()
}

/// How often the heads of rules can multiply what they are made of: by the names
/// in them, but for those whose values were looked at.
fn heads_multiply(tokens: &[Token<'_>], outer: &BTreeSet<&str>) -> u64 {
    let scopes = Scopes::of(tokens);
    let looked_at = scopes.looked_at(tokens);
    let starts: Vec<usize> = (0..tokens.len()).filter(|at| begins_rule(tokens, &scopes, *at)).collect();
    let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
    let mut multiple = 1_u64;
    for (start, end) in starts.iter().copied().zip(ends) {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for scope in (0..scopes.starts.len()).filter(|it| scopes.is_rule[*it]) {
            if (start..end).contains(&scopes.starts[scope]) {
                known.extend(&looked_at[scope]);
                known.extend(parameters(tokens, &scopes, scopes.starts[scope]));
            }
        }
        let mut depth = 0_usize;
        let mut count = 0;
        for at in (start..end).filter(|at| scopes.of[*at].is_none()) {
            match tokens[at].text {
                "[" | "{" => depth += 1,
                "]" | "}" => depth = depth.saturating_sub(1),
                text if depth > 0 && is_name(tokens, at) && !known.contains(text) => count += 1,
                _ => {}
            }
        }
        for (scope, head) in scopes.heads.iter().enumerate() {
            let Some((open, bar)) = *head else { continue };
            if !(start..end).contains(&open) || scopes.of[open].is_some() {
                continue;
            }
            let names = (open..bar).filter(|at| is_name(tokens, *at)).map(|at| tokens[at].text);
            let is_open = |it: &&str| !looked_at[scope].contains(it);
            count +=
                names.filter(is_open).map(|it| if outer.contains(it) { REPEATED } else { 1 }).sum::<u64>();
        }
        multiple = multiple.saturating_mul(count.max(1));
    }
    multiple
}

fn begins_rule(tokens: &[Token<'_>], scopes: &Scopes, at: usize) -> bool {
    let token = tokens[at];
    token.opens_line && token.is_word() && token.text != "else" && scopes.of[at].is_none()
}

#[cfg(test)]
mod tests {
    use super::super::source::tokens;
    use super::*;

    fn looks_in(source: &str) -> String {
        let tokens = tokens(source);
        let mut out = String::new();
        let looks = looks(&tokens);
        for (at, token) in tokens.iter().enumerate() {
            for (_, text) in looks.iter().filter(|(before, _)| *before == at) {
                out.push_str(&text.replace(LOOK, "L"));
            }
            out.push_str(token.text);
            out.push(' ');
        }
        out
    }

    #[test]
    fn values_of_variables_are_looked_at() {
        let cases = [
            ("a {\n x := b\n x == 1\n}", "a { x : = b L(b); L(x); x = = 1 } "),
            ("a { x = [y, 1]; true }", "a { x = [ y , 1 ] ; L(x); L(y); true } "),
            ("a[x] { x := [v | v := i.c[_]] }", "a [ x ] { x : = [ v | v : = i . c [ _ ] ; L(v) ] ; L(x) } "),
            (
                "f(x, [y]) = z { z := g(x) }",
                "f ( x , [ y ] ) = z { L(x); L(y); z : = g ( x ) ; L(x); L(z) } ",
            ),
            ("a := {\"b\": 1} if {\n c == 1\n}", "a : = { \"b\" : 1 } if { c = = 1 } "),
            ("a { not x = 1 }", "a { not x = 1 } "),
            ("a { every v in c { w := v } }", "a { every v in c { w : = v ; L(v); L(w) } } "),
            ("v contains {\"m\": m} if {\n m := 1\n}", "v contains { \"m\" : m } if { m : = 1 ; L(m) } "),
        ];
        for (source, expected) in cases {
            assert_eq!(looks_in(source), expected, "{source}");
        }
        for broken in ["", "{", "}", "|", "a { [ | ] }", "a { x = ", "[|||]}}}{{{", "a { = }", "f( { }"] {
            looks_in(broken);
            assert!(!is_too_much(&[tokens(broken)]));
        }
    }

    #[test]
    fn heads_that_multiply_each_other_are_counted() {
        let chain = |rule: &dyn Fn(usize) -> String| {
            let source: String = (1..40).map(|at| rule(at) + "\n").collect();
            is_too_much(&[tokens(&source)])
        };
        assert!(chain(&|at| format!("a{at} = [a{}, a{}]", at - 1, at - 1)));
        assert!(chain(&|at| format!("a{at}[[x, x]] {{ a{}[x] }}", at - 1)));
        assert!(chain(&|at| format!("a{at} = [a{} | r[_]]", at - 1)));
        assert!(chain(&|at| format!("f{at}(x) = [x, g(x)]")));
        assert!(!chain(&|at| format!("a{at}[{{\"m\": m}}] {{ m := a{}[_] }}", at - 1)));
        assert!(!chain(&|at| format!("f{at}(x) = [x, x] {{ f{}(x) }}", at - 1)));
        assert!(!chain(&|at| format!("a{at} = {{x | x := b[_]}}")));
        assert!(!chain(&|at| format!("f{at}(x) = f{0}(f{0}(x))", at - 1)));
    }
}
