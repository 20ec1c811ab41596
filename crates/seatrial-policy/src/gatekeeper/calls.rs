//! Which rules of a program call which. Rego forbids recursion and the engine
//! does not look for all of it, but runs out of stack.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Token;

/// Rules may call each other so far down.
const DEPTH_MAX: usize = 64;

/// One rule by what it is called, with all that its bodies may call.
type Calls<'a> = BTreeMap<(usize, &'a str), BTreeSet<(usize, &'a str)>>;

/// Why a program of these modules is not run, if it calls itself or too far down.
pub(super) fn problem(modules: Vec<Vec<Token<'_>>>) -> Option<String> {
    let parsed: Vec<_> = modules.into_iter().map(Module::read).collect();
    let mut calls = Calls::new();
    for (at, module) in parsed.iter().enumerate() {
        for rule in &module.rules {
            let called = calls.entry((at, rule.name)).or_default();
            called.extend(rule.called(at, module, &parsed));
        }
    }
    let mut depths = BTreeMap::new();
    let mut on_the_way = BTreeSet::new();
    let is_fine = calls.keys().all(|rule| depth(&calls, *rule, &mut depths, &mut on_the_way).is_some());
    (!is_fine).then(|| "its rules call themselves, or each other too far down".to_owned())
}

struct Module<'a> {
    rules: Vec<Rule<'a>>,
    /// What is imported, by the name it has here: the last step of its path.
    imports: BTreeMap<&'a str, &'a str>,
}

struct Rule<'a> {
    name: &'a str,
    tokens: Vec<Token<'a>>,
}

impl<'a> Module<'a> {
    fn read(tokens: Vec<Token<'a>>) -> Self {
        let mut module = Self { rules: Vec::new(), imports: BTreeMap::new() };
        let mut depth = 0_usize;
        let mut tokens = tokens.into_iter().peekable();
        let mut is_preamble = false;
        let mut path: Vec<&str> = Vec::new();
        while let Some(token) = tokens.next() {
            if depth == 0 && token.opens_line && token.is_word() && token.text != "else" {
                module.import(&path);
                path.clear();
                is_preamble = matches!(token.text, "package" | "import");
                let name = match token.text {
                    "default" => tokens.next().map_or("", |it| it.text),
                    name => name,
                };
                if is_preamble {
                    path.push(token.text);
                } else {
                    module.rules.push(Rule { name, tokens: Vec::new() });
                }
                continue;
            }
            match token.text {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            if is_preamble {
                path.push(token.text);
            } else if let Some(rule) = module.rules.last_mut() {
                rule.tokens.push(token);
            }
        }
        module.import(&path);
        module
    }

    fn import(&mut self, path: &[&'a str]) {
        if path.first() != Some(&"import") {
            return;
        }
        let (path, alias) = match path.iter().position(|it| *it == "as") {
            Some(at) => (&path[..at], path.get(at + 1)),
            None => (path, path.last()),
        };
        if let (Some(alias), Some(last)) = (alias, path.last()) {
            self.imports.insert(alias, last);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.rules.iter().any(|it| it.name == name)
    }
}

impl<'a> Rule<'a> {
    /// The rules that it may call: those that its words name, but for names of its
    /// own and for fields.
    fn called(&self, own: usize, module: &Module<'a>, all: &[Module<'a>]) -> BTreeSet<(usize, &'a str)> {
        let locals = self.locals();
        let mut called = BTreeSet::new();
        let elsewhere =
            |name: &'a str| (0..all.len()).filter(move |at| all[*at].has(name)).map(move |at| (at, name));
        for (at, token) in self.tokens.iter().enumerate() {
            let is_field = at > 0 && self.tokens[at - 1].text == ".";
            if !token.is_word() || is_field || locals.contains(token.text) {
                continue;
            }
            if module.has(token.text) {
                called.insert((own, token.text));
            }
            let imported = module.imports.get(token.text);
            called.extend(imported.into_iter().flat_map(|name| elsewhere(name)));
            if imported.is_some() || token.text == "data" {
                let mut steps = self.tokens[at + 1..].chunks_exact(2).take_while(|it| it[0].text == ".");
                called.extend(steps.by_ref().flat_map(|step| elsewhere(step[1].text)));
            }
        }
        called
    }

    /// Names that mean something else in here: arguments, and what is assigned.
    fn locals(&self) -> BTreeSet<&'a str> {
        let mut locals = BTreeSet::new();
        let mut is_head = self.tokens.first().is_some_and(|it| it.text == "(" && !it.opens_line);
        for (at, token) in self.tokens.iter().enumerate() {
            let next = |by: usize| self.tokens.get(at + by).map_or("", |it| it.text);
            let is_assigned = next(1) == ":" && next(2) == "=";
            let is_declared = at > 0 && self.tokens[at - 1].text == "some";
            if token.is_word() && (is_head || is_assigned || is_declared) {
                locals.insert(token.text);
            }
            is_head &= token.text != ")";
        }
        locals
    }
}

/// How far down the calls of a rule go; none if there is no end to it.
fn depth<'a>(
    calls: &Calls<'a>,
    rule: (usize, &'a str),
    known: &mut BTreeMap<(usize, &'a str), Option<usize>>,
    on_the_way: &mut BTreeSet<(usize, &'a str)>,
) -> Option<usize> {
    if let Some(depth) = known.get(&rule) {
        return *depth;
    }
    if on_the_way.len() > DEPTH_MAX || !on_the_way.insert(rule) {
        return None;
    }
    let mut deepest = Some(0);
    for called in calls.get(&rule).into_iter().flatten() {
        let below = depth(calls, *called, known, on_the_way);
        deepest = deepest.zip(below).map(|(deepest, below)| deepest.max(below + 1));
        if deepest.is_none() {
            break;
        }
    }
    on_the_way.remove(&rule);
    known.insert(rule, deepest.filter(|it| *it <= DEPTH_MAX));
    deepest.filter(|it| *it <= DEPTH_MAX)
}
