//! The seller at the desk: counts, sends, calls off, gives money back, and clicks twice.

use crate::world::{From, World};
use commerce::OrderId;
use commerce::checkout::{Command, LineRefund, Restock, StockChange};

const INES: &str = "ines@juniper.example";

impl World {
    pub fn desk_acts(&mut self) {
        if !self.forms.is_empty() && self.random.chance(30) {
            let (form, command) = self.random.pick(&self.forms).clone();
            return self.hand_in(From::Desk, command, Some(form));
        }
        let orders: Vec<OrderId> = self.disk.open().rows.shop.orders.keys().copied().collect();
        let command = match self.random.below(10) {
            0 => self.change_offer(),
            1..3 => self.count(),
            _ if orders.is_empty() => return,
            3..5 => {
                let order = *self.random.pick(&orders);
                Command::CancelOrder { order, reason: "changed her mind".into(), actor: INES.into() }
            }
            5..8 => self.give_back(&orders),
            _ => self.parcel(&orders),
        };
        let form = self.random.chance(75).then(|| format!("form-{}", self.forms.len()));
        if let Some(form) = &form {
            self.forms.push((form.clone(), command.clone()));
        }
        self.hand_in(From::Desk, command, form);
    }

    fn count(&mut self) -> Command {
        let variant = self.shop.articles[self.random.below(4)].variant;
        let change = match self.random.below(4) {
            0 => StockChange::Set { on_hand: self.random.between(-1, 6) },
            1 => StockChange::Receive { quantity: self.random.between(0, 3) },
            _ => StockChange::Add { delta: self.random.between(-2, 3) },
        };
        Command::AdjustStock { variant, change, reason: "counted".into(), actor: INES.into() }
    }

    fn give_back(&mut self, orders: &[OrderId]) -> Command {
        let order = *self.random.pick(orders);
        let lines = self.disk.open().rows.shop.orders[&order].lines.clone();
        let mut asked = Vec::new();
        for line in lines.iter().filter(|line| line.quantity >= line.refunded) {
            if self.random.chance(60) {
                let most = i64::from(line.quantity - line.refunded) + i64::from(self.random.chance(10));
                let quantity = self.random.between(1, most.max(1)) as u32;
                let restock = if self.random.chance(60) { Restock::Yes } else { Restock::No };
                asked.push(LineRefund { line: line.line, quantity, restock });
            }
        }
        let extra_minor = *self.random.pick(&[0, 0, 0, 490, 100, 20_000]);
        Command::RefundOrder { order, lines: asked, extra_minor, reason: "broken".into(), actor: INES.into() }
    }

    fn parcel(&mut self, orders: &[OrderId]) -> Command {
        let order = *self.random.pick(orders);
        let lines = self.disk.open().rows.shop.orders[&order].lines.clone();
        let mut sent = Vec::new();
        for line in &lines {
            let left = line.quantity.saturating_sub(line.fulfilled + line.canceled);
            let most = i64::from(left) + i64::from(self.random.chance(10));
            sent.push((line.line, self.random.between(0, most) as u32));
        }
        Command::FulfillOrder { order, lines: sent, carrier: "Post".into(), tracking: String::new(), actor: INES.into() }
    }
}
