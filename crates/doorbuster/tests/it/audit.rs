//! What is asked of every page that a browser shows: nothing in the way of a screen reader, nothing that jumps while it loads,
//! no picture that is missing, nothing wider than the screen.

use crate::webdriver::Browser;
use serde_json::{Value, json};
use std::path::Path;

/// The most that a page may shift while it loads, by the web's own measure; above this is no longer called good.
const LAYOUT_SHIFT_MAX: f64 = 0.1;

/// Looks at the page that is open and ends the test with everything that is wrong with it.
pub fn check(browser: &Browser) {
    let page = browser.url();
    let broken = browser.execute_async(LOAD_PICTURES);
    assert_eq!(broken, json!([]), "pictures that do not load on {page}");
    let shift = browser.execute_async(LAYOUT_SHIFT).as_f64().expect("a shift is a number");
    assert!(shift < LAYOUT_SHIFT_MAX, "{page} shifts by {shift} while it loads");
    let wide = browser.execute("return document.documentElement.scrollWidth > innerWidth", &json!([]));
    assert_eq!(wide, Value::Bool(false), "{page} is wider than its window");
    browser.execute(&axe(), &json!([]));
    let violations = browser.execute_async(VIOLATIONS);
    assert_eq!(violations, json!([]), "accessibility of {page}");
}

/// The page checker, as `cargo xtask test` fetched it.
fn axe() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(file).expect("axe-core is fetched by `cargo xtask test`")
}

/// Brings each picture into view, so that those that wait for that are loaded, and names those that cannot be.
pub const LOAD_PICTURES: &str = "
    const broken = [];
    for (const picture of document.images) {
        picture.scrollIntoView({ behavior: 'instant' });
        const isHidden = picture.getClientRects().length === 0;
        if (!isHidden) await picture.decode().catch(() => broken.push(picture.currentSrc || picture.src));
    }
    scrollTo({ top: 0, behavior: 'instant' });
    return broken;";

/// The sum of every shift since the page began to load, those after a click or a key excepted.
const LAYOUT_SHIFT: &str = "
    return await new Promise(resolve => {
        let sum = 0;
        const add = entries => entries.forEach(entry => { if (!entry.hadRecentInput) sum += entry.value; });
        const observer = new PerformanceObserver(list => add(list.getEntries()));
        observer.observe({ type: 'layout-shift', buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => { add(observer.takeRecords()); resolve(sum); }));
    });";

/// What axe-core calls serious or critical, with the places.
const VIOLATIONS: &str = "
    const found = await axe.run(document, { resultTypes: ['violations'] });
    const grave = found.violations.filter(violation => ['serious', 'critical'].includes(violation.impact));
    return grave.map(violation => violation.id + ': ' + violation.nodes.map(node => node.html.slice(0, 160)).slice(0, 5).join(' | '));";
