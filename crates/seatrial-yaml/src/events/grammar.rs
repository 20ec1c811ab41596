//! The grammar: a state machine over tokens, with libyaml's states and
//! libyaml's leniency.

use super::{Collection, Event, EventKind, Open, Parser};
use crate::fault::Fault;
use crate::scanner::token::{Directive, RawTag, Token, TokenKind};

/// What the parser expects next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Where a node stands, and so what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    /// The key or value of a block mapping, which may be an indentless sequence.
    BlockEntry,
    Flow,
}

type Step = Result<Option<Event>, Fault>;

impl Parser<'_> {
    /// The next event; none at the end.
    #[inline]
    pub(super) fn step(&mut self) -> Step {
        match self.state {
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(Place::Block),
            State::BlockSequenceFirstEntry => self.first(Self::block_sequence_entry),
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirstKey => self.first(Self::block_mapping_key),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => self.first(|parser| parser.flow_sequence_entry(true)),
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => self.flow_pair_end(),
            State::FlowMappingFirstKey => self.first(|parser| parser.flow_mapping_key(true)),
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingEmptyValue => self.empty_then(State::FlowMappingKey),
            State::End => Ok(None),
        }
    }

    #[inline]
    fn advance(&mut self, token: Token) {
        self.scanner.advance();
        self.last_end = token.end;
    }

    /// Takes a token and looks at the next.
    fn after(&mut self, token: Token) -> Result<Token, Fault> {
        self.advance(token);
        self.scanner.peek()
    }

    /// Takes the token that opened a collection, then goes on.
    fn first(&mut self, entry: impl FnOnce(&mut Self) -> Step) -> Step {
        let token = self.scanner.peek()?;
        self.advance(token);
        entry(self)
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// A node, after which a state follows.
    fn node_then(&mut self, next: State, place: Place) -> Step {
        self.states.push(next);
        self.node(place)
    }

    /// A scalar that is left out, after which a state follows.
    #[expect(clippy::unnecessary_wraps, reason = "it ends a step")]
    fn empty_then(&mut self, next: State) -> Step {
        self.state = next;
        Ok(Some(self.empty_scalar()))
    }

    pub(super) fn empty_scalar(&self) -> Event {
        Event::new(EventKind::Scalar, self.last_end, self.last_end)
    }

    fn document_start(&mut self, implicit: bool) -> Step {
        let mut token = self.scanner.peek()?;
        while !implicit && token.kind == TokenKind::DocumentEnd {
            token = self.after(token)?;
        }
        if token.kind == TokenKind::StreamEnd {
            self.state = State::End;
            return Ok(None);
        }
        self.faults_before = self.faults.len();
        self.last_end = token.start;
        if implicit && !matches!(token.kind, TokenKind::Directive | TokenKind::DocumentStart) {
            self.shorthands.clear();
            self.states.push(State::DocumentEnd);
            self.state = State::BlockNode;
            return Ok(Some(Event::new(EventKind::DocumentStart, token.start, token.start)));
        }
        let start = token.start;
        let token = self.directives(token)?;
        if token.kind != TokenKind::DocumentStart {
            return Err(self.no_document(token));
        }
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        self.advance(token);
        Ok(Some(Event::new(EventKind::DocumentStart, start, token.end)))
    }

    fn no_document(&self, token: Token) -> Fault {
        let (start, end) = self.extent(token);
        let message =
            "this does not belong to the document above; check the indentation or separate it with `---`";
        Fault::syntax(start, end, message)
    }

    /// The bytes to point at for a token that should not be there.
    fn extent(&self, token: Token) -> (usize, usize) {
        let start = token.start as usize;
        if token.end > token.start {
            let end = self.scanner.source().line_end(start).min(token.end as usize);
            return (start, end.max(start + 1));
        }
        let line_end = self.scanner.source().line_end(start);
        (start, self.scanner.source().trim_blanks(start, line_end))
    }

    fn directives(&mut self, mut token: Token) -> Result<Token, Fault> {
        self.shorthands.clear();
        self.has_version = false;
        while token.kind == TokenKind::Directive {
            let (start, end) = (token.start as usize, token.end as usize);
            let fault = |message| Fault::syntax(start, end, message).in_directive();
            match self.scanner.directive(token) {
                Directive::Version { .. } if self.has_version => {
                    return Err(fault("a second `%YAML` directive"));
                }
                Directive::Version { major: 1, minor: 1 } => self.has_version = true,
                Directive::Version { .. } => {
                    return Err(fault("Kubernetes' tools read YAML 1.1 only; remove the directive"));
                }
                Directive::Tag { handle, prefix } => {
                    if self.shorthands.iter().any(|(known, _)| known == handle) {
                        return Err(fault("a second `%TAG` directive for this handle"));
                    }
                    self.shorthands.push((handle.clone(), prefix.clone()));
                }
            }
            token = self.after(token)?;
        }
        Ok(token)
    }

    fn document_content(&mut self) -> Step {
        let token = self.scanner.peek()?;
        if matches!(
            token.kind,
            TokenKind::Directive | TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd
        ) {
            self.pop_state();
            return Ok(Some(self.empty_scalar()));
        }
        self.node(Place::Block)
    }

    fn document_end(&mut self) -> Step {
        let token = self.scanner.peek()?;
        let mut end = token.start;
        if token.kind == TokenKind::DocumentEnd {
            end = token.end;
            self.advance(token);
        }
        self.state = State::DocumentStart;
        Ok(Some(Event::new(EventKind::DocumentEnd, token.start, end)))
    }

    fn node(&mut self, place: Place) -> Step {
        let mut token = self.scanner.peek()?;
        if token.kind == TokenKind::Alias {
            self.pop_state();
            self.advance(token);
            return Ok(Some(Event {
                text: token.text,
                ..Event::new(EventKind::Alias, token.start, token.end)
            }));
        }
        let properties = self.properties(&mut token)?;
        let event = match token.kind {
            TokenKind::Scalar => {
                self.pop_state();
                self.advance(token);
                Event::scalar(token)
            }
            TokenKind::BlockEntry if place == Place::BlockEntry => {
                let column = self.open.last().map_or(0, |open| open.column);
                self.begin(Collection::IndentlessSequence, State::IndentlessSequenceEntry, column, token)
            }
            TokenKind::FlowSequenceStart => {
                self.begin(Collection::FlowSequence, State::FlowSequenceFirstEntry, 0, token)
            }
            TokenKind::FlowMappingStart => {
                self.begin(Collection::FlowMapping, State::FlowMappingFirstKey, 0, token)
            }
            TokenKind::BlockSequenceStart if place != Place::Flow => {
                let column = token.text.start;
                self.begin(Collection::BlockSequence, State::BlockSequenceFirstEntry, column, token)
            }
            TokenKind::BlockMappingStart if place != Place::Flow => {
                let column = token.text.start;
                self.begin(Collection::BlockMapping, State::BlockMappingFirstKey, column, token)
            }
            _ if properties.any() => {
                self.pop_state();
                self.empty_scalar()
            }
            _ => return Err(self.no_node(token, place)),
        };
        Ok(Some(Event { anchor: properties.anchor, tag: properties.tag, ..event }))
    }

    /// Opens a collection. Its first token is left for the entry state.
    fn begin(&mut self, kind: Collection, state: State, column: u32, token: Token) -> Event {
        let states = self.states.len() as u32;
        self.open.push(Open { kind, column, start: token.start, states, wants_value: false });
        self.state = state;
        let event = if kind.is_mapping() { EventKind::MappingStart } else { EventKind::SequenceStart };
        Event::styled(event, kind.style(), token.start, token.end)
    }

    /// Closes the innermost collection.
    pub(super) fn finish(&mut self, start: u32, end: u32) -> Event {
        let kind = self.open.pop().map_or(Collection::BlockMapping, |open| open.kind);
        let event = if kind.is_mapping() { EventKind::MappingEnd } else { EventKind::SequenceEnd };
        Event::styled(event, kind.style(), start, end)
    }

    fn no_node(&self, token: Token, place: Place) -> Fault {
        let (start, end) = self.extent(token);
        let fault = match token.kind {
            TokenKind::BlockEntry => Fault::syntax(start, end, "a list item cannot stand here"),
            TokenKind::StreamEnd if place != Place::Flow => {
                Fault::syntax(start, end, "the text ends too early")
            }
            _ => Fault::syntax(start, end, "expected a value here"),
        };
        if place == Place::Flow { self.in_bracket(fault) } else { fault }
    }

    /// Says where the flow collection begins that a fault is in. At the end
    /// of the text there is nothing to see: then the bracket is the place.
    fn in_bracket(&self, fault: Fault) -> Fault {
        let flow = self.open.iter().rev().take_while(|open| open.kind.is_flow());
        let source = self.scanner.source();
        // A pair in a list opens a mapping without a bracket.
        let starts =
            flow.map(|open| open.start as usize).filter(|&start| matches!(source.byte(start), b'[' | b'{'));
        let (Some(start), Some(outermost)) = (starts.clone().next(), starts.last()) else { return fault };
        if fault.at.0 >= source.len() {
            return Fault::syntax(start, start + 1, "this bracket is never closed").from(outermost);
        }
        if self.begins_entry(start, fault.at.0) {
            let unclosed =
                Fault::syntax(start, start + 1, "this bracket is not closed before the next entry");
            return Fault { related: Some(fault.at), ..unclosed.from(outermost) };
        }
        Fault { from: outermost, ..fault.opened_at(start, start + 1) }
    }

    fn properties(&mut self, token: &mut Token) -> Result<Properties, Fault> {
        let mut properties = Properties::default();
        let mut tag = None;
        while tag.is_none() && token.kind == TokenKind::Tag
            || properties.anchor.is_none() && token.kind == TokenKind::Anchor
        {
            if token.kind == TokenKind::Tag {
                tag = Some(*token);
            } else {
                properties.anchor = Some((token.text.start, token.text.len));
            }
            *token = self.after(*token)?;
        }
        properties.tag = tag.map(|tag| self.resolve_tag(tag)).transpose()?;
        Ok(properties)
    }

    fn resolve_tag(&mut self, token: Token) -> Result<u32, Fault> {
        let RawTag { handle, suffix } = self.scanner.tag(token);
        let prefix = match handle.as_str() {
            "" => "",
            handle => match self.shorthands.iter().find(|(known, _)| known == handle) {
                Some((_, prefix)) => prefix,
                None if handle == "!" => "!",
                None if handle == "!!" => "tag:yaml.org,2002:",
                None => {
                    let message = format!("the tag shorthand `{handle}` is not defined");
                    return Err(Fault::syntax(token.start as usize, token.end as usize, message));
                }
            },
        };
        self.tags.push(format!("{prefix}{suffix}"));
        Ok(self.tags.len() as u32 - 1)
    }

    fn block_sequence_entry(&mut self) -> Step {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let next = self.after(token)?;
                if matches!(next.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
                    return self.empty_then(State::BlockSequenceEntry);
                }
                self.node_then(State::BlockSequenceEntry, Place::Block)
            }
            TokenKind::BlockEnd => {
                self.pop_state();
                self.advance_over_end();
                Ok(Some(self.finish(token.start, token.end)))
            }
            _ => Err(self.no_item(token)),
        }
    }

    fn no_item(&self, token: Token) -> Fault {
        let (start, end) = self.extent(token);
        self.with_block_start(Fault::syntax(
            start,
            end,
            "expected a list item here; is the indentation right?",
        ))
    }

    /// Takes a token that closes a block; it stands where the next one begins.
    fn advance_over_end(&mut self) {
        self.scanner.advance();
    }

    fn with_block_start(&self, fault: Fault) -> Fault {
        let related = self.open.last().map(|open| {
            let start = open.start as usize;
            let source = self.scanner.source();
            (start, source.trim_blanks(start, source.line_end(start)))
        });
        Fault { related, ..fault }
    }

    fn indentless_sequence_entry(&mut self) -> Step {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::BlockEntry {
            let next = self.after(token)?;
            return match next.kind {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    self.empty_then(State::IndentlessSequenceEntry)
                }
                _ => self.node_then(State::IndentlessSequenceEntry, Place::Block),
            };
        }
        if !matches!(token.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            // The mapping around it cannot go on with this either.
            return Err(self.no_item(token));
        }
        self.pop_state();
        Ok(Some(self.finish(token.start, token.start)))
    }

    fn block_mapping_key(&mut self) -> Step {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => {
                let next = self.after(token)?;
                self.block_entry_part(next, State::BlockMappingValue)
            }
            TokenKind::BlockEnd => {
                self.pop_state();
                self.advance_over_end();
                Ok(Some(self.finish(token.start, token.end)))
            }
            _ => {
                let (start, end) = self.extent(token);
                let message = match token.kind {
                    TokenKind::BlockEntry => "a list item cannot stand between the keys of a mapping",
                    TokenKind::Scalar => "this does not belong to the value before it; is a quote missing?",
                    _ => "expected a key here; is the indentation right?",
                };
                Err(self.with_block_start(Fault::syntax(start, end, message)))
            }
        }
    }

    fn block_mapping_value(&mut self) -> Step {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            let next = self.after(token)?;
            return self.block_entry_part(next, State::BlockMappingKey);
        }
        self.empty_then(State::BlockMappingKey)
    }

    /// The key or value of a block mapping, which may be left out.
    fn block_entry_part(&mut self, token: Token, next: State) -> Step {
        match token.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty_then(next),
            _ => self.node_then(next, Place::BlockEntry),
        }
    }

    fn flow_sequence_entry(&mut self, first: bool) -> Step {
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowSequenceEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return Err(self.no_comma(token, "expected `,` or `]` here"));
                }
                token = self.after(token)?;
            }
            if token.kind == TokenKind::Key {
                let event = self.begin(Collection::FlowMapping, State::FlowPairKey, 0, token);
                self.advance(token);
                return Ok(Some(event));
            }
            if token.kind != TokenKind::FlowSequenceEnd {
                return self.node_then(State::FlowSequenceEntry, Place::Flow);
            }
        }
        self.end_flow(token)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it ends a step")]
    fn end_flow(&mut self, token: Token) -> Step {
        self.pop_state();
        self.advance(token);
        Ok(Some(self.finish(token.start, token.end)))
    }

    fn no_comma(&self, token: Token, message: &'static str) -> Fault {
        let (start, end) = self.extent(token);
        self.in_bracket(Fault::syntax(start, end, message))
    }

    fn flow_pair_key(&mut self) -> Step {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // libyaml drops this token here; whatever follows then fails.
                self.advance(token);
                self.empty_then(State::FlowPairValue)
            }
            _ => self.node_then(State::FlowPairValue, Place::Flow),
        }
    }

    fn flow_pair_value(&mut self) -> Step {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            let next = self.after(token)?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node_then(State::FlowPairEnd, Place::Flow);
            }
        }
        self.empty_then(State::FlowPairEnd)
    }

    fn flow_pair_end(&mut self) -> Step {
        self.scanner.peek()?;
        self.state = State::FlowSequenceEntry;
        Ok(Some(self.finish(self.last_end, self.last_end)))
    }

    fn flow_mapping_key(&mut self, first: bool) -> Step {
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowMappingEnd {
            if !first {
                if token.kind != TokenKind::FlowEntry {
                    return Err(self.no_comma(token, "expected `,` or `}` here"));
                }
                token = self.after(token)?;
            }
            if token.kind == TokenKind::Key {
                let next = self.after(token)?;
                return self.flow_entry_part(next, State::FlowMappingValue);
            }
            if token.kind != TokenKind::FlowMappingEnd {
                return self.node_then(State::FlowMappingEmptyValue, Place::Flow);
            }
        }
        self.end_flow(token)
    }

    fn flow_mapping_value(&mut self) -> Step {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Value {
            let next = self.after(token)?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node_then(State::FlowMappingKey, Place::Flow);
            }
        }
        self.empty_then(State::FlowMappingKey)
    }

    fn flow_entry_part(&mut self, token: Token, next: State) -> Step {
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => self.empty_then(next),
            _ => self.node_then(next, Place::Flow),
        }
    }
}

/// What may stand before a node.
#[derive(Default)]
struct Properties {
    anchor: Option<(u32, u32)>,
    tag: Option<u32>,
}

impl Properties {
    fn any(&self) -> bool {
        self.anchor.is_some() || self.tag.is_some()
    }
}
