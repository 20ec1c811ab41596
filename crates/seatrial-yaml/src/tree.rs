//! How nodes lie in memory: one vector of small records in the order in which
//! they were completed (children before parents), one vector of child ids.

/// Names a node of one [`Stream`](crate::Stream).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// A scalar without quotes; also a value that is not written at all.
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection by indentation.
    Block,
    /// A collection in brackets.
    Flow,
}

/// What a record is, and so how to read its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    Bool,
    Int,
    Uint,
    Float,
    /// Start and length of the text, in the source.
    Str,
    /// Start and length of the text, in the stream's buffer of decoded text.
    DecodedStr,
    /// As `Str`; a point in time by the rules of `GoYaml3`.
    Time,
    /// As `DecodedStr`; a point in time by the rules of `GoYaml3`.
    DecodedTime,
    /// Start and number of the children.
    Sequence,
    /// Start and number of the children: key, value, key, value.
    Mapping,
    /// The id of the node it stands for.
    Alias,
}

impl Shape {
    pub(crate) fn is_string(self) -> bool {
        matches!(self, Shape::Str | Shape::DecodedStr)
    }

    pub(crate) fn is_time(self) -> bool {
        matches!(self, Shape::Time | Shape::DecodedTime)
    }
}

/// One node; 20 bytes, because a tree of many files holds millions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeData {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) payload: [u32; 2],
    pub(crate) shape: Shape,
    pub(crate) style: Style,
    /// Block scalars: columns of the block around them. Mappings: `IRREGULAR`.
    pub(crate) detail: u16,
}

/// A mapping whose entries are not just those written: duplicate or merge keys.
pub(crate) const IRREGULAR: u16 = 1;

impl NodeData {
    pub(crate) fn new(shape: Shape, style: Style, start: u32, end: u32) -> Self {
        Self { start, end, payload: [0, 0], shape, style, detail: 0 }
    }

    /// With a text, a list of children or a target: where it starts, how long it is.
    pub(crate) fn with_run(mut self, start: u32, len: u32) -> Self {
        self.payload = [start, len];
        self
    }

    /// With the bits of a number or a boolean.
    pub(crate) fn with_bits(mut self, bits: u64) -> Self {
        self.payload = [bits as u32, (bits >> 32) as u32];
        self
    }

    pub(crate) fn bits(&self) -> u64 {
        u64::from(self.payload[0]) | u64::from(self.payload[1]) << 32
    }

    pub(crate) fn run(&self) -> std::ops::Range<usize> {
        let start = self.payload[0] as usize;
        start..start + self.payload[1] as usize
    }

    pub(crate) fn target(&self) -> NodeId {
        NodeId(self.payload[0])
    }
}

const _: () = assert!(size_of::<NodeData>() == 20);
