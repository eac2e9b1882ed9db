//! The payment provider: it takes money and gives it back once per name, and tells of it late, twice and in any order.

use crate::random::Random;
use crate::world::{From, World};
use commerce::checkout::{Command, RefundResult};
use commerce::payment::{PaymentStatus, ProviderVerdict, RefundStatus};
use commerce::{PaymentId, RefundId};
use std::collections::BTreeMap;

/// Where a charge stands at the provider: the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    Pending,
    RequiresAction,
    Declined,
    Captured,
}

/// What the provider knows.
#[derive(Clone, Debug, Default)]
pub struct Provider {
    pub charges: BTreeMap<PaymentId, (i64, Charge)>,
    /// Money given back: from which payment, how much, and whether it went.
    pub refunds: BTreeMap<RefundId, (PaymentId, i64, bool)>,
    /// News on its way.
    news: Vec<Command>,
}

impl Provider {
    /// Takes money, once for each payment however often it is asked.
    pub fn charge(&mut self, payment: PaymentId, amount_minor: i64, random: &mut Random) -> Charge {
        if let Some((_, charge)) = self.charges.get(&payment) {
            return *charge;
        }
        let all = [
            Charge::Captured,
            Charge::Captured,
            Charge::Captured,
            Charge::Declined,
            Charge::RequiresAction,
            Charge::RequiresAction,
            Charge::Pending,
        ];
        let charge = if amount_minor == 0 { Charge::Captured } else { *random.pick(&all) };
        self.charges.insert(payment, (amount_minor, charge));
        self.tell(payment, random);
        charge
    }

    pub fn news_of(&self, payment: PaymentId) -> Command {
        let reference = format!("charge-{payment}");
        let (amount_minor, charge) = self.charges[&payment];
        let verdict = match charge {
            Charge::Pending => ProviderVerdict::Pending,
            Charge::RequiresAction => ProviderVerdict::RequiresAction,
            Charge::Declined => ProviderVerdict::Declined { code: "card_declined".into() },
            Charge::Captured => ProviderVerdict::Captured { amount_minor, currency: "EUR".into() },
        };
        Command::Settle { payment, reference, verdict }
    }

    fn tell(&mut self, payment: PaymentId, random: &mut Random) {
        let news = self.news_of(payment);
        self.news.extend(std::iter::repeat_n(news, random.below(3)));
    }

    /// A charge goes on: the customer confirms it, or tries another card on the bank's page.
    fn go_on(&mut self, random: &mut Random) {
        let open: Vec<PaymentId> =
            self.charges.iter().filter(|(_, (_, charge))| *charge != Charge::Captured).map(|(payment, _)| *payment).collect();
        if open.is_empty() {
            return;
        }
        let payment = *random.pick(&open);
        let (amount_minor, charge) = self.charges[&payment];
        let next = match (charge, random.below(10)) {
            (Charge::Declined, 0..8) => return,
            (Charge::Pending, 0..3) => Charge::RequiresAction,
            (_, 0..7) | (Charge::Declined, _) => Charge::Captured,
            _ => Charge::Declined,
        };
        self.charges.insert(payment, (amount_minor, next));
        self.tell(payment, random);
    }

    /// Everything that is open gets its last word.
    pub fn decide_everything(&mut self, random: &mut Random) {
        for (_, charge) in self.charges.values_mut() {
            if matches!(charge, Charge::Pending | Charge::RequiresAction) {
                *charge = if random.chance(60) { Charge::Captured } else { Charge::Declined };
            }
        }
    }

    /// Gives money back, once for each refund however often it is asked.
    pub fn refund(&mut self, refund: RefundId, payment: PaymentId, amount_minor: i64, may_fail: bool, random: &mut Random) {
        let fails = may_fail && random.chance(15);
        let (_, _, went) = *self.refunds.entry(refund).or_insert((payment, amount_minor, !fails));
        let result = if went { RefundResult::Succeeded } else { RefundResult::Failed { reason: "the account is closed".into() } };
        self.news.extend(std::iter::repeat_n(Command::SettleRefund { refund, result }, 1 + random.below(2)));
    }
}

impl World {
    /// News arrives: any of it, and some of it once more later.
    pub fn provider_acts(&mut self) {
        if self.provider.news.is_empty() || self.random.chance(25) {
            return self.provider.go_on(&mut self.random);
        }
        let index = self.random.below(self.provider.news.len());
        let mut news = self.provider.news[index].clone();
        if self.random.chance(75) {
            self.provider.news.remove(index);
        }
        if self.random.chance(6)
            && let Command::Settle { verdict: ProviderVerdict::Captured { amount_minor, currency }, .. } = &mut news
        {
            // Somebody forges, or the provider errs.
            if self.random.chance(50) { *amount_minor -= 1 } else { *currency = "USD".into() }
        }
        self.hand_in(From::Provider, news, None);
    }

    pub fn deliver_all_news(&mut self) {
        for news in std::mem::take(&mut self.provider.news) {
            self.hand_in(From::Provider, news, None);
        }
    }

    /// Asks about one payment or refund that was left open.
    pub fn reconcile(&mut self) {
        let mut open = self.open_payments();
        if !open.is_empty() && self.random.chance(60) {
            let (payment, amount_minor) = open.swap_remove(self.random.below(open.len()));
            if amount_minor == 0 || self.provider.charges.contains_key(&payment) {
                self.ask_about(payment, amount_minor);
            }
            return;
        }
        let due = self.open_refunds();
        if !due.is_empty() {
            let (refund, payment, amount_minor, of_order) = *self.random.pick(&due);
            self.provider.refund(refund, payment, amount_minor, of_order, &mut self.random);
        }
    }

    pub fn reconcile_all(&mut self) {
        for (payment, amount_minor) in self.open_payments() {
            self.ask_about(payment, amount_minor);
        }
        for (refund, payment, amount_minor, of_order) in self.open_refunds() {
            self.provider.refund(refund, payment, amount_minor, of_order, &mut self.random);
        }
    }

    fn ask_about(&mut self, payment: PaymentId, amount_minor: i64) {
        if amount_minor == 0 {
            self.provider.charge(payment, 0, &mut self.random);
        }
        let news = if self.provider.charges.contains_key(&payment) {
            self.provider.news_of(payment)
        } else {
            let verdict = ProviderVerdict::Declined { code: "processing_error".into() };
            Command::Settle { payment, reference: String::new(), verdict }
        };
        self.hand_in(From::Provider, news, None);
    }

    fn open_payments(&self) -> Vec<(PaymentId, i64)> {
        let disk = self.disk.open();
        let truth = |payment: PaymentId| self.provider.charges.get(&payment).is_some_and(|(_, truth)| *truth == Charge::Captured);
        let open = disk
            .rows
            .shop
            .payments
            .values()
            .filter(|payment| payment.status.is_open() || (payment.status == PaymentStatus::Declined && truth(payment.id)));
        open.map(|payment| (payment.id, payment.amount_minor)).collect()
    }

    fn open_refunds(&self) -> Vec<(RefundId, PaymentId, i64, bool)> {
        let disk = self.disk.open();
        let open = disk.rows.shop.refunds.values().filter(|refund| refund.status == RefundStatus::Pending);
        open.map(|refund| (refund.id, refund.payment, refund.amount_minor, refund.order.is_some())).collect()
    }
}
