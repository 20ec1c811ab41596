//! Suite `helm`: what `helm template` prints, against `seatrial_helm`.

mod arguments;
mod ours;

use crate::rendered::Renderer;
use crate::{Options, Report, Suite};

pub(crate) const SUITE: Suite =
    Suite { name: "helm", own_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/goldens/helm"), run };

fn run(options: &Options) -> anyhow::Result<Report> {
    Renderer { suite: SUITE.name, command: "template", answer: ours::answer }.run(options)
}
