//! A flash sale from its announcement to its end.

use crate::world::{BLANKET, MORNING, worlds};

#[test]
fn a_sale_opens_and_closes_by_itself() {
    for world in worlds() {
        let mut ada = world.browser();
        let variant = BLANKET.to_string();
        let fields = [("variant", variant.as_str()), ("quantity", "1")];

        ada.get("/products/blanket")
            .expect(200, &["€189.00", "€99.00 in the sale", "Opens <time", "Friday, 27 November, 11:00 CET</time>", "disabled"]);
        ada.get("/now.json").expect(200, &["\"winter\":\"upcoming\""]);
        ada.post("/cart/add", &fields).expect(409, &["Opens Fri 27 Nov, 11:00."]);

        world.move_clock_to(MORNING.plus_minutes(60));
        ada.get("/").expect(200, &["Winter Clearance", "Ends in", "up to −47%", "Shop the sale"]);
        ada.get("/sales/winter").expect(200, &["€99.00", "Friday, 27 November, 12:00 CET"]);
        ada.get("/products/blanket")
            .expect(200, &["€99.00", "€189.00", "Only 4 left", "At most 2 per customer", "priceValidUntil"]);
        assert_eq!(ada.post("/cart/add", &fields).location(), "/cart");
        ada.get("/cart").expect(200, &["€99.00", "Go to checkout"]);

        world.move_clock_to(MORNING.plus_minutes(120));
        ada.get("/sales/winter").expect(200, &["What was in it", "Closed"]);
        ada.get("/").expect(200, &["The sale is over."]);
        ada.get("/cart").expect(200, &["The price of Merino blanket is now €189.00."]);
    }
}
