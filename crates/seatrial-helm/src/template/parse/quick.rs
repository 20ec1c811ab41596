//! Actions that are written plainly, read byte by byte without tokens: fields,
//! variables, constants, calls of functions with such arguments, brackets around
//! them. That is nearly all of a chart. Whatever else there is, and all that may
//! be wrong, is left to the parser, which begins again where the action begins.

use super::{End, Item, MAX_DEPTH, Parser};
use crate::template::ast::{
    Command, Declared, Lengths, Literals, Node, Operand, OperandKind, Pipe, Run, add,
};
use crate::template::lex::{Kind, Token, is_space, is_word};
use crate::template::number::number;

/// How deep brackets are followed.
const DEPTH_MAX: u32 = 20;

/// Where an action ends: the place of its `}}`, and whether that trims.
#[derive(Clone, Copy)]
struct Delim {
    at: usize,
    is_trimmed: bool,
}

/// How much there was before an action that was not plain after all.
struct Mark {
    literals: Literals,
    variables: usize,
    stacks: [usize; 3],
    lengths: Lengths,
}

impl Parser<'_, '_> {
    /// Whether no token was read ahead.
    pub(super) fn may_be_quick(&self) -> bool {
        self.is_quick && self.scope.peeked == 0
    }

    /// A whole action, of which the left delimiter was read.
    pub(super) fn quick_action(&mut self) -> Option<Item> {
        let at = self.after_blanks(self.lexer.position());
        let rest = &self.text.as_bytes()[at..];
        for (word, end) in [("end", End::End), ("else", End::Else)] {
            if rest.starts_with(word.as_bytes())
                && let Some(delim) = self.delim(at + word.len())
            {
                self.leave(delim);
                return Some(Item::End(end));
            }
        }
        self.quick_pipeline().map(|pipe| Item::Node(Node::Action(pipe)))
    }

    /// The pipeline that is next, up to the right delimiter.
    pub(super) fn quick_pipeline(&mut self) -> Option<Pipe> {
        let mark = self.mark();
        let begin = self.after_blanks(self.lexer.position());
        let first = self.bench.declared.len();
        let (mut is_assign, mut at) = (false, begin);
        if let Some((variable, sign, behind)) = self.declaration(begin) {
            let name = &self.text[begin..variable];
            let number = self.names.number(name);
            self.scope.variables.push(number);
            let (start, end) = (begin as u32, variable as u32);
            self.bench.declared.push(Declared { variable: number, start, end });
            is_assign = sign;
            at = self.after_blanks(behind);
        }
        let declared = Run::of(&mut self.bench.tree.declared, &mut self.bench.declared, first);
        let read =
            self.commands(at, 0).and_then(|(commands, end, at)| Some((commands, end, self.delim(at)?)));
        let Some((commands, end, delim)) = read else {
            self.reset(&mark);
            return None;
        };
        self.leave(delim);
        Some(Pipe { at: begin as u32, end, is_assign, declared, commands })
    }

    /// `$x :=` or `$x =`: where the name ends, whether it is the latter, and what
    /// stands behind.
    fn declaration(&self, begin: usize) -> Option<(usize, bool, usize)> {
        let bytes = self.text.as_bytes();
        (bytes.get(begin) == Some(&b'$')).then_some(())?;
        let end = self.after_word(begin + 1);
        let sign = self.after_blanks(end);
        match bytes[sign..] {
            // Go wants a blank, or one of few letters, behind a name.
            [b':', b'=', ..] => Some((end, false, sign + 2)),
            [b'=', ..] if sign > end => Some((end, true, sign + 1)),
            _ => None,
        }
    }

    /// Commands with bars between them: the commands, where the last one ends,
    /// and the place behind it.
    fn commands(&mut self, mut at: usize, depth: u32) -> Option<(Run, u32, usize)> {
        let first = self.bench.commands.len();
        loop {
            let (command, behind) = self.plain_command(at, depth)?;
            let head = self.bench.tree.args(&command)[0].kind;
            if self.bench.commands.len() > first && is_constant(head) {
                return None;
            }
            let end = command.end;
            self.bench.commands.push(command);
            let next = self.after_blanks(behind);
            if self.text.as_bytes().get(next) != Some(&b'|') {
                let commands = Run::of(&mut self.bench.tree.commands, &mut self.bench.commands, first);
                return Some((commands, end, behind));
            }
            at = self.after_blanks(next + 1);
        }
    }

    fn plain_command(&mut self, begin: usize, depth: u32) -> Option<(Command, usize)> {
        let first = self.bench.operands.len();
        let mut at = begin;
        loop {
            let operand = self.plain_operand(at, depth)?;
            let end = operand.end;
            self.bench.operands.push(operand);
            let next = self.after_blanks(end as usize);
            let has_more = next > end as usize && !self.ends_command(next);
            if !has_more {
                let args = Run::of(&mut self.bench.tree.operands, &mut self.bench.operands, first);
                return Some((Command { at: begin as u32, end, args }, end as usize));
            }
            at = next;
        }
    }

