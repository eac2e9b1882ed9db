//! Charts with ranges: what is drawn, and what the table says.

use super::*;
use crate::well_formed::problem;

fn chart(points: u32) -> Chart {
    let at = |x: u32| f64::from(x);
    Chart {
        id: "range",
        title: "Orders <b>".to_owned(),
        about: "What may be.".to_owned(),
        height: Height::Low,
        x: Axis::time("Time", at(points), |value: f64| format!("{value:.0} s")),
        y: Axis::from_zero("Orders", |value: f64| format!("{value:.0}"), |value: f64| format!("{value:.1}")),
        bands: Vec::new(),
        bounds: Vec::new(),
        marks: Vec::new(),
        ranges: vec![Range {
            name: "Nine times in ten".to_owned(),
            ends: ["From".to_owned(), "To".to_owned()],
            tone: Tone::First,
            points: (0..points).map(|x| (at(x), [at(x), 3.0 * at(x)])).collect(),
        }],
        series: vec![Series {
            name: "Planned".to_owned(),
            label: String::new(),
            shape: Shape::Line,
            tone: Tone::First,
            points: (1..points).map(|x| (at(x), Some(2.0 * at(x)))).collect(),
        }],
    }
}

#[test]
fn a_range_is_an_area_and_where_values_are_few_a_line_at_each() {
    let many = chart(100).figure();
    assert_eq!((many.matches("class=\"range first\"").count(), many.matches("class=\"whisker").count()), (2, 0));
    let few = chart(3).figure();
    assert_eq!((few.matches("class=\"range first\"").count(), few.matches("class=\"whisker first\"").count()), (0, 2 * 3));
    assert_eq!((problem(&many), problem(&few)), (None, None));
    assert!(many.contains("<li class=\"key-range first\">Nine times in ten</li>"), "{many}");
}

#[test]
fn a_ranges_ends_are_in_the_table_and_on_the_axis() {
    let figure = chart(100).figure();
    assert!(
        figure.contains("<th scope=\"col\" class=\"number\">From</th><th scope=\"col\" class=\"number\">To</th>"),
        "{figure}"
    );
    let cells = |cells: [&str; 3]| cells.map(|cell| format!("<td class=\"number\">{cell}</td>")).concat();
    assert!(figure.contains(&format!("7 s</th>{}", cells(["14.0", "7.0", "21.0"]))), "{figure}");
    assert!(figure.contains(&format!("0 s</th>{}", cells(["–", "0.0", "0.0"]))), "where only the range is known");
    // The upper end is 297, so the axis goes to 300.
    assert!(figure.contains(">300</text>"), "{figure}");
}
