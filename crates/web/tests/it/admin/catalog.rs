//! Products, pictures, stock, collections, import and export at the desk.

use super::ines;
use crate::world::{Browser, MORNING, TOTE_SAND, worlds};

/// Sends files as a browser does.
fn upload(browser: &mut Browser, path: &str, field: &str, name: &str, body: &[u8]) -> crate::world::Answer {
    let head = format!(
        "--desk\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n"
    );
    let whole = [head.as_bytes(), body, b"\r\n--desk--\r\n"].concat();
    browser.post_typed(path, "multipart/form-data; boundary=desk", &whole)
}

/// A picture of one color.
fn picture() -> Vec<u8> {
    let mut body = Vec::new();
    let picture = image::RgbImage::from_pixel(700, 500, image::Rgb([120, 80, 40]));
    picture.write_to(&mut std::io::Cursor::new(&mut body), image::ImageFormat::Png).expect("encodes");
    body
}

#[test]
fn what_another_tab_has_saved_meanwhile_is_not_overwritten_unasked() {
    for world in worlds() {
        let mut ines = ines(&world);
        let path = "/admin/products/1";
        let opened = ines.get(path);
        let (id, seen) = (opened.field("variants.0.id"), opened.field("seen"));
        let mut save = |minute, title: &str, seen: &str| {
            world.move_clock_to(MORNING.plus_minutes(minute));
            let variant = [("variants.0.id", id.as_str()), ("variants.0.price", "189")];
            ines.post(path, &[&[("title", title), ("status", "active"), ("seen", seen)][..], &variant].concat())
        };
        save(1, "From the second tab", &seen).location();
        let refused = save(2, "From the first tab", &seen);
        refused.expect(422, &["was changed after you had opened it", "value=\"From the first tab\""]);
        assert_ne!(refused.field("seen"), seen);
        save(3, "From the first tab", &refused.field("seen")).location();
        ines.get(path).expect(200, &["value=\"From the first tab\""]);
    }
}

#[test]
fn a_product_is_made_given_options_shown_and_deleted() {
    for world in worlds() {
        let mut ines = ines(&world);
        let fields = [
            ("title", "Copper Kettle"),
            ("status", "active"),
            ("published_at", "2026-11-01T10:00"),
            ("description_html", "<p>Hot</p><script>alert(1)</script>"),
            ("variants.0.price", "79.00"),
            ("variants.0.taxable", "yes"),
        ];
        let path = ines.post("/admin/products", &fields).location().to_owned();
        let page = ines.get(&path);
        page.expect(200, &["The product is saved.", "Copper Kettle", "value=\"79.00\""]);
        assert!(!page.body.contains("alert(1)"));
        world.browser().get("/products/copper-kettle").expect(200, &["Copper Kettle", "€79.00"]);

        let id = page.field("variants.0.id");
        let with_options = [
            &fields[..],
            &[
                ("handle", "copper-kettle"),
                ("options.0.name", "Size"),
                ("options.0.values", "Small, Large"),
                ("variants.0.id", id.as_str()),
            ],
        ]
        .concat();
        ines.post(&path, &with_options).location();
        let page = ines.get(&path);
        page.expect(200, &["Small", "Large", "variants.1.price"]);
        assert_eq!(page.field("variants.0.id"), id, "the first combination keeps the row, and so its stock");

        ines.get("/admin/products?q=kettle").expect(200, &["Copper Kettle", "1 in all"]);
        ines.get("/admin/products?q=nothing+like+it").expect(200, &["Nothing found"]);
        ines.get(&format!("{path}/delete")).expect(200, &["Delete Copper Kettle?"]);
        ines.post(&format!("{path}/delete"), &[]).location();
        ines.get("/admin/products").expect(200, &["The product is deleted."]);
        assert_eq!(ines.post(&format!("{path}/delete"), &[]).status, 404, "sent twice");
        assert_eq!(world.browser().get("/products/copper-kettle").status, 404);
    }
}

