//! What each page of the desk shows: one struct per template. Amounts are minor units and times are instants; the templates write
//! them in the shop's currency and zone. Samples of all of them are in `samples`, for the tests that render every page.

mod books;
mod catalog;
mod home;
mod load_test;
mod orders;
mod rehearsal;
mod sale_plan;
mod selling;
mod settings;
mod traffic;

#[cfg(test)]
mod samples;

pub use books::*;
pub use catalog::*;
pub use home::*;
pub use load_test::*;
pub use orders::*;
pub use rehearsal::*;
pub use sale_plan::*;
pub use selling::*;
pub use settings::*;
pub use traffic::*;

/// Ties a view to its template and to the entry of the navigation that is lit.
macro_rules! view {
    ($($view:ty => $template:literal in $section:literal),+ $(,)?) => {$(
        impl crate::admin::templates::View for $view {
            const TEMPLATE: &'static str = $template;
            const SECTION: &'static str = $section;
        }
    )+};
}

view! {
    SignIn => "sign_in/show.html" in "",
    Confirm => "confirm.html" in "",
    Problem => "problem.html" in "",
    Dashboard => "dashboard/show.html" in "home",
    Books => "books/show.html" in "books",
    Traffic => "traffic/show.html" in "traffic",
    LoadTestShow => "load_test/show.html" in "load_test",
    SalePlan => "flash_sales/plan.html" in "flash_sales",
    SaleLesson => "flash_sales/lesson.html" in "flash_sales",
    RehearsalAsk => "rehearsal/ask.html" in "flash_sales",
    ProductList => "products/list.html" in "products",
    ProductEdit => "products/edit.html" in "products",
    InventoryList => "inventory/list.html" in "inventory",
    InventoryShow => "inventory/show.html" in "inventory",
    CollectionList => "collections/list.html" in "collections",
    CollectionEdit => "collections/edit.html" in "collections",
    ImportStart => "imports/start.html" in "imports",
    ImportReview => "imports/review.html" in "imports",
    OrderList => "orders/list.html" in "orders",
    OrderShow => "orders/show.html" in "orders",
    OrderFulfill => "orders/fulfill.html" in "orders",
    OrderCancel => "orders/cancel.html" in "orders",
    OrderRefund => "orders/refund.html" in "orders",
    SaleList => "flash_sales/list.html" in "flash_sales",
    SaleEdit => "flash_sales/edit.html" in "flash_sales",
    CouponList => "coupons/list.html" in "coupons",
    CouponEdit => "coupons/edit.html" in "coupons",
    PageList => "pages/list.html" in "pages",
    PageEdit => "pages/edit.html" in "pages",
    MailList => "mail/list.html" in "mail",
    MailShow => "mail/show.html" in "mail",
    GeneralSettings => "settings/general.html" in "settings",
    BrandingSettings => "settings/branding.html" in "settings",
    ShippingZones => "settings/shipping.html" in "settings",
    TaxRates => "settings/tax.html" in "settings",
    CheckoutLimits => "settings/checkout.html" in "settings",
    Domains => "settings/domains.html" in "settings",
    ThemeFiles => "settings/theme.html" in "settings",
    ThemeFile => "settings/theme_file.html" in "settings",
    Staff => "settings/staff.html" in "settings",
}
