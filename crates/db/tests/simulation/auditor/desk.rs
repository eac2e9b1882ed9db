//! What the seller has to be told, and what becomes of money on its way back.

use super::{Auditor, Return, Sold, SoldLine, Verdict, found};
use commerce::checkout::{Command, LineRefund, Outcome, RefundResult, Refusal, Restock, StockChange};
use commerce::{OrderId, VariantId};

impl Auditor {
    pub(super) fn judge_desk(&mut self, command: &Command, outcome: &Outcome) -> Verdict {
        match command {
            Command::AdjustStock { variant, change, .. } => {
                let expected = self.counted(*variant, *change);
                self.expect("I1", outcome, expected, command)
            }
            Command::ChangeQuantityOffered { variant, quantity_offered, .. } => {
                let expected = self.offered_anew(*variant, *quantity_offered);
                self.expect("I5", outcome, expected, command)
            }
            Command::FulfillOrder { order, lines, .. } => {
                let expected = self.sent(*order, lines);
                self.expect("D5", outcome, expected, command)
            }
            Command::CancelOrder { order, .. } => {
                let due = self.canceled(*order);
                self.judge_money_back(*order, due, outcome)
            }
            Command::RefundOrder { order, lines, extra_minor, .. } => {
                let due = self.given(*order, lines, *extra_minor);
                self.judge_money_back(*order, due, outcome)
            }
            other => found("S2", format!("{other:?} is no business of the desk")),
        }
    }

    fn offered_anew(&mut self, variant: VariantId, quantity_offered: Option<i64>) -> Result<Outcome, Refusal> {
        let claimed = self.claimed(variant, None, None);
        if self.offered[&variant] != quantity_offered && quantity_offered.is_some_and(|offered| offered < claimed) {
            return Err(Refusal::BelowClaimed { claimed });
        }
        self.offered.insert(variant, quantity_offered);
        Ok(Outcome::Done)
    }

    fn counted(&mut self, variant: VariantId, change: StockChange) -> Result<Outcome, Refusal> {
        let now = self.on_hand.get(&variant).copied().unwrap_or(0);
        let next = match change {
            StockChange::Set { on_hand } => on_hand,
            StockChange::Add { delta } => now + delta,
            StockChange::Receive { quantity: ..1 } => return Err(Refusal::OutOfRange),
            StockChange::Receive { quantity } => now + quantity,
        };
        let article = self.shop.article(variant).ok_or(Refusal::NotFound)?;
        let claimed = self.held(variant, None) + self.owed(variant);
        if !article.oversell && next < 0 {
            return Err(Refusal::OutOfRange);
        }
        if !article.oversell && next < claimed {
            return Err(Refusal::BelowClaimed { claimed });
        }
        self.on_hand.insert(variant, next);
        Ok(Outcome::Done)
    }

    fn order(&mut self, id: OrderId) -> Result<&mut Sold, Refusal> {
        self.orders.get_mut(&id.0).ok_or(Refusal::NotFound)
    }

    fn sent(&mut self, id: OrderId, lines: &[(u32, u32)]) -> Result<Outcome, Refusal> {
        let order = self.order(id)?;
        let lines: Vec<(u32, i64)> = lines.iter().filter(|line| line.1 > 0).map(|line| (line.0, i64::from(line.1))).collect();
        if lines.is_empty() || order.canceled {
            return Err(Refusal::NothingToDo);
        }
        for (number, units) in &lines {
            let left = order.lines.get(*number as usize - 1).ok_or(Refusal::NotFound)?.left();
            if *units > left {
                return Err(Refusal::MoreThanToSend { line: *number, left: left as u32 });
            }
        }
        let mut gone = Vec::new();
        for (number, units) in lines {
            let line = &mut order.lines[number as usize - 1];
            line.sent += units;
            gone.push((line.line.variant, units));
        }
        for (variant, units) in gone {
            self.take_from_shelf(variant, units);
        }
        Ok(Outcome::Done)
    }

    fn take_from_shelf(&mut self, variant: VariantId, units: i64) {
        if self.shop.article(variant).is_some_and(|article| article.tracked) {
            *self.on_hand.entry(variant).or_default() -= units;
        }
    }

