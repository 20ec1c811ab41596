//! Texts that another thread parses while their chart is still being read, and
//! before anybody knows what they will be called.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use rustc_hash::{FxHashMap, FxHashSet};

use super::ast::Tree;
use super::function::Function;
use super::parse::{Nodes, Workbench};
use super::set::{Functions, Go, Unparsed};

/// How many bytes there must be before a thread is worth its start.
const START_BYTES: usize = 100_000;

/// How many bytes a thread that waits is woken for: to wake it costs more than to
/// parse a small text.
const WAKE_BYTES: usize = 32_000;

/// How much stack the deepest template needs to be parsed.
const STACK_BYTES: usize = 64 << 20;

/// Texts that are being parsed.
pub struct Ahead {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<Batch>>>,
}

struct Shared {
    functions: Functions,
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<str>>,
    queued_bytes: usize,
    is_closed: bool,
    /// Whether the thread has nothing to do.
    is_waiting: bool,
    /// What came since it has.
    waiting_bytes: usize,
}

/// Texts that were parsed one after the other.
struct Batch {
    bench: Workbench,
    done: Vec<(Arc<str>, Nodes)>,
}

impl Batch {
    fn new() -> Self {
        Self { bench: Workbench::with_room(), done: Vec::new() }
    }

    fn parse(&mut self, text: Arc<str>, functions: &Functions) {
        let nodes = Nodes::of(&text, functions, &mut self.bench);
        self.done.extend(nodes.map(|nodes| (text, nodes)));
    }
}

/// Nodes, and the tree that they lie in, by the place of their text in memory,
/// which is held so long.
#[derive(Default)]
pub(super) struct Known(FxHashMap<usize, (Arc<str>, Nodes, Arc<Tree>)>);

impl Known {
    fn add(&mut self, Batch { bench, done }: Batch) {
        let tree = bench.into_tree();
        let known = |(text, nodes)| (place(&text), (text, nodes, Arc::clone(&tree)));
        self.0.extend(done.into_iter().map(known));
    }

    /// The nodes of a text, if nothing is wrong with them under its name.
    pub(super) fn take(&mut self, unparsed: &Unparsed) -> Option<(Nodes, Arc<Tree>)> {
        let (_, nodes, tree) = self.0.remove(&place(&unparsed.text))?;
        (!nodes.defines(&unparsed.name)).then_some((nodes, tree))
    }
}

fn place(text: &Arc<str>) -> usize {
    Arc::as_ptr(text).addr()
}

impl Ahead {
    /// Parses what comes in the language of some Go with these functions; the
    /// set that it is for must have the same.
    pub fn new(go: Go, functions: impl IntoIterator<Item = &'static Function>) -> Self {
        let functions = Functions::new(go, functions);
        let shared = Shared { functions, state: Mutex::default(), more: Condvar::new() };
        Self { shared: Arc::new(shared), thread: Mutex::default() }
    }

    /// Adds a text that may be asked for.
    pub fn add(&self, text: &Arc<str>) {
        let mut state = self.shared.state();
        state.queued_bytes += text.len();
        state.queue.push_back(Arc::clone(text));
        let is_large = state.queued_bytes >= START_BYTES;
        if state.is_waiting {
            state.waiting_bytes += text.len();
            if state.waiting_bytes >= WAKE_BYTES {
                state.is_waiting = false;
                self.shared.more.notify_one();
            }
        }
        drop(state);
        if is_large {
            self.start();
        }
    }

    fn start(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let shared = Arc::clone(&self.shared);
            // Without a thread, who asks for a text parses it.
            *thread = Builder::new().stack_size(STACK_BYTES).spawn(move || shared.work()).ok();
        }
    }

    /// What these texts gave, as far as they were added: those that nobody
    /// parsed yet are parsed, others are left alone.
    pub(super) fn finish(&self, texts: &[Unparsed]) -> Known {
        let wanted: FxHashSet<usize> = texts.iter().map(|it| place(&it.text)).collect();
        self.shared.state().queue.retain(|it| wanted.contains(&place(it)));
        let mut known = Known::default();
        if let Some(first) = self.shared.take_last() {
            let mut batch = Batch::new();
            batch.parse(first, &self.shared.functions);
            while let Some(text) = self.shared.take_last() {
                batch.parse(text, &self.shared.functions);
            }
            known.add(batch);
        }
        if let Some(batch) = self.close() {
            known.add(batch);
        }
        known
    }

    /// Ends the thread, once it is done with the text that it is at; what it
    /// parsed.
    fn close(&self) -> Option<Batch> {
        self.shared.state().is_closed = true;
        self.shared.more.notify_one();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        match thread.join() {
            Ok(batch) => Some(batch),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.is_closed = true;
        state.queue.clear();
        drop(state);
        self.shared.more.notify_one();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text that came last: the thread begins with the first.
    fn take_last(&self) -> Option<Arc<str>> {
        self.state().queue.pop_back()
    }

    fn work(&self) -> Batch {
        let mut batch = Batch::new();
        while let Some(text) = self.wait() {
            batch.parse(text, &self.functions);
        }
        batch
    }

    /// The next text; none when no more will come.
    fn wait(&self) -> Option<Arc<str>> {
        let mut state = self.state();
        loop {
            if let Some(text) = state.queue.pop_front() {
                return Some(text);
            }
            if state.is_closed {
                return None;
            }
            (state.is_waiting, state.waiting_bytes) = (true, 0);
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Ahead({} texts wait)", self.shared.state().queue.len())
    }
}
