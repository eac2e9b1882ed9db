//! Keys in addresses and cookies that only we can make: of an order's page, of early access to a sale, of a visitor; and the
//! key by which a crowd is counted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::{FlashSaleId, PaymentId, ShopId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of a signature that are kept: enough that nobody guesses one.
const KEPT_BYTES: usize = 16;

/// Makes and checks the keys of this installation. All nodes must use the same secret.
#[derive(Clone)]
pub struct Signer(Vec<u8>);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Signer {
    /// A signer with this secret; 32 random bytes are right.
    pub fn new(secret: &[u8]) -> Self {
        Self(secret.to_vec())
    }

    /// The key of an order's page.
    pub fn order_key(&self, shop: ShopId, number: i64) -> String {
        self.key("order page", shop, number)
    }

    /// The path of an order's page with its key, for mails and redirects.
    pub fn order_path(&self, shop: ShopId, number: i64) -> String {
        format!("/orders/{number}?key={}", self.order_key(shop, number))
    }

    /// Whether `key` opens the page of this order. Takes the same time whatever is wrong.
    pub fn opens_order(&self, shop: ShopId, number: i64, key: &str) -> bool {
        self.fits("order page", shop, number, key)
    }

    /// The key of the pages about a payment.
    pub fn payment_key(&self, shop: ShopId, payment: PaymentId) -> String {
        self.key("payment page", shop, payment.0)
    }

    /// Whether `key` opens the pages about this payment.
    pub fn opens_payment(&self, shop: ShopId, payment: PaymentId, key: &str) -> bool {
        self.fits("payment page", shop, payment.0, key)
    }

    /// The key of a sale's early access: in its link, and in the cookie of whoever has opened that.
    pub fn early_access_key(&self, shop: ShopId, sale: FlashSaleId) -> String {
        self.key("early access", shop, sale.0)
    }

    /// The path of a sale's early access with its key, for the seller to hand out.
    pub fn early_access_path(&self, shop: ShopId, sale: FlashSaleId) -> String {
        format!("/early/{sale}/{}", self.early_access_key(shop, sale))
    }

    /// Whether `key` gives early access to this sale. Takes the same time whatever is wrong.
    pub fn opens_early(&self, shop: ShopId, sale: FlashSaleId, key: &str) -> bool {
        self.fits("early access", shop, sale.0, key)
    }

    /// What the browser of a visitor carries.
    pub fn visitor_cookie(&self, shop: ShopId, number: i64) -> String {
        format!("{number}.{}", self.key("visitor", shop, number))
    }

    /// The visitor whose browser carries this, if we gave it to them in this shop.
    pub fn visitor_of(&self, shop: ShopId, cookie: &str) -> Option<i64> {
        let (number, key) = cookie.split_once('.')?;
        let known: i64 = number.parse().ok()?;
        // One spelling of each number, so that one visitor is not two.
        (known >= 0 && number == known.to_string() && self.fits("visitor", shop, known, key)).then_some(known)
    }

    /// The key by which a shop's visitors are counted on one day, counted from 1970.
    pub fn crowd_key(&self, shop: ShopId, day: i64) -> [u8; 16] {
        let bytes = self.mac("crowd", shop, day).finalize().into_bytes();
        std::array::from_fn(|at| bytes[at])
    }

    fn key(&self, purpose: &str, shop: ShopId, number: i64) -> String {
        URL_SAFE_NO_PAD.encode(&self.mac(purpose, shop, number).finalize().into_bytes()[..KEPT_BYTES])
    }

    fn fits(&self, purpose: &str, shop: ShopId, number: i64, key: &str) -> bool {
        let Ok(given) = URL_SAFE_NO_PAD.decode(key) else { return false };
        given.len() == KEPT_BYTES && self.mac(purpose, shop, number).verify_truncated_left(&given).is_ok()
    }

    fn mac(&self, purpose: &str, shop: ShopId, number: i64) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{purpose}:{shop}:{number}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_is_known_by_what_we_gave_them_in_this_shop() {
        let signer = Signer::new(b"secret");
        let cookie = signer.visitor_cookie(ShopId(1), 77);
        assert_eq!(signer.visitor_of(ShopId(1), &cookie), Some(77));
        assert_eq!(signer.visitor_of(ShopId(2), &cookie), None);
        assert_eq!(signer.visitor_of(ShopId(1), &format!("0{cookie}")), None);
        assert_eq!(signer.visitor_of(ShopId(1), &cookie.replace("77.", "78.")), None);
        for wrong in ["", ".", "77", "77.", "-1.x", "💥.💥"] {
            assert_eq!(signer.visitor_of(ShopId(1), wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_key_of_early_access_opens_one_sale_of_one_shop_and_no_order() {
        let signer = Signer::new(b"secret");
        let key = signer.early_access_key(ShopId(1), FlashSaleId(7));
        assert!(signer.opens_early(ShopId(1), FlashSaleId(7), &key));
        assert!(!signer.opens_early(ShopId(2), FlashSaleId(7), &key));
        assert!(!signer.opens_early(ShopId(1), FlashSaleId(8), &key));
        assert!(!signer.opens_early(ShopId(1), FlashSaleId(7), &signer.order_key(ShopId(1), 7)));
        assert!(!signer.opens_order(ShopId(1), 7, &key));
        assert!(!Signer::new(b"other").opens_early(ShopId(1), FlashSaleId(7), &key));
        assert!(!signer.opens_early(ShopId(1), FlashSaleId(7), ""));
    }

    #[test]
    fn a_key_opens_one_order_of_one_shop() {
        let signer = Signer::new(b"secret");
        let key = signer.order_key(ShopId(1), 1042);
        assert!(signer.opens_order(ShopId(1), 1042, &key));
        assert!(!signer.opens_order(ShopId(2), 1042, &key));
        assert!(!signer.opens_order(ShopId(1), 1043, &key));
        assert!(!Signer::new(b"other").opens_order(ShopId(1), 1042, &key));
        for wrong in ["", "x", "💥", &key[1..], &key.to_uppercase()] {
            assert!(!signer.opens_order(ShopId(1), 1042, wrong), "{wrong} was accepted");
        }
    }
}
