//! Juniper's info pages.

use crate::demo::catalog::DemoPage;

/// In the order of the footer.
pub const PAGES: &[DemoPage] = &[
    DemoPage {
        handle: "about",
        title: "Our story",
        seo_description: "One drum roaster beside a disused railway siding.",
        markdown: "\
The siding behind the house has not seen a train for forty years. The juniper that grows between the rails gave us the name, the
signal box gave us a roof, and a twelve-kilo drum from a closed bakery gave us something to do on Tuesdays.

## What we look for

Coffees that taste of one thing clearly. We buy seven at a time and drink each of them for a month before it gets a label.

*Juniper Roasters is made up. It is the second demonstration shop of Doorbuster.*
",
    },
    DemoPage {
        handle: "shipping",
        title: "Shipping",
        seo_description: "When Juniper roasts and sends, and what it costs.",
        markdown: "\
We roast on Tuesday and send on Wednesday.

- Germany: €3.90, free from €40
- European Union: €7.90, free from €40
- Elsewhere: from €16.80

A bag of 250 g fits through a letterbox. A kettle does not.
",
    },
    DemoPage {
        handle: "returns",
        title: "Returns",
        seo_description: "What can come back to Juniper, and how.",
        markdown: "\
Gear can come back within thirty days. Coffee we would rather replace: if a bag is not to your taste, write to us and say why; we
send another one and take your remark to the cupping table.
",
    },
    DemoPage {
        handle: "contact",
        title: "Contact",
        seo_description: "How to reach Juniper Roasters.",
        markdown: "\
Write to [counter@juniper.example](mailto:counter@juniper.example). On Tuesdays we answer late: the drum is loud.
",
    },
];
