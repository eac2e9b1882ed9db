//! The page.

use crate::sample::{Made, run, run_of};
use charts::numbers::{grouped, latency, percent, rate};
use charts::terminal::Ink;
use charts::well_formed::problem;
use loadtest::report::against::compare;
use loadtest::report::data::{Audit, Failure, Kind, Outcome, Run, Verdict};
use loadtest::report::terminal::{Reports, summary};
use loadtest::report::{html, json};

/// Something that would be a tag, an attribute's end, an entity, or the end of a script, if it were let.
const HOSTILE: &str = "</title></script><script>alert(1)</script>\"' onload=x &lt; \u{0}\u{1b}[2J";

/// Runs that end in every way, and runs with little in them.
fn runs() -> Vec<(&'static str, Run)> {
    let with = |change: fn(&mut Run)| {
        let mut run = run();
        change(&mut run);
        run
    };
    vec![
        ("missed", run()),
        (
            "passed",
            with(|run| {
                run.steps.truncate(5);
                run.outcome = Outcome::Passed;
                run.capacity.as_mut().expect("the sample has one").is_limit = false;
            }),
        ),
        (
            "saturated",
            with(|run| {
                run.steps.retain(|step| step.verdict != Verdict::Missed);
                run.outcome = Outcome::GeneratorSaturated;
            }),
        ),
        (
            "broken",
            with(|run| {
                run.outcome = Outcome::BooksDoNotBalance;
                let findings = vec!["Order 1017 is on two receipts.".to_owned()];
                run.audit = Some(Audit { receipts: 12, doubled: 1, books_hold: Some(false), findings, ..Audit::default() });
            }),
        ),
        (
            "nothing held",
            with(|run| {
                run.steps.retain(|step| step.verdict == Verdict::Missed);
                run.capacity = None;
            }),
        ),
        (
            "empty",
            with(|run| {
                run.steps.clear();
                run.series.clear();
                run.failures.clear();
                (run.capacity, run.audit) = (None, None);
                run.outcome = Outcome::EndedByHand;
                run.interrupted = Some("Ctrl-C".into());
            }),
        ),
        (
            "one second",
            with(|run| {
                run.steps.truncate(1);
                run.series.truncate(1);
                run.steps[0].verdict = Verdict::Unfinished;
            }),
        ),
    ]
}

fn hostile() -> Run {
    let mut run = run();
    let machine = &mut run.machines[0];
    for text in [&mut run.target, &mut run.plan, &mut run.mix, &mut run.began, &mut machine.processor, &mut machine.system] {
        *text = HOSTILE.to_owned();
    }
    run.interrupted = Some(HOSTILE.to_owned());
    run.failures = vec![Failure { kind: Kind::Home, what: HOSTILE.to_owned(), count: 1 }];
    run.steps[0].reasons = vec![HOSTILE.to_owned()];
    let audit = run.audit.as_mut().expect("the sample has one");
    (audit.by, audit.findings) = (HOSTILE.to_owned(), vec![HOSTILE.to_owned()]);
    run
}

#[test]
fn every_page_is_well_formed_however_the_run_ended() {
    for (name, run) in runs() {
        assert_eq!(problem(&html::page(&run, None)), None, "{name}");
        let comparison = compare(&run_of(Made { slowness: 1.4, seed: 7 }), &run);
        assert_eq!(problem(&html::page(&run, Some(&comparison))), None, "{name}, compared");
    }
}

#[test]
fn no_page_shows_what_is_no_number() {
    for (name, run) in runs() {
        let page = html::page(&run, Some(&compare(&run, &run)));
        for word in ["NaN", "inf ", "-inf", "infinity"] {
            assert!(!page.contains(word), "{name} shows {word}");
        }
    }
}

#[test]
fn a_page_loads_nothing() {
    let page = html::page(&run(), None);
    for fetch in
        [" src=", "href=\"http", "url(http", "@import", "<link", "<img", "<iframe", "fetch(", "XMLHttpRequest", "import("]
    {
        assert!(!page.contains(fetch), "{fetch}");
    }
    assert!(page.contains("default-src 'none'"), "and says so to the browser");
}

