//! The audit over HTTP finds what a shop does wrong, and nothing where it does nothing wrong.

use crate::fake_shop::{FakeShop, Faults, Stall};
use crate::one_buyer::OneBuyer;
use loadtest::audit::{AuditError, Entry, OverHttp, Receipts, left_in, over_http};
use loadtest::report::data::Audit;
use loadtest::way::Way;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[expect(clippy::disallowed_methods, reason = "sockets are driven in real time")]
fn now() -> Instant {
    Instant::now()
}

/// A file of receipts in a folder of its own, which goes with it.
struct Kept(PathBuf);

impl Kept {
    fn with(name: &str, entries: &[Entry]) -> Self {
        let folder = std::env::temp_dir().join(format!("doorbuster-audit-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let kept = Self(folder.join("receipts.jsonl"));
        let mut receipts = Receipts::create(&kept.0).expect("the file can be made");
        entries.iter().for_each(|entry| receipts.add(entry).expect("the disk has room"));
        receipts.flush().expect("the disk has room");
        kept
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        std::fs::remove_dir_all(self.0.parent().expect("it lies in a folder")).ok();
    }
}

fn way_to(shop: &FakeShop) -> OverHttp {
    OverHttp { way: Way::plain(shop.address, shop.host()), pages_per_s: 10_000, connections: 4, pages_max: None, clock: now }
}

/// Ten units, and twelve buyers of one each, who have seen what is left before; then the audit.
fn day(name: &str, faults: Faults) -> (Vec<Entry>, Audit) {
    let shop = FakeShop::open(10, faults);
    let left = left_in(&OneBuyer::enters(&shop, "ines").get("/now.json").page, 0);
    let mut entries: Vec<Entry> = left.into_iter().map(Entry::Left).collect();
    assert_eq!(entries.len(), 1, "the shop says what is left");
    entries.extend((1..=12).map(|number| OneBuyer::enters(&shop, &format!("buyer-{number}")).buys(1, number)));
    let kept = Kept::with(name, &entries);
    let audit = over_http(&way_to(&shop), std::slice::from_ref(&kept.0)).expect("the shop can be audited");
    (entries, audit)
}

#[test]
fn nothing_is_found_at_a_shop_that_does_nothing_wrong() {
    let (entries, audit) = day("right", Faults::default());
    let sold_out = entries.iter().filter(|entry| matches!(entry, Entry::SoldOut(_))).count();
    assert_eq!(sold_out, 2, "there were ten units for twelve buyers");
    assert_eq!(audit, Audit { by: "over HTTP".into(), receipts: 10, ..Audit::default() });
}

#[test]
fn a_lost_order_is_missing() {
    let (_, audit) = day("lost", Faults { loses_one_order_in: 4, ..Faults::default() });
    assert_eq!(
        audit,
        Audit { missing: 2, findings: audit.findings.clone(), by: "over HTTP".into(), receipts: 10, ..Audit::default() }
    );
    for order in [1_004, 1_008] {
        let words =
            format!("A buyer has a receipt of order {order}, but its page is not there: ask the shop's books for this order.");
        assert!(audit.findings.contains(&words), "{:?}", audit.findings);
    }
}

#[test]
fn an_order_of_two_buyers_is_doubled() {
    let (_, audit) = day("doubled", Faults { doubles_one_order_in: 5, ..Faults::default() });
    assert_eq!((audit.doubled, audit.missing, audit.oversold), (2, 0, 0), "{:?}", audit.findings);
    assert!(audit.findings[0].starts_with("Order 1004 is on the receipts of two buyers"), "{:?}", audit.findings);
}

#[test]
fn a_total_that_changes_is_told_with_both_numbers() {
    let (_, audit) = day("total", Faults { changes_one_total_in: 10, ..Faults::default() });
    assert_eq!((audit.wrong_total, audit.missing), (1, 0), "{:?}", audit.findings);
    assert_eq!(audit.findings, ["The receipt of order 1010 says 48.00 EUR, its page says 49.00 EUR now."]);
}

#[test]
fn a_unit_that_was_not_there_is_oversold() {
    let (_, audit) = day("oversold", Faults { oversells: 1, ..Faults::default() });
    assert_eq!((audit.receipts, audit.oversold, audit.missing), (11, 1, 0), "{:?}", audit.findings);
    assert!(audit.findings[0].starts_with("11 units of variant 17 are on receipts, and 10 were left"), "{:?}", audit.findings);
}

/// 200 on a broken page is no receipt. Buyers would stumble over such pages themselves, so the shop breaks after they bought.
#[test]
fn a_page_that_says_200_and_shows_an_error_is_no_receipt() {
    let audit = after_three_buyers("broken", Faults { breaks_pages_after: 9, ..Faults::default() });
    assert_eq!((audit.receipts, audit.missing), (3, 3), "nine pages were read before: {:?}", audit.findings);
    assert!(audit.findings[0].contains("but its page shows no order"), "{:?}", audit.findings);
}

#[test]
fn a_page_that_breaks_once_is_asked_for_again_and_no_order_is_missing() {
    let audit = after_three_buyers("broken-once", Faults { breaks_one_page_in: 10, ..Faults::default() });
    assert_eq!((audit.receipts, audit.missing), (3, 0), "{:?}", audit.findings);
}

fn after_three_buyers(name: &str, faults: Faults) -> Audit {
    let shop = FakeShop::open(10, faults);
    let entries: Vec<Entry> = (1..=3).map(|number| OneBuyer::enters(&shop, "ada").buys(1, number)).collect();
    let kept = Kept::with(name, &entries);
    over_http(&way_to(&shop), std::slice::from_ref(&kept.0)).expect("the shop can be audited")
}

#[test]
fn a_shop_that_stalls_is_waited_for() {
    let stalls = Some(Stall { after_requests: 20, lasts: Duration::from_millis(50) });
    let (_, audit) = day("stalls", Faults { stalls, ..Faults::default() });
    assert_eq!(audit, Audit { by: "over HTTP".into(), receipts: 10, ..Audit::default() });
}

#[test]
fn a_bound_reads_pages_spread_over_all_receipts() {
    let shop = FakeShop::open(10, Faults { loses_one_order_in: 4, ..Faults::default() });
    let entries: Vec<Entry> = (1..=10).map(|number| OneBuyer::enters(&shop, "ada").buys(1, number)).collect();
    let kept = Kept::with("bound", &entries);
    // Orders 1001, 1004, 1007 and 1010 are read, and the fourth of them all is lost.
    let bounded = OverHttp { pages_max: Some(4), ..way_to(&shop) };
    let audit = over_http(&bounded, std::slice::from_ref(&kept.0)).expect("the shop can be audited");
    assert_eq!((audit.by.as_str(), audit.receipts, audit.missing), ("over HTTP, the page of one receipt in 3", 10, 1));
}

#[test]
fn a_shop_that_is_not_there_is_told_as_such() {
    let shop = FakeShop::open(1, Faults::default());
    let entries = vec![OneBuyer::enters(&shop, "ada").buys(1, 1)];
    let kept = Kept::with("away", &entries);
    let way = way_to(&shop);
    drop(shop);
    let error = over_http(&way, std::slice::from_ref(&kept.0)).expect_err("nobody is there");
    assert!(matches!(error, AuditError::Away { .. }), "{error}");
    assert!(error.to_string().contains("start it, and audit the same receipts again"), "{error}");
    let missing = over_http(&way, &[kept.0.with_file_name("other.jsonl")]).expect_err("there is no such file");
    assert!(matches!(missing, AuditError::Receipts(_)), "{missing}");
}
