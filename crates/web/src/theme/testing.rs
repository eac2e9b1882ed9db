//! The shop with which themes are tried.

use commerce::shop::{Branding, CheckoutSettings, Shop, ShopContact};
use commerce::{Currency, ShopId};

/// Juniper Roasters, in euros, in Berlin.
pub(crate) fn juniper_roasters() -> Shop {
    Shop {
        id: ShopId(1),
        handle: "juniper".into(),
        name: "Juniper Roasters".into(),
        currency: Currency::from_code("EUR").expect("the euro exists"),
        time_zone: "Europe/Berlin".into(),
        open: true,
        domains: vec!["juniper.localhost".into()],
        branding: Branding::default(),
        shipping: Default::default(),
        tax: Default::default(),
        checkout: CheckoutSettings::default(),
        contact: ShopContact::default(),
    }
}