#[test]
fn pictures_are_added_described_and_removed() {
    for world in worlds() {
        let mut ines = ines(&world);
        let path = "/admin/products/1/pictures";
        assert_eq!(upload(&mut ines, path, "pictures", "kettle.png", &picture()).location(), "/admin/products/1");
        assert_eq!(upload(&mut ines, path, "pictures", "again.png", &picture()).location(), "/admin/products/1");
        let page = ines.get("/admin/products/1");
        page.expect(200, &["pictures.0.alt", "/320.jpg"]);
        assert!(!page.body.contains("pictures.1.alt"), "the same picture twice is one picture");
        let source = page.body.split("<img src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
        let shown = world.browser().get(source);
        assert_eq!((shown.status, shown.header("content-type")), (200, "image/jpeg"));
        upload(&mut ines, path, "pictures", "notes.txt", b"<svg onload=alert(1)>")
            .expect(422, &["notes.txt: This is not a JPEG, PNG or WebP picture."]);
        upload(&mut ines, path, "other", "kettle.png", &picture()).expect(422, &["Please choose a file."]);
        let id = page.field("variants.0.id");
        let fields = [
            ("title", "Merino blanket"),
            ("status", "active"),
            ("variants.0.id", id.as_str()),
            ("variants.0.price", "189"),
            ("pictures.0.remove", "yes"),
        ];
        ines.post("/admin/products/1", &fields).location();
        assert!(!ines.get("/admin/products/1").body.contains("pictures.0.alt"));
    }
}

#[test]
fn stock_is_received_and_corrected_once_with_its_reason() {
    for world in worlds() {
        let mut ines = ines(&world);
        let once = ines.get("/admin/inventory/21").field("once");
        for _ in 0..2 {
            ines.post("/admin/inventory/21/receive", &[("once", &once), ("quantity", "7"), ("receipt_note", "Note 12")])
                .location();
        }
        let page = ines.get("/admin/inventory/21");
        page.expect(200, &["Note 12", "+7", "ines@juniper.example"]);
        let item = |world: &crate::world::World| {
            world
                .with(db::stock::load_stock(world.db(), world.juniper, TOTE_SAND))
                .expect("the database answers")
                .expect("known")
                .item
        };
        assert_eq!(item(&world).on_hand, 12, "a form sent twice counts once");
        let from = "/admin/inventory?q=tote&level=&page=1";
        let answer = ines.post("/admin/inventory/21/adjust", &[("from", from), ("delta", "-2"), ("reason", "damaged")]);
        assert_eq!(answer.location(), from);
        assert_eq!(item(&world).on_hand, 10);
        ines.get("/admin/inventory/21").expect(200, &["Damaged"]);
        ines.post("/admin/inventory/21/adjust", &[("from", from), ("delta", "-200"), ("reason", "lost")])
            .expect(422, &["value=\"-200\""]);
        ines.get("/admin/inventory?level=sold_out").expect(200, &["Ink"]);
    }
}

#[test]
fn collections_are_filled_by_hand_and_by_rule() {
    for world in worlds() {
        let mut ines = ines(&world);
        let path =
            ines.post("/admin/collections", &[("title", "Bags"), ("kind", "manual"), ("published", "yes")]).location().to_owned();
        ines.get(&format!("{path}?find=tote")).expect(200, &["Tote “Ria”", "name=\"product\" value=\"2\""]);
        ines.post(&format!("{path}/products"), &[("product", "2"), ("product", "999")]).location();
        world.browser().get("/collections/bags").expect(200, &["Tote “Ria”"]);
        ines.post(
            &path,
            &[("title", "Bags"), ("kind", "manual"), ("published", "yes"), ("products.0.id", "2"), ("products.0.remove", "yes")],
        )
        .location();
        assert!(!world.browser().get("/collections/bags").body.contains("Tote “Ria”"));
        let rule = [
            ("title", "Bags"),
            ("kind", "rule"),
            ("any", "all"),
            ("published", "yes"),
            ("conditions.0.field", "price"),
            ("conditions.0.relation", "greater_than"),
            ("conditions.0.value", "150"),
        ];
        ines.post(&path, &rule).location();
        ines.get(&path).expect(200, &["value=\"150.00\"", "1 products fit now"]);
        ines.post(&format!("{path}/delete"), &[]).location();
        assert_eq!(ines.get(&path).status, 404);
    }
}

#[test]
fn a_file_is_compared_first_and_imported_when_confirmed() {
    for world in worlds() {
        let mut ines = ines(&world);
        let file = b"Handle,Title,Option1 Name,Option1 Value,Variant Price,Status,Published\n\
            moka-pot,Moka Pot,Title,Default Title,34.50,active,true\n";
        let page = upload(&mut ines, "/admin/imports", "file", "catalog.csv", file);
        page.expect(200, &["Moka Pot", "catalog.csv", "Import 1 products"]);
        assert_eq!(world.browser().get("/products/moka-pot").status, 404, "comparing changes nothing");
        let action = page.body.split("action=\"/admin/imports/").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
        let confirm = format!("/admin/imports/{action}");
        assert_eq!(ines.post(&confirm, &[]).location(), "/admin/products");
        ines.get("/admin/products").expect(200, &["1 products added", "Moka Pot"]);
        assert_eq!(ines.post(&confirm, &[]).location(), "/admin/imports", "sent twice");
        world.browser().get("/products/moka-pot").expect(200, &["€34.50"]);
        upload(&mut ines, "/admin/imports", "file", "x.csv", b"\x00\xff nothing").expect(422, &["Import and export"]);

        let products = ines.get("/admin/imports/products.csv");
        products.expect(200, &["moka-pot", "Merino blanket"]);
        assert!(products.header("content-disposition").contains("products.csv"));
        ines.get("/admin/imports/inventory.csv").expect(200, &["Tote", "SKU-21"]);
        ines.get("/admin/imports/orders.csv").expect(200, &["Number,Placed at"]);
    }
}

#[test]
fn variants_are_added_and_removed_one_at_a_time_and_have_their_pictures() {
    for world in worlds() {
        let mut ines = ines(&world);
        let path = "/admin/products/2";
        upload(&mut ines, "/admin/products/2/pictures", "pictures", "tote.png", &picture()).location();
        let fields = [
            ("title", "Tote “Ria”"),
            ("handle", "tote"),
            ("status", "active"),
            ("published_at", "2026-11-01T10:00"),
            ("options.0.name", "Color"),
            ("variants.0.id", "21"),
            ("variants.0.price", "129"),
            ("variants.0.stock_tracked", "yes"),
            ("variants.1.id", "22"),
            ("variants.1.price", "129"),
            ("variants.1.stock_tracked", "yes"),
        ];
        let two = ("options.0.values", "Sand, Ink");
        let added = [("add.0", "Moss"), ("add.price", "139"), ("variants.1.picture", "0")];
        ines.post(path, &[&fields[..], &[two], &added].concat()).location();
        let page = ines.get(path);
        page.expect(200, &["Sand, Ink, Moss", "value=\"139.00\"", "<option value=\"0\" selected>"]);
        assert_eq!((page.field("variants.0.id"), page.field("variants.1.id")), ("21".into(), "22".into()));
        ines.post(path, &[&fields[..], &[two], &[("add.0", "Ink")]].concat()).expect(422, &["these values already"]);
        let three = ("options.0.values", "Sand, Ink, Moss");
        ines.post(path, &[&fields[..], &[three, ("variants.1.remove", "yes")]].concat()).location();
        let page = ines.get(path);
        page.expect(200, &["Sand, Ink, Moss"]);
        assert!(!page.body.contains("value=\"22\""), "Ink is gone and stays gone");
        ines.post(path, &[&fields[..], &[three]].concat()).location();
        assert!(!ines.get(path).body.contains("variants.2.id"), "saving does not bring it back");
    }
}

#[test]
fn what_is_not_counted_is_called_so() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin/products?q=voucher").expect(200, &["not counted"]);
        ines.get("/admin/inventory?q=voucher").expect(200, &["not counted"]);
        ines.get("/admin/inventory/41").expect(200, &["not counted"]);
        assert!(!ines.get("/admin/products?q=board").body.contains("not counted"));
    }
}

