//! Parsed templates by name.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_source::FileId;

use super::ast::{Callee, Literals, Template, add};
use super::builtins;
use super::error::ParseError;
use super::function::Function;
use super::parse::{Parsed, Workbench, parse};
use super::trace::OriginId;

/// Where the text of a template lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// Nowhere that is known.
    #[default]
    None,
    /// In a file, from this byte on.
    File(FileId, u32),
    /// In a text with this origin (`tpl`).
    Text(OriginId),
}

impl Home {
    /// The file, and where in it the text begins.
    pub fn file(self) -> Option<(FileId, u32)> {
        match self {
            Self::File(file, start) => Some((file, start)),
            Self::None | Self::Text(_) => None,
        }
    }
}

/// The Go whose template language is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Go {
    /// Without `{{else with}}`, and without `range` over a number.
    V1_18,
    /// As of today.
    #[default]
    Newest,
}

/// A template that is still a text.
pub struct Unparsed {
    /// What it is called.
    pub name: Arc<str>,
    /// What it says.
    pub text: Arc<str>,
    /// Where it lies.
    pub home: Home,
}

/// How much stack the deepest template needs to be parsed.
const PARSER_STACK_BYTES: usize = 64 << 20;

impl Unparsed {
    /// No fewer than its constant texts: each has two quotes.
    fn strings_max(&self) -> u32 {
        memchr::memchr2_iter(b'"', b'`', self.text.as_bytes()).count() as u32 / 2 + 1
    }

    /// No fewer than its pieces of text: an action ends each but the last.
    fn texts_max(&self) -> u32 {
        memchr::memmem::find_iter(self.text.as_bytes(), "{{").count() as u32 + 1
    }
}

/// Where the first half of all bytes ends.
fn half(texts: &[Unparsed]) -> usize {
    let all: usize = texts.iter().map(|it| it.text.len()).sum();
    let mut read = 0;
    let is_within = |it: &Unparsed| {
        read += it.text.len();
        read <= all / 2
    };
    texts.iter().map(is_within).take_while(|it| *it).count()
}

/// What some texts gave, and the numbers that come next.
fn parse_part(
    texts: &[Unparsed],
    functions: &Functions,
    mut literals: Literals,
) -> (Vec<Result<Parsed, ParseError>>, Literals) {
    let mut bench = Workbench::default();
    let mut one = |it: &Unparsed| {
        let parsed = parse(Arc::clone(&it.name), &it.text, functions, literals, it.home, &mut bench)?;
        literals = parsed.literals;
        Ok(parsed)
    };
    let parsed = texts.iter().map(&mut one).collect();
    (parsed, literals)
}

/// The functions that templates may call, and the language they are called in.
pub(super) struct Functions {
    pub(super) go: Go,
    all: Vec<Callee>,
    by_name: FxHashMap<&'static str, u32>,
}

impl Functions {
    pub(super) fn new(go: Go, functions: impl IntoIterator<Item = &'static Function>) -> Self {
        let mut all = Vec::new();
        let mut by_name = FxHashMap::default();
        by_name.extend(builtins::FUNCTIONS.iter().map(|it| (it.name, add(&mut all, builtins::callee(it)))));
        by_name.extend(functions.into_iter().map(|it| (it.name, add(&mut all, Callee::Plain(it)))));
        Self { go, all, by_name }
    }

    /// The number of a function.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    pub(super) fn callee(&self, number: u32) -> Callee {
        self.all[number as usize]
    }
}

/// A template and where its text lies.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) template: Arc<Template>,
    pub(super) home: Home,
}

/// Templates that see each other, and the functions they may call.
#[derive(Clone)]
pub struct Set {
    /// The set that a text given to `tpl` was called in.
    parent: Option<Arc<Set>>,
    entries: FxHashMap<Arc<str>, Entry>,
    pub(super) functions: Arc<Functions>,
    pub(super) literals: Literals,
}

