//! `doorbuster shop ...`: make, list, open and close shops, and give them domains.

use super::find_shop;
use crate::clock::now;
use crate::failure::Failure;
use crate::settings::Settings;
use commerce::shop::Shop;
use commerce::{Currency, ShopId};
use db::Db;
use db::shops::{self, Door, NewShop, ShopRefusal};
use std::io::Write as _;
use std::process::ExitCode;

/// Arguments of `doorbuster shop`.
#[derive(clap::Args)]
pub struct ShopArgs {
    #[command(subcommand)]
    action: ShopAction,
}

#[derive(clap::Subcommand)]
enum ShopAction {
    /// Make a shop.
    Create(CreateArgs),
    /// List the shops.
    List,
    /// Show one shop.
    Show(OneShop),
    /// Let shoppers in.
    Open(OneShop),
    /// Show shoppers one friendly page instead of the shop.
    Close(OneShop),
    /// Add and remove the host names under which a shop answers.
    Domain(DomainArgs),
}

#[derive(clap::Args)]
struct CreateArgs {
    /// Short name for the command line: lower-case letters, digits and hyphens.
    handle: String,
    /// Name as shoppers read it. Without it: the handle.
    #[arg(long)]
    name: Option<String>,
    /// The one currency in which it sells, for good: an ISO 4217 code.
    #[arg(long, default_value = "EUR", value_parser = read_currency)]
    currency: Currency,
    /// Zone in which its times are shown and typed: Europe/Berlin.
    #[arg(long, default_value = "UTC", value_parser = read_time_zone)]
    time_zone: String,
    /// Host name under which it answers; may be given several times, the canonical one first.
    #[arg(long = "domain", value_name = "HOST")]
    domains: Vec<String>,
}

#[derive(clap::Args)]
struct OneShop {
    /// The shop's handle.
    handle: String,
}

#[derive(clap::Args)]
struct DomainArgs {
    #[command(subcommand)]
    action: DomainAction,
}

#[derive(clap::Subcommand)]
enum DomainAction {
    /// Add a host name, such as www.example.org. Point its DNS here first.
    Add(OneDomain),
    /// Remove a host name.
    Remove(OneDomain),
    /// Make a host name the canonical one, which links in mail and for search engines lead to.
    Main(OneDomain),
}

#[derive(clap::Args)]
struct OneDomain {
    /// The shop's handle.
    handle: String,
    /// The host name, without port.
    host: String,
}

impl ShopArgs {
    /// Whether there need be no database yet.
    pub const fn makes_a_shop(&self) -> bool {
        matches!(self.action, ShopAction::Create(_))
    }

    /// Refuses what no database could accept, so that a slip leaves no empty database behind.
    ///
    /// # Errors
    /// With what to write instead.
    pub fn check(&self) -> Result<(), Failure> {
        match &self.action {
            ShopAction::Create(args) => args.new_shop().check().map_err(refused),
            _ => Ok(()),
        }
    }
}

impl CreateArgs {
    fn new_shop(&self) -> NewShop {
        NewShop {
            handle: self.handle.clone(),
            name: self.name.clone().unwrap_or_else(|| self.handle.clone()),
            currency: self.currency,
            time_zone: self.time_zone.clone(),
            domains: self.domains.clone(),
        }
    }
}

