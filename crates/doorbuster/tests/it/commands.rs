//! The command line: what a seller's spreadsheet does to a shop, what comes back out, and how a shop is moved and kept.

use crate::program::{Engine, Place, SECRET_KEY};
use crate::shopper::{Bought, Shopper, number_of};

const CLASSIC: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Roast,Status
house-blend,House Blend,<p>Chocolate &amp; plum.</p>,Juniper Roasters,Coffee,\"espresso, filter\",TRUE,\
Size,250 g,HB-250,250,shopify,40,deny,12.50,14.00,Medium,active
house-blend,,,,,,,,1 kg,HB-1000,1000,shopify,7,deny,42.00,,,
dripper,Dripper,\"<p>Ribbed, for one cup.</p>\",Juniper Roasters,Gear,,TRUE,\
Title,Default Title,DR-1,310,,,continue,19.00,,,active
";

const NEW: &str = "\
Title,URL handle,Description,Vendor,Type,Tags,Published on online store,Status,SKU,Option1 name,Option1 value,Price,\
Compare-at price,Inventory tracker,Inventory quantity,Continue selling when out of stock,Weight value (grams),Requires shipping
Night Train,night-train,<p>Dark.</p>,Juniper Roasters,Coffee,filter,TRUE,Active,NT-250,Size,250 g,11.90,,shopify,12,DENY,250,TRUE
,night-train,,,,,,,NT-1000,Size,1 kg,39.00,,shopify,3,DENY,1000,TRUE
";

#[test]
fn spreadsheets_of_both_spellings_come_in_and_go_out_on_sqlite() {
    spreadsheets(Engine::Sqlite);
}

#[test]
fn spreadsheets_of_both_spellings_come_in_and_go_out_on_postgres() {
    spreadsheets(Engine::Postgres);
}

fn spreadsheets(engine: Engine) {
    let place = Place::new(engine);
    place.create_shop("juniper", "127.0.0.1");
    let nothing = export(&place, "juniper", "classic");

    let classic = place.file("classic.csv", CLASSIC);
    let would = place.must(&["import", "--shop", "juniper", "--dry-run", &classic]);
    assert!(would.contains("2 created"), "{would}");
    assert_eq!(export(&place, "juniper", "classic"), nothing, "a dry run changes nothing");
    assert!(place.must(&["import", "--shop", "juniper", &classic]).contains("2 created"));
    let again = place.must(&["import", "--shop", "juniper", &classic]);
    assert!(again.contains("0 created, 0 updated, 2 unchanged"), "{again}");

    let new = place.file("new.csv", NEW);
    assert!(place.must(&["import", "--shop", "juniper", &new]).contains("1 created"));

    let whole = export(&place, "juniper", "classic");
    for kept in ["Chocolate", "\"espresso, filter\"", "HB-1000", "42.00", "NT-1000", "Medium", "Roast"] {
        assert!(whole.contains(kept), "{kept} is in {whole}");
    }
    round_trip(&place, &whole, "classic");
    round_trip(&place, &export(&place, "juniper", "new"), "new");
    place.verify();
}

/// What went out and comes in again, in another shop, goes out the same.
fn round_trip(place: &Place, exported: &str, dialect: &str) {
    let copy = format!("copy-{dialect}");
    place.create_shop(&copy, &format!("{copy}.localhost"));
    let file = place.file(&format!("{dialect}-out.csv"), exported);
    place.must(&["import", "--shop", &copy, &file]);
    assert_eq!(export(place, &copy, dialect), exported);
}

fn export(place: &Place, shop: &str, dialect: &str) -> String {
    place.must(&["export", "--shop", shop, "--dialect", dialect, "-"])
}

#[test]
fn a_file_that_cannot_be_read_changes_nothing_and_says_why() {
    let place = Place::new(Engine::Sqlite);
    place.create_shop("juniper", "127.0.0.1");
    let good = place.file("good.csv", CLASSIC);
    place.must(&["import", "--shop", "juniper", &good]);
    let before = export(&place, "juniper", "classic");
    let changed = CLASSIC.replace("House Blend", "Haus Blend");
    let cases = [
        ("", "empty"),
        ("Name;Preis\nKaffee;12\n", "commas"),
        ("Colour,Weight\nred,12\n", "columns"),
        (&changed.replace(",Title,Body", ",Title,Title,Body"), "the same"),
        (&format!("{changed}\"kettle,Kettle\n"), "quote"),
    ];
    for (text, why) in cases {
        let file = place.file("bad.csv", text);
        let said = place.run(&["import", "--shop", "juniper", &file]);
        assert_eq!(said.code, Some(1), "{why}: {}{}", said.output, said.complaint);
        assert!(said.complaint.contains(why), "{why}: {}", said.complaint);
        assert_eq!(export(&place, "juniper", "classic"), before, "{why}");
    }
    let latin = place.folder.join("latin.csv");
    std::fs::write(&latin, b"Handle,Title\ncafe,Caf\xe9\n").expect("the folder can be written");
    let said = place.run(&["import", "--shop", "juniper", latin.to_str().expect("the path is UTF-8")]);
    assert_eq!(said.code, Some(1));
    assert!(said.complaint.contains("UTF-8"), "{}", said.complaint);
}