#[test]
fn what_a_shop_says_stays_text() {
    let run = hostile();
    let plain = html::page(&crate::sample::run(), None);
    let page = html::page(&run, Some(&compare(&crate::sample::run(), &run)));
    assert_eq!(problem(&page), None);
    assert_eq!(page.matches("<script>").count(), plain.matches("<script>").count());
    assert!(!page.contains("alert(1)</script>"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=x &amp;lt;"));
}

#[test]
fn the_numbers_of_the_page_are_those_of_the_data() {
    let run: Run = serde_json::from_str(&json::text(&run())).unwrap();
    let page = html::page(&run, None);
    for step in &run.steps {
        let (counts, response) = (step.counts, step.response);
        let cells = [
            grouped(step.shoppers_reached),
            grouped(step.sockets),
            rate(counts.requests as f64 / counts.seconds),
            latency(response.p50_ms),
            latency(response.p95_ms),
            latency(response.p99_ms),
            latency(response.p999_ms),
            percent(counts.errors as f64 / counts.requests as f64),
            grouped(counts.refused),
            grouped(counts.orders),
            grouped(counts.sold_out),
        ];
        let cells: String = cells.iter().map(|cell| format!("<td class=\"number\">{cell}</td>")).collect();
        let row = format!("<td class=\"verdict\">{}</td>{cells}</tr>", step.verdict.words());
        assert!(page.contains(&row), "{} shoppers: {row}", step.shoppers);
        for kind in &step.kinds {
            let requests = grouped(kind.requests);
            let row = format!("<th scope=\"row\">{}</th><td class=\"number\">{requests}</td>", kind.kind.name());
            assert!(page.contains(&row), "{row}");
        }
    }
    for failure in &run.failures {
        assert!(page.contains(&format!("<td class=\"number\">{}</td><td>{}</td>", grouped(failure.count), failure.what)));
    }
}

#[test]
fn the_first_sentence_says_what_happened() {
    let first = |run: &Run| {
        let page = html::page(run, None);
        page.split_once("<h1>").unwrap().1.split_once("</h1>").unwrap().0.to_owned()
    };
    let expected = [
        ("missed", "Your shop held 20,000 shoppers at once. At 50,000, 1 page in 20 took 1.31 s or longer"),
        ("passed", "Your shop held 20,000 shoppers at once. That was all that was tried: it may hold more."),
        ("saturated", "Your shop held 20,000 shoppers at once. Above that the load test itself was the limit"),
        ("broken", "The shop’s books do not agree with what its customers saw. Order 1017 is on two receipts."),
        ("nothing held", "No number of shoppers was held. At 50,000, 1 page in 20 took 1.31 s or longer"),
        ("empty", "No number of shoppers was held. The test was ended before it was through."),
    ];
    for ((name, run), (expected_name, sentence)) in runs().iter().zip(expected) {
        assert_eq!(*name, expected_name);
        let first = first(run);
        assert!(first.starts_with(sentence), "{name}: {first}");
    }
}

#[test]
fn shoppers_that_are_faster_than_people_are_told_as_such() {
    let says = "looked at each page 10 times as briefly as people do";
    let mut run = run();
    assert!(!html::page(&run, None).contains(says));
    run.acceleration = 10.0;
    assert!(html::page(&run, None).contains(says));
    assert!(summary(&run, None, Reports::default(), Ink::Plain).contains(says));
}

#[test]
fn every_picture_has_a_name_and_its_numbers_as_a_table() {
    let page = html::page(&run(), None);
    let figures: Vec<&str> = page.split("<figure ").skip(1).map(|rest| rest.split("</figure>").next().unwrap()).collect();
    assert_eq!(figures.len(), 10);
    for figure in figures {
        assert_eq!(figure.matches("<svg ").count(), 2, "one for a wide page and one for a phone");
        assert_eq!(figure.matches("<title ").count(), 2);
        assert_eq!(figure.matches("role=\"img\" aria-labelledby=").count(), 2);
        assert_eq!(figure.matches("<details><summary>").count(), 1);
        assert!(figure.matches("<tr data-place=").count() >= 6, "{figure}");
    }
}

/// Leaves the page where a person can open it: `target/tmp/loadtest-report.html`.
#[test]
fn a_page_takes_the_place_of_the_one_before() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("loadtest-report.html");
    let run = run();
    let comparison = compare(&run_of(Made { slowness: 1.35, seed: 7 }), &run);
    std::fs::write(&path, "what was there before").unwrap();
    html::write(&path, &run, Some(&comparison)).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), html::page(&run, Some(&comparison)));
}
