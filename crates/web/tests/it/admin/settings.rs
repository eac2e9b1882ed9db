//! Settings at the desk, and what shoppers see of them.

use super::{hire, ines, signed_in};
use crate::world::worlds;
use db::sellers::SellerRole;

#[test]
fn every_page_of_the_settings_saves_what_it_shows() {
    for world in worlds() {
        let mut ines = ines(&world);
        assert_eq!(ines.get("/admin/settings").location(), "/admin/settings/general");
        let general = [
            ("name", "Juniper & Sons"),
            ("time_zone", "Europe/Paris"),
            ("open", "yes"),
            ("email", "hello@juniper.example"),
            ("postal_address", "Lindenstr. 1"),
        ];
        ines.post("/admin/settings/general", &general).location();
        ines.get("/admin/settings/general").expect(200, &["Saved.", "Juniper &amp; Sons", "Europe/Paris"]);
        world.browser().get("/").expect(200, &["Juniper &amp; Sons"]);

        let look = [
            ("accent_color", "#1F5F3D"),
            ("background_color", "#fffdf8"),
            ("text_color", "#1f1d1a"),
            ("sale_color", "#b3261e"),
            ("type_pairing", "modern"),
            ("corner_radius", "6"),
            ("hero_title", "Roasted on Mondays"),
            ("header_links", "Bags = /collections/home\nBlog = https://example.org"),
        ];
        ines.post("/admin/settings/branding", &look).location();
        ines.get("/admin/settings/branding")
            .expect(200, &["value=\"#1f5f3d\"", "Roasted on Mondays", "Blog = https://example.org"]);
        ines.get("/admin/settings/branding.css").expect(200, &["--brand-accent:#1f5f3d"]);
        world.browser().get("/").expect(200, &["https://example.org", "Bags"]);

        let shipping = [
            ("zones.0.name", "Germany"),
            ("zones.0.countries", "de"),
            ("zones.0.methods.0.name", "Post"),
            ("zones.0.methods.0.price", "3.90"),
            ("zones.0.methods.1.name", "Post"),
            ("zones.0.methods.1.price", "0"),
            ("zones.0.methods.1.total_min", "40"),
        ];
        ines.post("/admin/settings/shipping", &shipping).location();
        let shop = world.with(db::shops::load_shop(world.db(), world.juniper)).expect("the database answers").expect("the shop");
        let keys: Vec<_> = shop.shipping.zones[0].methods.iter().map(|method| method.key.as_str()).collect();
        assert_eq!((keys, shop.shipping.zones[0].countries[0].as_str()), (vec!["germany-post", "germany-post-2"], "DE"));

        let tax = [
            ("prices_include_tax", "no"),
            ("rates.0.name", "VAT"),
            ("rates.0.countries", "DE, AT"),
            ("rates.0.rate", "8.25"),
            ("rates.0.taxes_shipping", "yes"),
        ];
        ines.post("/admin/settings/tax", &tax).location();
        ines.get("/admin/settings/tax").expect(200, &["value=\"8.25\"", "DE, AT"]);
        let checkout =
            [("reservation_minutes", "15"), ("cart_lines_max", "9"), ("quantity_per_line_max", "4"), ("low_stock_from", "3")];
        ines.post("/admin/settings/checkout", &checkout).location();
        ines.get("/admin/settings/checkout").expect(200, &["value=\"15\""]);
    }
}

#[test]
fn domains_are_added_and_never_taken_from_another_shop() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.post("/admin/settings/domains", &[("domains", "juniper.localhost\nquillmere.localhost")])
            .expect(422, &["already belongs"]);
        ines.post("/admin/settings/domains", &[("domains", "www.juniper.example\njuniper.localhost")]).location();
        ines.get("/admin/settings/domains").expect(200, &["www.juniper.example\njuniper.localhost"]);
        world.browser_at("www.juniper.example").get("/").expect(200, &["Juniper Roasters"]);
        world.browser_at("quillmere.localhost").get("/").expect(200, &["Quillmere"]);
    }
}

#[test]
fn a_template_is_checked_before_it_is_saved_and_can_be_taken_back() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin/settings/theme").expect(200, &["As it came"]);
        let names = web::theme::template_names();
        let path = names
            .iter()
            .find(|name| name.contains("footer"))
            .or_else(|| names.iter().find(|name| name.starts_with("parts/")))
            .expect("parts");
        let address = format!("/admin/settings/theme/edit?path={path}");
        ines.get(&address).expect(200, &["Template"]);
        ines.post("/admin/settings/theme/edit", &[("path", path), ("body", "{% if %}")]).expect(422, &["Nothing was saved yet"]);
        assert_eq!(ines.post("/admin/settings/theme/edit", &[("path", "../secret"), ("body", "x")]).status, 404);
        assert_eq!(ines.get("/admin/settings/theme/edit?path=nothing.html").status, 404);
        let source = web::theme::default_template(path).expect("it came with the shop");
        ines.post("/admin/settings/theme/edit", &[("path", path), ("body", &format!("{source}<!-- ours -->"))]).location();
        ines.get("/admin/settings/theme").expect(200, &["Changed"]);
        ines.post("/admin/settings/theme/reset", &[("path", path)]).location();
        assert!(!ines.get("/admin/settings/theme").body.contains("Changed"));
    }
}

#[test]
fn staff_are_let_in_and_removed_but_the_last_owner_stays() {
    for world in worlds() {
        let mut ines = ines(&world);
        let fields = [("email", "Ben@Juniper.example"), ("role", "staff"), ("password", super::PASSWORD)];
        ines.post("/admin/settings/staff", &fields).location();
        ines.post("/admin/settings/staff", &fields).expect(422, &["ben@juniper.example"]);
        let mut ben = signed_in(&world, "juniper.localhost", "ben@juniper.example");
        let sellers = world.with(db::sellers::list_sellers(world.db(), world.juniper)).expect("the database answers");
        let id = |email: &str| sellers.iter().find(|seller| seller.email == email).expect("known").id;
        ines.post(&format!("/admin/settings/staff/{}/delete", id("ben@juniper.example")), &[]).location();
        assert_eq!(ben.get("/admin").status, 303, "removed sellers are signed out at once");
        ines.post(&format!("/admin/settings/staff/{}/delete", id("ines@juniper.example")), &[])
            .expect(422, &["Nothing was saved"]);
        hire(&world, "quillmere.localhost", "quentin@quillmere.example", SellerRole::Owner);
        signed_in(&world, "quillmere.localhost", "quentin@quillmere.example");
    }
}