    fn ends_command(&self, at: usize) -> bool {
        matches!(
            self.text.as_bytes()[at..],
            [] | [b'|' | b')', ..] | [b'}', b'}', ..] | [b'-', b'}', b'}', ..]
        )
    }

    fn plain_operand(&mut self, start: usize, depth: u32) -> Option<Operand> {
        let bytes = self.text.as_bytes();
        let (kind, end) = match *bytes.get(start)? {
            b'.' => return self.plain_fields(start, start, OperandKind::Field),
            b'$' => {
                let end = self.after_word(start + 1);
                let variable = self.names.number(&self.text[start..end]);
                self.scope.variables.contains(&variable).then_some(())?;
                let kind = OperandKind::Variable(variable);
                if bytes.get(end) == Some(&b'.') {
                    return self.plain_fields(start, end, kind);
                }
                (kind, end)
            }
            b'"' => {
                let length = bytes[start + 1..].iter().position(|it| matches!(it, b'"' | b'\\' | b'\n'))?;
                let end = start + 1 + length;
                (bytes[end] == b'"').then_some(())?;
                (OperandKind::String(self.string_literal()), end + 1)
            }
            b'`' => {
                let length = memchr::memchr(b'`', &bytes[start + 1..])?;
                (OperandKind::String(self.string_literal()), start + length + 2)
            }
            b'0'..=b'9' => {
                let end = self.after_word(start);
                bytes[start..end].iter().all(u8::is_ascii_digit).then_some(())?;
                let number = number(&self.text[start..end], Kind::Number).ok()?;
                (OperandKind::Number(add(&mut self.bench.tree.numbers, number)), end)
            }
            b'(' => return self.plain_brackets(start, depth),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let end = self.after_word(start);
                (self.plain_name(&self.text[start..end])?, end)
            }
            _ => return None,
        };
        self.is_end_of_operand(end).then_some(())?;
        let (at, end) = (start as u32, end as u32);
        Some(Operand { at, start: at, end, kind })
    }

    fn plain_name(&self, name: &str) -> Option<OperandKind> {
        match name {
            "block" | "break" | "continue" | "define" | "else" | "end" | "if" | "nil" | "range"
            | "template" | "with" => None,
            "true" | "false" => Some(OperandKind::Bool(name == "true")),
            _ => self.functions.find(name).map(OperandKind::Function),
        }
    }

    /// `.a.b`, behind a variable or not; the fields begin at `fields`.
    fn plain_fields(&self, start: usize, fields: usize, kind: OperandKind) -> Option<Operand> {
        let bytes = self.text.as_bytes();
        let (mut end, mut count, mut second) = (fields, 0, fields);
        while bytes.get(end) == Some(&b'.') {
            let after = self.after_word(end + 1);
            if after == end + 1 || bytes[end + 1].is_ascii_digit() {
                // A dot alone is no field.
                let is_dot = after == end + 1 && start == end && self.is_end_of_operand(after);
                let (at, end) = (start as u32, after as u32);
                return is_dot.then_some(Operand { at, start: at, end, kind: OperandKind::Dot });
            }
            if count == 1 {
                second = end;
            }
            count += 1;
            end = after;
        }
        self.is_end_of_operand(end).then_some(())?;
        // Go names the first field behind the term; of fields alone the first is the term.
        let at = if start < fields || count == 1 { fields } else { second };
        Some(Operand { at: at as u32, start: start as u32, end: end as u32, kind })
    }

    fn plain_brackets(&mut self, start: usize, depth: u32) -> Option<Operand> {
        (depth < DEPTH_MAX && self.depth + depth < MAX_DEPTH).then_some(())?;
        let begin = self.after_blanks(start + 1);
        let declared = Run::of(&mut self.bench.tree.declared, &mut Vec::new(), 0);
        let (commands, end, behind) = self.commands(begin, depth + 1)?;
        let close = self.after_blanks(behind);
        (self.text.as_bytes().get(close) == Some(&b')')).then_some(())?;
        let at = begin as u32;
        let pipe = Pipe { at, end, is_assign: false, declared, commands };
        let kind = OperandKind::Pipe(add(&mut self.bench.tree.pipes, pipe));
        self.is_end_of_operand(close + 1).then_some(())?;
        Some(Operand { at, start: start as u32, end: close as u32 + 1, kind })
    }

    /// Whether an operand may end before this byte.
    fn is_end_of_operand(&self, at: usize) -> bool {
        matches!(
            self.text.as_bytes()[at..],
            [b' ' | b'\t' | b'\r' | b'\n' | b'|' | b')', ..] | [b'}', b'}', ..]
        )
    }

    /// The right delimiter that is next, behind blanks.
    fn delim(&self, at: usize) -> Option<Delim> {
        let end = self.after_blanks(at);
        match self.text.as_bytes()[end..] {
            [b'}', b'}', ..] => Some(Delim { at: end, is_trimmed: false }),
            [b'-', b'}', b'}', ..] if end > at => Some(Delim { at: end + 1, is_trimmed: true }),
            _ => None,
        }
    }

    /// Goes on behind the action.
    fn leave(&mut self, delim: Delim) {
        let (start, end) = (delim.at as u32, delim.at as u32 + 2);
        self.scope.tokens[0] = Token { kind: Kind::RightDelim, start, end };
        self.lexer.leave(delim.at + 2, delim.is_trimmed);
    }

    fn after_blanks(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        at + rest.iter().position(|it| !is_space(*it)).unwrap_or(rest.len())
    }

    /// The end of letters, digits and underscores of one byte.
    fn after_word(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        at + rest.iter().position(|it| !is_word(*it)).unwrap_or(rest.len())
    }

    fn mark(&self) -> Mark {
        let bench = &self.bench;
        Mark {
            literals: self.literals,
            variables: self.scope.variables.len(),
            stacks: [bench.commands.len(), bench.operands.len(), bench.declared.len()],
            lengths: bench.tree.lengths(),
        }
    }

    fn reset(&mut self, mark: &Mark) {
        self.literals = mark.literals;
        self.scope.variables.truncate(mark.variables);
        self.bench.commands.truncate(mark.stacks[0]);
        self.bench.operands.truncate(mark.stacks[1]);
        self.bench.declared.truncate(mark.stacks[2]);
        self.bench.tree.truncate(mark.lengths);
    }
}

