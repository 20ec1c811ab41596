//! Where in an object a rule stands, built on the way down.

use std::fmt;

use seatrial_yaml::{FieldPath, PathStep};

/// A way into an object, printed as the server's `field.Path` prints it.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    above: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Key(&'a str),
    Index(usize),
    UnsaidField(&'a str),
    UnsaidIndex(usize),
}

impl<'a> Path<'a> {
    /// The object itself; the server prints `<nil>`.
    pub const ROOT: Path<'static> = Path { above: None, step: Step::Root };

    /// Whether it is the object itself.
    pub fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }

    /// A field at the top of an object.
    pub fn new(field: &'a str) -> Self {
        Self { above: None, step: Step::Field(field) }
    }

    /// A field of the structure here.
    pub fn child<'b>(&'b self, field: &'b str) -> Path<'b> {
        Path { above: Some(self), step: Step::Field(field) }
    }

    /// An item of the list here.
    pub fn index(&self, index: usize) -> Path<'_> {
        Path { above: Some(self), step: Step::Index(index) }
    }

    /// An item that the server leaves out where it names what is in it.
    pub fn unsaid_index(&self, index: usize) -> Path<'_> {
        Path { above: Some(self), step: Step::UnsaidIndex(index) }
    }

    /// A field that the server leaves out where it names what is in it.
    pub fn unsaid_child<'b>(&'b self, field: &'b str) -> Path<'b> {
        Path { above: Some(self), step: Step::UnsaidField(field) }
    }

    /// A key of the map here.
    pub fn key<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path { above: Some(self), step: Step::Key(key) }
    }

    /// The steps as a path that outlives the walk.
    pub fn to_field_path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(path) = here {
            match path.step {
                Step::Root => {}
                Step::Field(name) | Step::Key(name) | Step::UnsaidField(name) => {
                    steps.push(PathStep::Key(name.into()));
                }
                Step::Index(index) | Step::UnsaidIndex(index) => steps.push(PathStep::Index(index as u32)),
            }
            here = path.above;
        }
        steps.reverse();
        steps.into()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = match self.above {
            Some(above) if !matches!(above.step, Step::Root) => {
                above.fmt(out)?;
                true
            }
            _ => false,
        };
        match self.step {
            Step::Root => out.write_str("<nil>"),
            Step::UnsaidField(_) | Step::UnsaidIndex(_) => Ok(()),
            Step::Field(name) if below => write!(out, ".{name}"),
            Step::Field(name) => out.write_str(name),
            Step::Key(key) => write!(out, "[{key}]"),
            Step::Index(index) => write!(out, "[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_print_as_the_server_prints_them() {
        let spec = Path::new("spec");
        let containers = spec.child("containers");
        assert_eq!(containers.index(0).child("name").to_string(), "spec.containers[0].name");
        assert_eq!(Path::new("metadata").child("labels").key("a/b").to_string(), "metadata.labels[a/b]");
        assert_eq!(Path::ROOT.to_string(), "<nil>");
        assert_eq!(Path::ROOT.child("a").to_string(), "a");
        let unsaid = containers.unsaid_index(2);
        assert_eq!(unsaid.child("name").to_string(), "spec.containers.name");
        assert_eq!(unsaid.child("name").to_field_path().to_string(), "spec.containers[2].name");
        assert_eq!(containers.index(3).to_field_path().to_string(), "spec.containers[3]");
    }
}