#[test]
fn a_product_with_mistakes_is_left_out_and_the_others_come_in() {
    let place = Place::new(Engine::Sqlite);
    place.create_shop("juniper", "127.0.0.1");
    let file = place.file("mixed.csv", &CLASSIC.replace("42.00", "forty-two"));
    let said = place.run(&["import", "--shop", "juniper", &file]);
    assert_eq!(said.code, Some(2), "{}{}", said.output, said.complaint);
    assert!(said.output.contains("1 created") && said.output.contains("1 left out"), "{}", said.output);
    assert!(said.complaint.contains("line 3") && said.complaint.contains("Variant Price"), "{}", said.complaint);
    let exported = export(&place, "juniper", "classic");
    assert!(exported.contains("dripper") && !exported.contains("house-blend"), "{exported}");
}

#[test]
fn an_unknown_shop_or_a_misspelled_option_is_refused() {
    let place = Place::new(Engine::Sqlite);
    let file = place.file("classic.csv", CLASSIC);
    for arguments in [
        &["import", "--shop", "nobody", &file][..],
        &["export", "--shop", "nobody", "-"],
        &["verify", "--shop", "nobody"],
        &["serve", "--lisen", "127.0.0.1:0"],
        &["no-such-command"],
    ] {
        let said = place.run(arguments);
        assert!(said.code.is_some_and(|code| code != 0), "{arguments:?}");
        assert!(!said.complaint.is_empty(), "{arguments:?} says why");
    }
}

#[test]
fn the_help_of_a_command_has_the_settings_of_a_server_only_where_there_is_one() {
    let place = Place::new(Engine::Sqlite);
    for (command, has_them) in [("serve", true), ("config", true), ("verify", false), ("report", false), ("forecast", false)] {
        let help = place.must(&[command, "--help"]);
        assert_eq!(help.contains("--metrics-listen"), has_them, "{help}");
        assert!(help.contains("--database-url"), "{help}");
    }
}

#[test]
fn numbers_that_make_no_sense_are_refused_in_words() {
    let place = Place::new(Engine::Sqlite);
    let plan = place.file("plan.toml", &place.must(&["forecast", "example", "november"]));
    for (line, words) in [
        (&["forecast", &plan, "--seed", "abc"][..], "write a whole number from 0 on"),
        (&["forecast", &plan, "--html", "-", "--json", "-"], "cannot both go to standard output"),
        (&["scale-plan", &plan, "--capacity", "-3"], "Give rates above 0."),
        (&["scale-plan", &plan, "--capacity", "0"], "Give rates above 0."),
    ] {
        let refused = place.run(line);
        assert!(refused.code == Some(2) && refused.complaint.contains(words), "{line:?}: {}", refused.complaint);
    }
}

#[test]
fn whoever_opens_a_shop_that_delivers_nowhere_is_told_so() {
    let place = Place::new(Engine::Sqlite);
    place.must(&["shop", "create", "bags", "--domain", "bags.example"]);
    let said = place.must(&["shop", "open", "bags"]);
    assert!(said.contains("open") && said.contains("delivers nowhere yet") && said.contains("Settings, Shipping"), "{said}");
    assert!(!place.must(&["shop", "close", "bags"]).contains("nowhere"));
}

#[test]
fn settings_are_shown_with_their_origin_and_without_their_secrets() {
    let place = Place::new(Engine::Sqlite);
    let mut command = place.command(&["config"]);
    command.env("DOORBUSTER_SMTP_URL", "smtp://ines:hunter2@mail.example").env("DOORBUSTER_SECRET_KEY", SECRET_KEY);
    let output = command.output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("DOORBUSTER_SMTP_URL") && text.contains("listen = "), "{text}");
    assert!(!text.contains("hunter2") && !text.contains(SECRET_KEY), "{text}");
}

#[test]
fn a_backup_of_a_running_shop_can_be_put_back() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let mut ada = Shopper::new(&server.address);
    let checkout = ada.go_to_checkout("house-blend").expect("the checkout is answered");
    let bought = ada.pay(&checkout, "ada@example.com");
    let copy = place.folder.join("copy.db");
    place.must(&["backup", copy.to_str().expect("the path is UTF-8")]);
    assert_eq!(server.stop(), Some(0));

    let elsewhere = Place::new(Engine::Sqlite);
    elsewhere.must(&["restore", copy.to_str().expect("the path is UTF-8")]);
    elsewhere.verify();
    let server = elsewhere.start("serve");
    let Bought::Receipt { path, number } = bought else { panic!("the shop has plenty and says {bought:?}") };
    let receipt = Shopper::new(&server.address).get(&path).expect("the receipt is answered");
    assert_eq!((receipt.status, number_of(&receipt.body)), (200, Some(number)), "the order came along");
    let mut ben = Shopper::new(&server.address);
    ben.go_to_checkout("house-blend").expect("the checkout is answered");
    assert_eq!(server.stop(), Some(0));
}
