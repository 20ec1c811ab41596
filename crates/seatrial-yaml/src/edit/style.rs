//! How a file is laid out: read off the neighbours of an edit, else off the
//! whole file, so that what is added looks like what is there.

use super::children::Children;
use super::ground::Ground;
use super::scalar::{self, Surroundings};
use crate::tree::{NodeId, Shape};
use crate::{Node, Stream, Style};

/// The layout of block collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockLayout {
    /// Columns from a mapping to one below it.
    pub(super) step: usize,
    /// Columns from a mapping to the dashes of a list below it.
    pub(super) dash_step: usize,
    /// Columns from a dash to the entry that follows it.
    pub(super) item_step: usize,
    /// Columns from the collection around it to the lines of a block scalar.
    pub(super) text_step: Option<usize>,
}

/// One measure of the layout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Measure {
    Step,
    DashStep,
    ItemStep,
}

/// How many collections of a file are looked at.
const NODES_MAX: usize = 20_000;

impl BlockLayout {
    /// The layout near the last node of a chain of ancestors.
    pub(super) fn near(ground: Ground<'_>, chain: &[Node<'_>]) -> Self {
        let Some(stream) = chain.first().map(|root| root.stream()) else { return Self::default() };
        let usual = Usual::of(ground, stream);
        let pick = |measure, fallback| {
            let near = chain.iter().rev().find_map(|node| measured(ground, *node, measure).next());
            near.or_else(|| usual.most(measure)).unwrap_or(fallback)
        };
        let default = Self::default();
        Self {
            step: pick(Measure::Step, default.step),
            dash_step: pick(Measure::DashStep, default.dash_step),
            item_step: pick(Measure::ItemStep, default.item_step),
            text_step: None,
        }
    }
}

impl Default for BlockLayout {
    fn default() -> Self {
        Self { step: 2, dash_step: 0, item_step: 2, text_step: None }
    }
}

/// What a file does most often.
struct Usual {
    counts: [[u32; Usual::WIDTHS]; 3],
}

impl Usual {
    const WIDTHS: usize = 10;

    fn of(ground: Ground<'_>, stream: &Stream) -> Self {
        let mut usual = Self { counts: [[0; Self::WIDTHS]; 3] };
        let blocks = stream.nodes.iter().enumerate().filter(|(_, data)| {
            data.style == Style::Block && matches!(data.shape, Shape::Mapping | Shape::Sequence)
        });
        for (index, _) in blocks.take(NODES_MAX) {
            let node = stream.node(NodeId(index as u32));
            for measure in [Measure::Step, Measure::DashStep, Measure::ItemStep] {
                for width in measured(ground, node, measure).take(Self::WIDTHS) {
                    if let Some(count) = usual.counts[measure as usize].get_mut(width) {
                        *count += 1;
                    }
                }
            }
        }
        usual
    }

    fn most(&self, measure: Measure) -> Option<usize> {
        let counts = self.counts[measure as usize].iter().enumerate();
        let (width, count) = counts.rev().max_by_key(|(_, count)| **count)?;
        (*count > 0).then_some(width)
    }
}

/// What the children of a node say about a measure.
fn measured<'a>(ground: Ground<'a>, node: Node<'a>, measure: Measure) -> impl Iterator<Item = usize> + 'a {
    let entries = node.written_entries().map(|entry| entry.value);
    let children = node.items().chain(entries).filter(move |child| {
        node.style() == Style::Block && !child.is_alias() && child.style() == Style::Block
    });
    let around = node.span().range().start;
    children.filter_map(move |child| {
        let start = child.span().range().start;
        let fits = match measure {
            Measure::Step => node.is_mapping() && child.is_mapping(),
            Measure::DashStep => node.is_mapping() && child.is_sequence(),
            Measure::ItemStep => node.is_sequence() && !ground.starts_line(start),
        };
        if !fits {
            return None;
        }
        ground.column(start).checked_sub(ground.column(around))
    })
}

/// How strings are quoted that stand beside each other: those that need no
/// quotes show it, if they agree.
pub(super) fn quotes(children: Children<'_>) -> Style {
    const LOOKED_AT: usize = 8;
    let values = (0..children.len()).rev().take(LOOKED_AT).filter_map(|index| children.value(index));
    let mut styles =
        values.filter(|value| value.as_str().is_some_and(|text| scalar::is_plain(text, Surroundings::Block)));
    let Some(first) = styles.next().map(Node::style) else { return Style::Plain };
    let is_quoted = matches!(first, Style::SingleQuoted | Style::DoubleQuoted);
    if is_quoted && styles.all(|value| value.style() == first) { first } else { Style::Plain }
}
