//! Parsed templates by name.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use seatrial_source::FileId;

use super::ahead::Ahead;
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

    /// The same for many texts, some of which were parsed ahead. What each
    /// gave, in their order.
    pub fn parse_all(&mut self, texts: &[Unparsed], ahead: Option<&Ahead>) -> Vec<Result<(), ParseError>> {
        let mut bench = Workbench::default();
        let mut known = ahead.map(|it| it.finish(texts)).unwrap_or_default();
        self.entries.reserve(2 * texts.len());
        let mut one = |it: &Unparsed| {
            let (name, first) = (Arc::clone(&it.name), self.literals);
            let parsed = if let Some((nodes, tree)) = known.take(it) {
                nodes.named(name, &it.text, first, tree)
            } else {
                parse(name, &it.text, &self.functions, first, it.home, &mut bench)?
            };
            self.literals = parsed.literals;
            self.add(&parsed, it.home);
            Ok(())
        };
        texts.iter().map(&mut one).collect()
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
            if self.has(&template.name) && template.is_empty() {
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