fn is_constant(kind: OperandKind) -> bool {
    matches!(
        kind,
        OperandKind::Bool(_)
            | OperandKind::Dot
            | OperandKind::Nil
            | OperandKind::Number(_)
            | OperandKind::String(_)
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Workbench, read};
    use crate::HelmVersion;
    use crate::functions;
    use crate::template::set::{Functions, Home};

    /// What a text gives with tokens only and without, as far as it can be told.
    fn both(text: &str) -> [String; 2] {
        let functions = Functions::new(HelmVersion::V4_3.switches().go, functions::of(HelmVersion::V4_3));
        let nodes = |is_quick| {
            let bench = &mut Workbench::default();
            format!("{:?}", read("t".into(), text, &functions, Home::None, bench, is_quick))
        };
        [nodes(false), nodes(true)]
    }

    #[test]
    fn plain_actions_are_read_as_the_parser_reads_them() {
        for text in [
            "a{{- .Values.a.b -}} b {{ $ }}{{$.Values}}{{ . }}",
            "{{ $x := .a }}{{ $x = 1 }}{{$x.b.c}}{{ $y }}",
            "{{ include \"a\" . | nindent 4 }}{{ printf `%s` (list 1 2 | join \",\") }}",
            "{{ if and .a (not $.b) }}x{{ else if .c }}y{{ else }}z{{ end }}",
            "{{ range $k, $v := .a }}{{ break }}{{ end }}{{ with $x := .a }}{{ $x }}{{ end }}{{ $x }}",
            "{{ .a | }}",
            "{{ .a | 1 }}",
            "{{ (.a).b }}{{ (dict).c }}",
            "{{ .a.5 }}",
            "{{ .5 }}{{ -1 }}{{ 0x1f }}{{ 08 }}",
            "{{ \"a\\n\" }}{{ \"a\nb\" }}",
            "{{.a-}}",
            "{{ nope }}",
            "{{ end }}",
            "{{ define \"a\" }}{{ .a }}{{ end }}{{ define \"a\" }}b{{ end }}",
            "{{ ( .a }}",
            "{{ .a ) }}",
            "{{ true }}{{ nil }}{{ . | nil }}",
            "{{ .é }}{{ $é := 1 }}",
        ] {
            let [tokens, quick] = both(text);
            assert_eq!(tokens, quick, "{text}");
        }
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "{{",
            "{{- ",
            "}}",
            " -}}",
            " }}",
            " ",
            "\n",
            ".",
            ".a",
            ".b.c",
            "$",
            "$x",
            "$x.a",
            " := ",
            "=",
            " = ",
            "|",
            " | ",
            "(",
            ")",
            "1",
            "12",
            "\"s\"",
            "`r`",
            "\"\\n\"",
            "quote",
            "include",
            "if ",
            "else",
            "end",
            "range ",
            "with ",
            "define \"d\"",
            "template \"d\"",
            "block \"d\" .",
            "nil",
            "true",
            ",",
            "/* c */",
            "text",
            "-",
            "-1",
            "{{ if .a }}",
            "{{ end }}",
            "{{ $x := 1 }}",
            "{{ .a }}",
            "{{- else }}",
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn any_text_gives_the_same_either_way(pieces in prop::collection::vec(piece(), 1..16)) {
            let [tokens, quick] = both(&pieces.concat());
            prop_assert_eq!(tokens, quick);
        }
    }
}
