//! Values against the schemas of a chart and its subcharts.

use seatrial_source::Span;

use crate::chart::Branch;
use crate::errors::{ErrorKind, Misfit, RenderError};
use crate::template::trace::Origin;
use crate::template::{Map, OriginId, Trace, Value};
use crate::values::schema::{Library, Schema};

/// What the schemas refuse, in one error, as Helm tells it.
pub(crate) fn check(
    chart: &Branch<'_>,
    values: &Map,
    library: Library,
    trace: &Trace,
) -> Option<RenderError> {
    let mut checking = Checking { trace, library, text: String::new(), misfits: Vec::new() };
    checking.chart(chart, &Value::from(values.clone()));
    if checking.text.is_empty() {
        return None;
    }
    let message = format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{}",
        checking.text
    );
    let places = checking.misfits.iter().filter_map(|misfit| misfit.span).collect();
    Some(RenderError { places, misfits: checking.misfits, ..RenderError::new(ErrorKind::Schema, message) })
}

struct Checking<'a> {
    trace: &'a Trace,
    library: Library,
    text: String,
    misfits: Vec<Misfit>,
}

impl Checking<'_> {
    fn chart(&mut self, chart: &Branch<'_>, values: &Value) {
        if let Some(schema) = &chart.chart.schema {
            self.schema(chart.name(), &schema.content.text(), values);
        }
        let Some(map) = values.as_map() else { return };
        for child in &chart.dependencies {
            let Some(below) = map.get(child.name()).filter(|below| !below.is_nil()) else { continue };
            if below.as_map().is_some() {
                self.chart(child, &below);
                continue;
            }
            let reason = format!("invalid type for values: expected object (map), got {}", below.type_name());
            self.say(child.name(), &format!("{reason}\n"));
            let span = self.place(below.origin);
            self.misfits.push(Misfit {
                chart: child.name().to_owned(),
                path: Vec::new(),
                message: reason,
                span,
            });
        }
    }

    fn say(&mut self, chart: &str, text: &str) {
        self.text.push_str(chart);
        self.text.push_str(":\n");
        self.text.push_str(text);
    }

    fn schema(&mut self, chart: &str, schema: &str, values: &Value) {
        let schema = match Schema::parse(schema, self.library) {
            Ok(schema) => schema,
            Err(reason) => {
                self.say(chart, &reason);
                let chart = chart.to_owned();
                self.misfits.push(Misfit { chart, path: Vec::new(), message: reason, span: None });
                return;
            }
        };
        let Err(failure) = schema.validate(values) else { return };
        self.say(chart, &failure.text);
        for leaf in failure.violations.iter().flat_map(|violation| violation.leaves()) {
            let span = self.nearest(values, &leaf.path);
            self.misfits.push(Misfit {
                chart: chart.to_owned(),
                path: leaf.path.clone(),
                message: leaf.message.clone(),
                span,
            });
        }
    }

    /// Where the value at the end of a path is written, or the deepest one on
    /// the way that is written anywhere.
    fn nearest(&self, values: &Value, path: &[String]) -> Option<Span> {
        let mut at = values.clone();
        let mut place = self.place(at.origin);
        for step in path {
            let next = match (at.as_map(), at.as_list()) {
                (Some(map), _) => map.get(step),
                (_, Some(items)) => step.parse().ok().and_then(|index: usize| items.get(index).cloned()),
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
            place = self.place(at.origin).or(place);
        }
        place
    }

    fn place(&self, origin: OriginId) -> Option<Span> {
        match self.trace.origin(origin) {
            Some(Origin::Value(span)) => Some(*span),
            _ => None,
        }
    }
}