/// Does it.
///
/// # Errors
/// When there is no such shop, it is not accepted, or the database fails.
pub async fn run(db: &Db, settings: &Settings, args: ShopArgs) -> Result<ExitCode, Failure> {
    match args.action {
        ShopAction::Create(args) => create(db, &args).await?,
        ShopAction::List => list(db).await?,
        ShopAction::Show(OneShop { handle }) => show(db, settings, &handle).await?,
        ShopAction::Open(OneShop { handle }) => set_door(db, &handle, Door::Open).await?,
        ShopAction::Close(OneShop { handle }) => set_door(db, &handle, Door::Closed).await?,
        ShopAction::Domain(DomainArgs { action }) => change_domain(db, action).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(db: &Db, args: &CreateArgs) -> Result<(), Failure> {
    let new = args.new_shop();
    shops::create_shop(db, &new, now()).await?.map_err(refused)?;
    say(&format!("Made the shop {}.", new.handle))?;
    if new.domains.is_empty() {
        say(&format!("Give it a domain next: doorbuster shop domain add {} HOST", new.handle))?;
    }
    say(&format!("Give it a seller: doorbuster seller create {} ADDRESS", new.handle))
}

async fn list(db: &Db) -> Result<(), Failure> {
    let shops = shops::list_shops(db).await?;
    if shops.is_empty() {
        return say("There is no shop yet. Make one: doorbuster shop create HANDLE --domain HOST");
    }
    let width = shops.iter().map(|shop| shop.handle.len()).max().unwrap_or_default();
    for shop in shops {
        let door = if shop.open { "open  " } else { "closed" };
        let domains = if shop.domains.is_empty() { "no domain".into() } else { shop.domains.join(", ") };
        say(&format!("{:width$}  {door}  {}  {}  {domains}", shop.handle, shop.currency.code(), shop.name))?;
    }
    Ok(())
}

async fn show(db: &Db, settings: &Settings, handle: &str) -> Result<(), Failure> {
    let id = find_shop(db, handle).await?;
    let shop = shops::load_shop(db, id).await?.ok_or_else(|| Failure::new("the shop was removed meanwhile"))?;
    let sellers = db::sellers::list_sellers(db, id).await?;
    let lines = [
        ("handle", shop.handle.clone()),
        ("name", shop.name.clone()),
        ("door", if shop.open { "open".into() } else { "closed".into() }),
        ("currency", shop.currency.code().into()),
        ("time zone", shop.time_zone.clone()),
        ("e-mail", shop.contact.email.clone()),
        ("sellers", sellers.iter().map(|seller| seller.email.as_str()).collect::<Vec<_>>().join(", ")),
        ("addresses", addresses(&shop, settings).join("\n            ")),
    ];
    for (label, value) in lines {
        say(&format!("{label:10}  {}", if value.is_empty() { "none" } else { &value }))?;
    }
    Ok(())
}

fn addresses(shop: &Shop, settings: &Settings) -> Vec<String> {
    let port = match settings.public_port.or((settings.scheme == web::Scheme::Http).then_some(settings.listen.port())) {
        Some(port) if port != 0 => format!(":{port}"),
        _ => String::new(),
    };
    shop.domains.iter().map(|host| format!("{}://{host}{port}/", settings.scheme.as_str())).collect()
}

async fn set_door(db: &Db, handle: &str, door: Door) -> Result<(), Failure> {
    let shop = find_shop(db, handle).await?;
    shops::set_door(db, shop, door).await?;
    let delivers = shops::load_shop(db, shop).await?.is_some_and(|shop| !shop.shipping.zones.is_empty());
    say(match door {
        Door::Open if delivers => "The shop is open.",
        Door::Open => {
            "The shop is open, but it delivers nowhere yet, so nobody can buy what is sent. Say where at its desk, under \
             Settings, Shipping."
        }
        Door::Closed => "The shop is closed. Its desk stays reachable.",
    })
}

async fn change_domain(db: &Db, action: DomainAction) -> Result<(), Failure> {
    let (DomainAction::Add(named) | DomainAction::Remove(named) | DomainAction::Main(named)) = &action;
    let shop: ShopId = find_shop(db, &named.handle).await?;
    let (answer, done) = match &action {
        DomainAction::Add(_) => (shops::add_domain(db, shop, &named.host).await?, "The shop answers under"),
        DomainAction::Remove(_) => (shops::remove_domain(db, shop, &named.host).await?, "The shop no longer answers under"),
        DomainAction::Main(_) => (shops::make_domain_canonical(db, shop, &named.host).await?, "The shop's canonical domain is"),
    };
    answer.map_err(refused)?;
    say(&format!("{done} {}.", named.host))
}

fn refused(refusal: ShopRefusal) -> Failure {
    Failure::new(refusal)
}

fn read_currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(&code.to_uppercase()).ok_or_else(|| "use an ISO 4217 code such as EUR, USD or JPY".into())
}

fn read_time_zone(name: &str) -> Result<String, String> {
    jiff::tz::TimeZone::get(name)
        .map(|_| name.to_owned())
        .map_err(|_| "use a name of the IANA time zone database such as Europe/Berlin or America/New_York".into())
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
