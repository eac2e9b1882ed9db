//! The arithmetic as people read it: what `--explain` prints.

use super::{Needs, SHOPPER_BYTES, SOCKET_BYTES, System, Whereabouts};
use crate::figures::{bytes, duration, grouped, per_cent, told};
use crate::mix::Mix;
use crate::plan::{Load, Plan};
use crate::report::data::Connections;

/// How long a session is counted after its last page by those who count sessions, seconds.
const SESSION_TIMEOUT_S: f64 = 1_800.0;
/// Lines are not longer, characters.
const WIDTH: usize = 100;
const HEADINGS: [&str; 6] = ["shoppers", "arrivals/s", "pages/s", "requests/s", "orders/min", "sockets"];

impl Needs {
    /// The arithmetic as a text, before anything is sent. `plan` and `mix` are the ones that these needs are of.
    pub fn explain(&self, plan: &Plan, mix: &Mix, system: &System) -> String {
        let mut lines = vec![format!("Plan  {}: {}", plan.name, plan.about), format!("Mix   {}: {}", mix.name, mix.about)];
        lines.extend(personas(mix));
        lines.push(String::new());
        let search = if matches!(plan.load, Load::Steps(_)) { " without the search for the limit" } else { "" };
        lines.push(format!("What comes, at most ({}{search}):", duration(self.seconds)));
        lines.extend(self.table());
        lines.push(String::new());
        lines.extend(self.means(system));
        lines.push(String::new());
        lines.extend(remarks(plan, mix, self.setting.connections).iter().flat_map(|remark| wrapped(remark)));
        lines.join("\n") + "\n"
    }

    fn table(&self) -> Vec<String> {
        let rows = self.steps.iter().map(|step| {
            let rates =
                [step.shoppers.round(), step.arrivals_per_s, step.pages_per_s, step.requests_per_s, step.orders_per_s * 60.0];
            let [shoppers, arrivals, pages, requests, orders] = rates.map(told);
            [shoppers, arrivals, pages, requests, orders, grouped(step.sockets)]
        });
        let rows: Vec<[String; 6]> = std::iter::once(HEADINGS.map(str::to_owned)).chain(rows).collect();
        rows.iter().map(|row| row.iter().map(|cell| format!("{cell:>12}")).collect::<String>().trim_end().to_owned()).collect()
    }

    /// What the run takes from the machine.
    fn means(&self, system: &System) -> Vec<String> {
        let Self { sockets, processes, addresses, .. } = *self;
        let row = |name: &str, value: String, how: String| format!("  {name:<10}{value:>10}  {how}");
        let pool = match self.setting.connections {
            Connections::Sticky => "one for each shopper, as a browser keeps it".to_owned(),
            Connections::Pooled => {
                format!("what is under way when an answer takes {} s, as slow as pages may be", told(self.setting.answer_s))
            }
        };
        let files = format!("of {} files each (ulimit -n)", grouped(system.files_max));
        let ports = format!("source addresses of {} ports each", grouped(system.ports));
        let memory = format!(
            "{} bytes a shopper, {} a socket; {} are free",
            told(SHOPPER_BYTES),
            told(SOCKET_BYTES),
            bytes(system.memory_free)
        );
        let mut rows = vec![
            "What it takes from this machine:".to_owned(),
            row("sockets", grouped(sockets), pool),
            row("processes", grouped(processes), files),
            row("addresses", grouped(addresses), ports),
            row("memory", bytes(self.memory), memory),
        ];
        if self.setting.shop == Whereabouts::Here {
            let how = format!("for the other ends; the shop's processes have to be allowed {} files together", grouped(sockets));
            rows.push(row("", bytes(self.memory_of_shop), how));
        }
        rows
    }
}

/// Who comes, a line for each.
fn personas(mix: &Mix) -> Vec<String> {
    let line = |name: &str, share: f64, pages: f64, about: &str| {
        format!("      {:>7}  {name:<10} {:>5} pages  {about}", per_cent(share), told(pages)).trim_end().to_owned()
    };
    mix.personas.iter().map(|persona| line(&persona.name, persona.share, persona.pages_mean(), &persona.about)).collect()
}

/// What has to be known to read the numbers rightly.
fn remarks(plan: &Plan, mix: &Mix, connections: Connections) -> Vec<String> {
    let visit_s = mix.visit_mean_s();
    // Of people as they are, whatever the acceleration.
    let sessions = 1.0 + SESSION_TIMEOUT_S / (visit_s * mix.acceleration);
    let mut remarks = vec![
        format!(
            "A visit has {} pages, each looked at for {} s on average: {}. To hold 1,000 shoppers, {} arrive each second. {} of \
             the page requests cannot be answered by a frozen page.",
            told(mix.pages_mean()),
            told(mix.think_mean_s()),
            duration(visit_s),
            told(1_000.0 / visit_s),
            per_cent(mix.dynamic_share()),
        ),
        format!(
            "Shoppers at once are people in the middle of a visit, most of them looking at a page. Statistics that count a \
             session until half an hour after its last page would show {} times as many: 1,000 shoppers here \
             are some {} concurrent users there.",
            told(sessions),
            grouped((10.0 * sessions).round() as u64 * 100),
        ),
    ];
    if connections == Connections::Pooled {
        remarks.push(
            "Shoppers and sockets are two numbers: whoever looks at a page needs no socket. --sticky gives each shopper one."
                .into(),
        );
    }
    if mix.acceleration != 1.0 {
        remarks.push(format!(
            "Accelerated: shoppers think {} times as fast as people do, so each one makes as many times the \
             requests of one person.",
            told(mix.acceleration),
        ));
    }
    if let Load::Sale(sale) = &plan.load
        && sale.compression() != 1.0
    {
        remarks.push(format!(
            "Compressed: {} of the sale are played in {}, so {} times as many arrive each second as in the sale itself. Visits \
             take as long as they take.",
            duration(sale.lasts_minutes * 60.0),
            duration(sale.played_in_s),
            told(sale.compression()),
        ));
    }
    remarks
}

/// The text in lines of the width that is read well.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always one");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