impl Set {
    /// An empty set. Go's own functions are always known; later functions of a
    /// name replace earlier ones.
    pub fn new(functions: impl IntoIterator<Item = &'static Function>) -> Self {
        Self::of_go(Go::Newest, functions)
    }

    /// The same in the language of some Go.
    pub fn of_go(go: Go, functions: impl IntoIterator<Item = &'static Function>) -> Self {
        let functions = Arc::new(Functions::new(go, functions));
        Self { parent: None, entries: FxHashMap::default(), functions, literals: Literals::default() }
    }

    /// Adds a template and those that its text defines.
    pub fn parse(&mut self, name: &str, text: impl Into<Arc<str>>, home: Home) -> Result<(), ParseError> {
        let bench = &mut Workbench::default();
        let parsed = parse(name.into(), &text.into(), &self.functions, self.literals, home, bench)?;
        self.literals = parsed.literals;
        self.add(&parsed, home);
        Ok(())
    }

    /// The same for many texts. What each gave, in their order.
    pub fn parse_all(&mut self, texts: &[Unparsed]) -> Vec<Result<(), ParseError>> {
        let (parsed, literals) = parse_part(texts, &self.functions, self.literals);
        self.literals = literals;
        self.add_all(parsed, texts)
    }

    fn add_all(
        &mut self,
        parsed: Vec<Result<Parsed, ParseError>>,
        texts: &[Unparsed],
    ) -> Vec<Result<(), ParseError>> {
        let parsed = parsed.into_iter().zip(texts);
        parsed.map(|(parsed, text)| parsed.map(|it| self.add(&it, text.home))).collect()
    }

    /// The same on two threads.
    pub fn parse_in_two(&mut self, texts: &[Unparsed]) -> Vec<Result<(), ParseError>> {
        // Each half numbers its constants by itself: the second one begins where
        // the first one cannot come to.
        let middle = half(texts);
        let begin = Literals {
            strings: self.literals.strings + texts[..middle].iter().map(Unparsed::strings_max).sum::<u32>(),
            texts: self.literals.texts + texts[..middle].iter().map(Unparsed::texts_max).sum::<u32>(),
        };
        let functions = &*self.functions;
        let (first, second) = std::thread::scope(|scope| {
            let second = std::thread::Builder::new()
                .stack_size(PARSER_STACK_BYTES)
                .spawn_scoped(scope, || parse_part(&texts[middle..], functions, begin));
            let first = parse_part(&texts[..middle], functions, self.literals);
            let second = second.map(|it| it.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            (first, second.unwrap_or_else(|_| parse_part(&texts[middle..], functions, begin)))
        });
        self.literals = second.1;
        let (mut parsed, _) = first;
        parsed.extend(second.0);
        self.add_all(parsed, texts)
    }

    /// Whether there is a template of this name.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Its own templates, in no order.
    pub(super) fn templates(&self) -> impl Iterator<Item = (&Template, Home)> {
        self.entries.values().map(|it| (&*it.template, it.home))
    }

    /// A set that sees this one's templates and those of a text.
    pub(super) fn child(parent: &Arc<Self>, parsed: &Parsed, home: Home) -> Arc<Self> {
        let mut child = Self {
            parent: Some(Arc::clone(parent)),
            entries: FxHashMap::default(),
            functions: Arc::clone(&parent.functions),
            literals: parent.literals,
        };
        child.add(parsed, home);
        Arc::new(child)
    }

    pub(super) fn find(&self, name: &str) -> Option<&Entry> {
        let mut set = self;
        loop {
            if let Some(entry) = set.entries.get(name) {
                return Some(entry);
            }
            set = set.parent.as_deref()?;
        }
    }

    /// Templates of nothing but space do not replace others.
    fn add(&mut self, parsed: &Parsed, home: Home) {
        for template in &parsed.templates {
            if template.is_empty() && self.has(&template.name) {
                continue;
            }
            let entry = Entry { template: Arc::clone(template), home };
            self.entries.insert(Arc::clone(&template.name), entry);
        }
    }
}

impl std::fmt::Debug for Set {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Set({} templates)", self.entries.len())
    }
}
