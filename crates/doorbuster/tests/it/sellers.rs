//! A seller made on the command line signs in to the desk; a new password ends the old one.

use crate::program::{Engine, Place, Said};
use crate::shopper::{Page, Shopper};
use std::io::Write as _;
use std::process::Stdio;

const INES: &str = "ines@juniper.example";

#[test]
fn a_seller_made_on_the_command_line_signs_in_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn a_seller_made_on_the_command_line_signs_in_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.create_shop("juniper", "127.0.0.1");
    let said = with_password(&place, &["seller", "create", "juniper", INES, "--name", "Ines"], "tall-kettle-42");
    assert_eq!(said.code, Some(0), "{}", said.complaint);
    assert!(!said.output.contains("kettle"), "a given password is not printed: {}", said.output);
    assert!(place.must(&["seller", "list", "juniper"]).contains(INES));

    let server = place.start("serve");
    let mut ines = Shopper::new(&server.address);
    assert_eq!(desk(&mut ines).status, 303, "nobody is signed in yet");
    assert_eq!(sign_in(&mut ines, "tall-kettle-43").status, 422);
    assert_eq!(sign_in(&mut ines, "tall-kettle-42").status, 303);
    let page = desk(&mut ines);
    assert!(page.status == 200 && page.body.contains("Juniper Roasters"), "{page:?}");

    let made = place.must(&["seller", "password", "juniper", INES]);
    let made = made.lines().find_map(|line| line.strip_prefix("Password: ")).expect("a made password is printed");
    assert_eq!(desk(&mut ines).status, 303, "she is signed out everywhere");
    assert_eq!(sign_in(&mut ines, "tall-kettle-42").status, 422, "the old password is of no more use");
    assert_eq!(sign_in(&mut ines, made).status, 303);
    assert_eq!(desk(&mut ines).status, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_password_that_is_too_short_makes_no_seller() {
    let place = Place::new(Engine::Sqlite);
    place.create_shop("juniper", "127.0.0.1");
    let said = with_password(&place, &["seller", "create", "juniper", INES], "short");
    assert_eq!(said.code, Some(2), "{}", said.complaint);
    assert!(!place.must(&["seller", "list", "juniper"]).contains(INES));
}

fn with_password(place: &Place, arguments: &[&str], password: &str) -> Said {
    let mut command = place.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    writeln!(child.stdin.take().expect("its input is piped"), "{password}").expect("it reads the password");
    child.wait_with_output().expect("it ends").into()
}

fn sign_in(shopper: &mut Shopper, password: &str) -> Page {
    shopper.post("/admin/sign-in", &[("email", INES), ("password", password)]).expect("the desk answers")
}

fn desk(shopper: &mut Shopper) -> Page {
    shopper.get("/admin").expect("the desk answers")
}
