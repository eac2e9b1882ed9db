//! Quillmere's info pages.

use crate::demo::catalog::DemoPage;

/// In the order of the footer.
pub const PAGES: &[DemoPage] = &[
    DemoPage {
        handle: "about",
        title: "About Quillmere",
        seo_description: "A workshop in a boathouse: how Quillmere makes bags in small numbers.",
        markdown: "\
The boathouse had no boats left in it when we came, only hooks, a good roof and light from three sides. We hung leather on the
hooks and put the tables where the hulls had been. That is the whole of our founding story.

## How we work

We cut by hand, one hide at a time, because no two hides have their best part in the same place. We sew with linen thread and
burnish every edge until it shines by itself. A tote takes a day. The woven ones take longer, and nobody minds.

- **Leather** comes from two tanneries that use bark, water and patience.
- **Brass** is solid. It will go dark; polish it, or don't.
- **Colors** are mixed in batches of sixty hides. When a color is gone, the next one is a little different.

## Why there are sales

Four times a year the shelf by the door is full: samples, last pieces, a color that only three people loved. We open the door at
a certain minute, everyone at once, and when the shelf is empty we close it. What costs less then costs less honestly.

*Quillmere is made up. It is the demonstration shop of Doorbuster, and so is its lake.*
",
    },
    DemoPage {
        handle: "shipping",
        title: "Shipping",
        seo_description: "Where Quillmere delivers, how long it takes and what it costs.",
        markdown: "\
Orders placed before noon leave the boathouse the same day, Monday to Friday.

| To | Way | Days | Price |
|---|---|---|---|
| Germany | Standard | 2 to 3 | €4.90, free from €150 |
| Germany | Express | next working day | €12.90 |
| European Union | Standard | 3 to 6 | €9.90, free from €150 |
| European Union | Express | 2 | €18.90 |
| Switzerland, Norway, United Kingdom | Standard | 5 to 8 | €18.90 |
| Elsewhere | Tracked | 7 to 14 | €34.00 |

Prices contain the value added tax of the country we deliver to. Outside the European Union duties may be asked for at the door.

On the days of a sale we pack late into the night. It may then take a day longer; a mail tells you when the parcel is on its
way.
",
    },
    DemoPage {
        handle: "returns",
        title: "Returns",
        seo_description: "Thirty days to change your mind, and how to send a bag back.",
        markdown: "\
You have **thirty days** from the day the parcel arrives. Carry the bag around the house, hold it against your coat, ask a friend.

1. Write to us with the number of your order.
2. Put the bag into its cotton sleeve and the sleeve into the box.
3. Send it back with the label from our mail. Within the European Union that costs you nothing.

We give the money back on the way it came, within five days of the parcel's arrival. Sale pieces can come back too.
",
    },
    DemoPage {
        handle: "care",
        title: "Care & repair",
        seo_description: "How to look after leather, canvas and brass, and what we repair.",
        markdown: "\
## Leather

Less is more. A dry cloth once a week, a little balm in spring and autumn. Rain is no enemy: let it dry by itself, stuffed with
paper, far from the stove.

## Canvas

Brush it. Sponge it with cold water. Never wash it. When drops sink in, it wants new wax; we do that for you.

## Brass

It darkens where you do not touch it and shines where you do. Both are right.

## Repair

Seams, handles, edges, locks: for as long as there is a boathouse. Write to us with a photograph.
",
    },
    DemoPage {
        handle: "contact",
        title: "Contact",
        seo_description: "How to reach the people at Quillmere.",
        markdown: "\
Write to [hello@quillmere.example](mailto:hello@quillmere.example). Ines or Jonas answers, as a rule on the same day.

If it is about an order, put its number into the subject; if it is about a sale, look at the clock on its page first: it is right.
",
    },
];
