//! How the run was made, and what the words mean.

use crate::report::data::{Connections, Machine, Run};
use charts::numbers::{bytes, duration, grouped};
use charts::page::{self, Section};

/// Words that a reader may not know.
const WORDS: [(&str, &str); 7] = [
    (
        "Shoppers at once",
        "People who are in the shop in the same moment: between their first page and their last. Counters on web pages often \
         keep a \
         visit for half an hour after its last page, and so show several times as many.",
    ),
    (
        "99 of 100 pages within",
        "If a hundred people each open a page, ninety-nine have it within this time and one waits longer. It says more than an \
         average, which a few fast pages make look good. Engineers write p99.",
    ),
    (
        "From the wish, from the send",
        "A wait is counted from the instant at which a shopper wanted the page. Counted from when the request was sent, a wait \
         looks shorter when the shop keeps requests from being sent.",
    ),
    (
        "Failed",
        "The connection broke, no answer came in time, or the page was not what it should be. A page that says an error counts \
         too.",
    ),
    (
        "Refused",
        "The shop said in time that it is full, and when to come back. It is no failure: it keeps the shop fast for those \
         inside.",
    ),
    ("Step", "So many shoppers, held for a while. The time in which they come, and the first seconds, are not counted."),
    ("One node", "One running server. Several of them share the crowd of a shop."),
];

/// `2026-11-26 13:07 UTC` from RFC 3339 in UTC; anything else as it is.
pub fn when(began: &str) -> String {
    match began.split_once('T') {
        Some((date, time)) if time.ends_with('Z') && time.is_char_boundary(5) && time.len() > 5 => {
            format!("{date} {} UTC", &time[..5])
        }
        _ => began.to_owned(),
    }
}

/// How the run was made.
pub fn section(run: &Run) -> Section {
    let connections = match run.connections {
        Connections::Pooled => "pooled: requests borrow one of a few connections",
        Connections::Sticky => "sticky: every shopper keeps one open, as a browser does",
    };
    let mut facts = vec![
        ("Shop", run.target.clone()),
        ("Began", when(&run.began)),
        ("Took", duration(run.seconds)),
        ("Plan", run.plan.clone()),
        ("Mix of shoppers", run.mix.clone()),
        (
            "Time at a page",
            if (run.acceleration - 1.0).abs() > 1e-9 {
                format!("divided by {}", run.acceleration)
            } else {
                "as people take".to_owned()
            },
        ),
        ("Seed", format!("{}: the same seed makes the same shoppers", run.seed)),
        ("Connections", connections.to_owned()),
        ("Processes that played shoppers", grouped(u64::from(run.workers))),
    ];
    facts.extend(run.machines.iter().map(|machine| ("Machine that played shoppers", in_words(machine))));
    let body = page::facts(facts);
    Section { id: "facts", title: "How it was tested", body }
}

fn in_words(machine: &Machine) -> String {
    let Machine { processor, cores, memory, system } = machine;
    format!("{processor}, {cores} cores, {}, {system}", bytes(*memory))
}

/// What the words mean.
pub fn words() -> Section {
    Section { id: "words", title: "What the words mean", body: page::words(WORDS) }
}