#[test]
fn a_collection_has_a_picture_of_the_shop_and_of_no_other() {
    for world in worlds() {
        let mut ines = ines(&world);
        upload(&mut ines, "/admin/products/1/pictures", "pictures", "home.png", &picture()).location();
        let page = ines.get("/admin/collections/1");
        let id = page.body.split("<option value=\"").find(|part| part.contains("home.png")).expect("it is offered");
        let id = id.split('"').next().expect("a value").to_owned();
        let fields = [("title", "For the home"), ("handle", "home"), ("kind", "manual"), ("published", "yes")];
        ines.post("/admin/collections/1", &[&fields[..], &[("picture", id.as_str())]].concat()).location();
        ines.get("/admin/collections/1").expect(200, &[&format!("<option value=\"{id}\" selected>")]);
        ines.post("/admin/collections/1", &[&fields[..], &[("picture", "12345")]].concat()).expect(422, &["one of the pictures"]);
    }
}

#[test]
fn long_lists_are_chosen_from_and_changed_page_by_page() {
    for world in worlds() {
        let mut ines = ines(&world);
        let long_ago = crate::world::MORNING.plus_minutes(-600);
        for number in 100..160_i64 {
            let variant = commerce::catalog::Variant::new(commerce::VariantId(number), 1_000);
            let (handle, title) = (format!("cup-{number}"), format!("Cup {number}"));
            let id = commerce::ProductId(number);
            let cup = commerce::catalog::Product::new(id, &handle, &title, vec![variant], long_ago);
            world.with(db::catalog::save_product(world.db(), world.juniper, &cup, long_ago)).expect("saved").expect("fine");
        }
        world.reload();
        let rows = |page: &crate::world::Answer, field: &str| page.body.matches(&format!("name=\"{field}\"")).count();
        for (editor, field, add) in
            [("/admin/collections/1", "product", "products"), ("/admin/flash-sales/1", "variant", "items")]
        {
            assert_eq!(rows(&ines.get(editor), field), 0, "nothing is listed before it is asked for");
            let first = ines.get(&format!("{editor}?find=cup"));
            first.expect(200, &["1–50 of 60", &format!("{editor}?find=cup&amp;found=2#find")]);
            assert_eq!(rows(&first, field), 50);
            let second = ines.get(&format!("{editor}?find=cup&found=2"));
            assert_eq!(rows(&second, field), 10);
            let all: Vec<String> = (100..160).map(|number| number.to_string()).collect();
            let mut fields: Vec<(&str, &str)> = all.iter().map(|id| (field, id.as_str())).collect();
            fields.extend([("find", "cup"), ("found", "2")]);
            let answer = ines.post(&format!("{editor}/{add}"), &fields);
            assert_eq!(answer.location(), format!("{editor}?find=cup&found=2#find"));
            let chosen = ines.get(&format!("{editor}?find=cup&found=2"));
            chosen.expect(200, &["already in", &format!("{editor}?page=2&amp;find=cup&amp;found=2")]);
            assert_eq!(rows(&chosen, field), 0);
        }
        // The sixty cups stand after the two pieces from before; the last is taken to the front, the rest stays as it was.
        let fields = [
            ("title", "For the home"),
            ("handle", "home"),
            ("kind", "manual"),
            ("published", "yes"),
            ("page", "2"),
            ("products.0.id", "159"),
            ("products.0.position", "1"),
        ];
        assert_eq!(ines.post("/admin/collections/1", &fields).location(), "/admin/collections/1?page=2");
        let collections = world.with(db::catalog::load_collections(world.db(), world.juniper)).expect("the database answers");
        let commerce::catalog::CollectionKind::Manual { products } = &collections[0].kind else { panic!("by hand") };
        assert_eq!((products.len(), products[0].0, products[1].0, products[61].0), (62, 1, 159, 158));
        // A share off is taken from every item, also from those on other pages.
        let fields = [
            ("name", "Winter Clearance"),
            ("handle", "winter"),
            ("opens_at", "2026-11-27T11:00"),
            ("closes_at", "2026-11-27T12:00"),
            ("before_opening", "not_for_sale"),
            ("percent_off", "50"),
        ];
        ines.post("/admin/flash-sales/1", &fields).location();
        let sale = world.with(db::flash_sales::load_flash_sale(world.db(), world.juniper, commerce::FlashSaleId(1)));
        let sale = sale.expect("the database answers").expect("known");
        assert_eq!(sale.items.len(), 61);
        assert!(sale.items.iter().skip(1).all(|item| item.price_minor == 500));
        assert_eq!(sale.items[0].price_minor, 9_450);
    }
}
