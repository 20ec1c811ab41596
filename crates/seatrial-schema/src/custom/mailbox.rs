//! Mail addresses as Go's `net/mail` reads a single one (`ParseAddress`, Go 1.26).

/// Whether a text is one address, with or without a name.
pub(super) fn is_address(text: &str) -> bool {
    let mut rest = Rest(text);
    address(&mut rest, true) == Some(1) && rest.skip_comments() && rest.0.is_empty()
}

/// What is still to be read.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn skip_space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn takes(&mut self, letter: char) -> bool {
        self.0.strip_prefix(letter).map(|rest| self.0 = rest).is_some()
    }

    /// Takes one letter that is meant.
    fn next_of(&mut self, is_meant: impl Fn(char) -> bool) -> Option<char> {
        let letter = self.0.chars().next().filter(|it| is_meant(*it))?;
        self.0 = &self.0[letter.len_utf8()..];
        Some(letter)
    }

    /// Space and comments; false where a comment is not closed.
    fn skip_comments(&mut self) -> bool {
        self.skip_space();
        while self.takes('(') {
            if !self.comment() {
                return false;
            }
            self.skip_space();
        }
        true
    }

    fn comment(&mut self) -> bool {
        let mut depth = 1_usize;
        let mut letters = self.0.char_indices();
        while depth > 0 {
            match letters.next().map(|(_, letter)| letter) {
                Some('\\') => drop(letters.next()),
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                Some(_) => {}
                None => return false,
            }
        }
        self.0 = letters.as_str();
        true
    }

    /// Letters that need no quotes.
    fn atom(&mut self, is_permissive: bool) -> Option<()> {
        let end = self.0.find(|it| !is_atom(it)).unwrap_or(self.0.len());
        let atom = &self.0[..end];
        let dots = atom.starts_with('.') || atom.ends_with('.') || atom.contains("..");
        if atom.is_empty() || !is_permissive && dots {
            return None;
        }
        self.0 = &self.0[end..];
        Some(())
    }

    /// A text in quotes, and whether it holds anything.
    fn quoted(&mut self) -> Option<bool> {
        let mut inside = Self(self.0.strip_prefix('"')?);
        let mut holds = false;
        while !inside.takes('"') {
            if inside.next_of(is_seen_or_space)? == '\\' {
                inside.next_of(is_seen_or_space)?;
            }
            holds = true;
        }
        *self = inside;
        Some(holds)
    }

    /// `local@domain`; nothing is taken where it is none.
    fn spec(&mut self) -> Option<()> {
        let mut rest = *self;
        rest.skip_space();
        if rest.0.starts_with('"') {
            rest.quoted()?.then_some(())?;
        } else {
            rest.atom(false)?;
        }
        rest.takes('@').then_some(())?;
        rest.skip_space();
        if rest.takes('[') {
            let (literal, behind) = rest.0.split_once(']')?;
            literal.parse::<std::net::IpAddr>().ok()?;
            rest.0 = behind;
        } else {
            rest.atom(false)?;
        }
        *self = rest;
        Some(())
    }

    /// The words of a name, as many as can be read.
    fn phrase(&mut self) -> Option<()> {
        let mut words = 0;
        loop {
            if words > 0 && !self.skip_comments() {
                return None;
            }
            self.skip_space();
            let word = match self.0 {
                "" => None,
                quoted if quoted.starts_with('"') => self.quoted().map(drop),
                _ => self.atom(true),
            };
            if word.is_none() {
                return (words > 0).then_some(());
            }
            words += 1;
        }
    }
}

fn is_seen_or_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '!'..='~') || !letter.is_ascii()
}

fn is_atom(letter: char) -> bool {
    is_seen_or_space(letter) && !" \t()<>[]:;@\\,\"".contains(letter)
}

/// How many addresses one entry holds: a group may hold several.
fn address(rest: &mut Rest<'_>, may_be_group: bool) -> Option<usize> {
    rest.skip_space();
    if rest.spec().is_some() {
        rest.skip_space();
        return (!rest.takes('(') || rest.comment()).then_some(1);
    }
    if !rest.0.starts_with('<') {
        rest.phrase()?;
    }
    rest.skip_space();
    if may_be_group && rest.takes(':') {
        return group(rest);
    }
    rest.takes('<').then_some(())?;
    rest.spec()?;
    rest.takes('>').then_some(1)
}

fn group(rest: &mut Rest<'_>) -> Option<usize> {
    rest.skip_space();
    if rest.takes(';') {
        return Some(0);
    }
    let mut count = 0;
    loop {
        count += address(rest, false)?;
        rest.skip_comments().then_some(())?;
        if rest.takes(';') {
            return Some(count);
        }
        rest.takes(',').then_some(())?;
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_are_read_as_go_reads_them() {
        for fine in [
            "a@b",
            "a+b@c.d",
            "\"a b\"@c.d",
            "a@[1.2.3.4]",
            "a@ b",
            "A B <a@b>",
            "\"A\" (b) <a@b> (c)",
            "a@b (c)",
            "<a@b>",
            "g: a@b;",
            "ä@b",
        ] {
            assert!(is_address(fine), "{fine}");
        }
        for wrong in [
            "",
            "a",
            "@b",
            "a@",
            "a@b..c",
            "a.@b",
            ".a@b",
            "a@b.",
            "a b@c",
            "a@b, c@d",
            "a@[b]",
            "a@[1.2.3.4",
            "<a@b",
            "a@b (c",
            "g:;",
            "g: a@b, c@d;",
            "\"\"@b",
            "\"a@b",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
