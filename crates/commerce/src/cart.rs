//! The cart: which variants, how many, and a coupon code. It holds no price, because prices are the shop's.
//!
//! A cart has no row in the database: it travels in a cookie and is checked anew whenever it is read, so that a crowd that only
//! fills carts costs no write.

use crate::VariantId;
use serde::{Deserialize, Serialize};

/// A cart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    /// Each variant at most once, in the order in which they were put in.
    pub lines: Vec<CartLine>,
    /// The coupon code as typed; empty: none.
    pub coupon: String,
}

/// One variant in a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    /// Which.
    pub variant: VariantId,
    /// How many, one or more.
    pub quantity: u32,
}

/// The longest coupon code, bytes.
pub const COUPON_CODE_BYTES_MAX: usize = 40;

impl Cart {
    /// Puts `quantity` more units in. The cart never holds more than `quantity_max` of a variant or `lines_max` variants; what is
    /// too much is left out and `false` returned.
    pub fn add(&mut self, variant: VariantId, quantity: u32, lines_max: usize, quantity_max: u32) -> bool {
        if let Some(line) = self.lines.iter_mut().find(|line| line.variant == variant) {
            let wanted = line.quantity.saturating_add(quantity);
            line.quantity = wanted.min(quantity_max);
            return wanted <= quantity_max;
        }
        if self.lines.len() >= lines_max || quantity == 0 {
            return false;
        }
        self.lines.push(CartLine { variant, quantity: quantity.min(quantity_max) });
        quantity <= quantity_max
    }

    /// Sets the quantity of a line; zero takes it out. Unknown variants change nothing.
    pub fn set(&mut self, variant: VariantId, quantity: u32) {
        if quantity == 0 {
            self.lines.retain(|line| line.variant != variant);
        } else if let Some(line) = self.lines.iter_mut().find(|line| line.variant == variant) {
            line.quantity = quantity;
        }
    }

    /// Units in all.
    pub fn units(&self) -> u64 {
        self.lines.iter().map(|line| u64::from(line.quantity)).sum()
    }

    /// The cookie's text: `17_2.23_1!` and the coupon in hexadecimal; variants and quantities in base 36 to stay short.
    pub fn encode(&self) -> String {
        let lines: Vec<String> = self
            .lines
            .iter()
            .map(|line| format!("{}_{}", base36(line.variant.0.unsigned_abs()), base36(u64::from(line.quantity))))
            .collect();
        let coupon: String = self.coupon.bytes().map(|byte| format!("{byte:02x}")).collect();
        if coupon.is_empty() { lines.join(".") } else { format!("{}!{coupon}", lines.join(".")) }
    }

    /// Reads a cookie's text. Whatever does not parse is left out: a cookie is the visitor's to spoil.
    pub fn decode(text: &str) -> Self {
        let (lines, coupon) = text.split_once('!').unwrap_or((text, ""));
        let mut cart = Self::default();
        for part in lines.split('.').take(200) {
            let Some((variant, quantity)) = part.split_once('_') else { continue };
            let (Ok(variant), Ok(quantity)) = (i64::from_str_radix(variant, 36), u32::from_str_radix(quantity, 36)) else {
                continue;
            };
            if variant > 0 {
                cart.add(VariantId(variant), quantity, 200, 1_000_000);
            }
        }
        let bytes: Option<Vec<u8>> = (0..coupon.len().min(2 * COUPON_CODE_BYTES_MAX))
            .step_by(2)
            .map(|at| coupon.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        cart.coupon = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        cart
    }
}

fn base36(mut number: u64) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut reversed = Vec::new();
    loop {
        reversed.push(char::from(DIGITS[(number % 36) as usize]));
        number /= 36;
        if number == 0 {
            return reversed.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_survives_its_cookie() {
        let mut cart = Cart { coupon: "WELCOME-Ü".into(), ..Cart::default() };
        assert!(cart.add(VariantId(i64::MAX), 3, 50, 20));
        assert!(cart.add(VariantId(1), 1, 50, 20));
        assert!(!cart.add(VariantId(1), 20, 50, 20));
        assert_eq!(cart.lines[1].quantity, 20);
        assert_eq!(Cart::decode(&cart.encode()), cart);
    }

    #[test]
    fn every_letter_a_number_can_have_survives_the_cookie() {
        for variant in 1..=36_i64.pow(2) {
            let cart = Cart { lines: vec![CartLine { variant: VariantId(variant), quantity: 33 }], ..Cart::default() };
            assert_eq!(Cart::decode(&cart.encode()), cart);
        }
    }

    #[test]
    fn a_spoiled_cookie_is_an_emptier_cart_and_never_a_failure() {
        for text in ["", "!", "_._._", "-1_1", "zzzzzzzzzzzzzzzzzzzzz _1", "1_0", "1_1!zz", "1_1!f", "💥_💥!💥"] {
            let cart = Cart::decode(text);
            assert!(cart.lines.len() <= 1, "{text}");
            assert_eq!(cart.coupon, "");
        }
    }
}
