//! How a run under way is shown: drawn for people, or told to the program that has started it.

use loadtest::report::data::Progress;
use loadtest::report::terminal::{LiveView, Screen};
use std::io::{Stdout, Write as _, stdout};

/// How to tell how far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ProgressForm {
    /// For people.
    Drawn,
    /// A line for each second, for programs.
    Json,
}

/// Whatever shows a run.
pub enum View {
    /// A terminal, or lines to be read.
    Drawn(Box<LiveView<Stdout>>),
    /// [`Progress`] as a line of JSON.
    Json,
}

impl View {
    /// One that has shown nothing yet.
    pub fn new(form: ProgressForm, screen: Screen) -> Self {
        match form {
            ProgressForm::Drawn => Self::Drawn(Box::new(LiveView::new(stdout(), screen))),
            ProgressForm::Json => Self::Json,
        }
    }

    /// A second is over. Whoever went away is no reason to end a run, so whether it could be shown is not told.
    pub fn second(&mut self, progress: &Progress) {
        match self {
            Self::Drawn(view) => view.second(progress),
            Self::Json => {
                let line = serde_json::to_string(progress).expect("progress is numbers under fixed names");
                let _ = writeln!(stdout(), "{line}");
            }
        }
    }

    /// The run is over.
    pub fn end(&mut self) {
        if let Self::Drawn(view) = self {
            view.end();
        }
    }
}