    /// Calls off what was not sent; what is owed then, and for which units.
    fn canceled(&mut self, id: OrderId) -> Result<Return, Refusal> {
        let payment = self.order(id)?.payment;
        let given_back = self.given_back(payment);
        let order = self.order(id)?;
        if order.canceled || order.lines.iter().all(|line| line.left() == 0) {
            return Err(Refusal::NothingToDo);
        }
        let nothing_sent = order.lines.iter().all(|line| line.sent == 0);
        let left_to_give = order.total - given_back;
        let (mut amount, mut lines) = (0, Vec::new());
        for (number, line) in (1_u32..).zip(&mut order.lines) {
            let units = line.left();
            line.called_off += units;
            let paid = line.line.units - line.paid_back;
            let unpaid_back = if nothing_sent { paid } else { units.min(paid) };
            if unpaid_back > 0 {
                let back = worth(line, unpaid_back);
                amount += back;
                line.paid_back += unpaid_back;
                line.paid_back_minor += back;
                lines.push((number, unpaid_back, back));
            }
        }
        let amount = if nothing_sent { left_to_give } else { amount.min(left_to_give) };
        close(order);
        Ok(Return { payment, order: Some(id.0), amount, lines, went: None })
    }

    fn given(&mut self, id: OrderId, asked: &[LineRefund], extra: i64) -> Result<Return, Refusal> {
        let payment = self.order(id)?.payment;
        let given_back = self.given_back(payment);
        let order = self.order(id)?;
        let left_minor = order.total - given_back;
        let (mut amount, mut lines) = (extra, Vec::new());
        for wanted in asked {
            let (line, units) = (&order.lines[wanted.line as usize - 1], i64::from(wanted.quantity));
            if units > line.line.units - line.paid_back {
                return Err(Refusal::MoreThanPaid { left_minor });
            }
            let back = worth(line, units);
            amount += back;
            lines.push((wanted.line, units, back));
        }
        if amount == 0 {
            return Err(Refusal::NothingToDo);
        }
        if amount > left_minor {
            return Err(Refusal::MoreThanPaid { left_minor });
        }
        let mut back_on_shelf = Vec::new();
        for (wanted, (_, units, back)) in asked.iter().zip(&lines) {
            let (line, units) = (&mut order.lines[wanted.line as usize - 1], *units);
            line.paid_back += units;
            line.paid_back_minor += back;
            if wanted.restock == Restock::Yes {
                let unsent = units.min(line.left());
                let returned = (units - unsent).min(line.sent - line.returned);
                line.called_off += unsent;
                line.returned += returned;
                back_on_shelf.push((line.line.variant, returned));
            }
        }
        close(order);
        for (variant, units) in back_on_shelf {
            self.take_from_shelf(variant, -units);
        }
        Ok(Return { payment, order: Some(id.0), amount, lines, went: None })
    }

    fn judge_money_back(&mut self, order: OrderId, due: Result<Return, Refusal>, outcome: &Outcome) -> Verdict {
        match (due, outcome) {
            (Ok(due), Outcome::Done) if due.amount == 0 => Ok(()),
            (Ok(due), Outcome::RefundDue { refund, amount, .. }) if amount.amount_minor == due.amount && due.amount > 0 => {
                self.returns.insert(refund.0, due);
                Ok(())
            }
            (Err(refusal), Outcome::Refused(told)) if refusal == *told => Ok(()),
            (due, told) => found("P4", format!("{told:?} for order {order}, not {due:?}")),
        }
    }

    pub(super) fn judge_settled_refund(&mut self, id: i64, result: &RefundResult, outcome: &Outcome) -> Verdict {
        let Some(back) = self.returns.get_mut(&id) else {
            return self.expect("P4", outcome, Err(Refusal::NotFound), id);
        };
        if back.went.is_none() {
            back.went = Some(*result == RefundResult::Succeeded);
            let back = back.clone();
            let order = back.order.and_then(|order| self.orders.get_mut(&order));
            if let Some(order) = order.filter(|_| back.went == Some(false)) {
                for (number, units, minor) in back.lines {
                    let line = &mut order.lines[number as usize - 1];
                    line.paid_back -= units;
                    line.paid_back_minor -= minor;
                }
            }
        }
        self.expect("P4", outcome, Ok(Outcome::Done), id)
    }
}

/// What some more units of a line are worth: so much of its total as all units given back by then, rounded down, without what
/// was given before.
fn worth(line: &SoldLine, units: i64) -> i64 {
    (line.total * (line.paid_back + units) / line.line.units - line.paid_back_minor).max(0)
}

/// Nothing sent and nothing left to send: it was called off.
fn close(order: &mut Sold) {
    let nothing_left = order.lines.iter().all(|line| line.left() == 0);
    order.canceled |= nothing_left && order.lines.iter().all(|line| line.sent == 0);
}
