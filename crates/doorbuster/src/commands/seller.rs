//! `doorbuster seller ...`: make, list and remove the people who sign in to a shop's desk, and set their passwords.

use super::find_shop;
use super::password::{self, Password};
use crate::clock::now;
use crate::failure::Failure;
use commerce::ShopId;
use db::Db;
use db::sellers::{self, NewSeller, Seller, SellerRefusal, SellerRole};
use std::io::Write as _;
use std::process::ExitCode;
use web::password::hash_password_now;

/// Arguments of `doorbuster seller`.
#[derive(clap::Args)]
pub struct SellerArgs {
    #[command(subcommand)]
    action: SellerAction,
}

#[derive(clap::Subcommand)]
enum SellerAction {
    /// Make a seller. The password is asked for, or read from what is piped in; left blank, one is made and printed.
    Create(CreateArgs),
    /// List a shop's sellers.
    List(OneShop),
    /// Set a new password, which also signs the seller out everywhere.
    Password(PasswordArgs),
    /// Remove a seller.
    Remove(OneSeller),
}

#[derive(clap::Args)]
struct CreateArgs {
    #[command(flatten)]
    seller: OneSeller,
    /// Name as colleagues read it.
    #[arg(long, default_value = "")]
    name: String,
    /// What the seller may do: owner (everything) or staff (daily work).
    #[arg(long, default_value = "owner", value_parser = read_role)]
    role: SellerRole,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(clap::Args)]
struct PasswordArgs {
    #[command(flatten)]
    seller: OneSeller,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
}

#[derive(clap::Args)]
struct OneShop {
    /// The shop's handle.
    shop: String,
}

#[derive(clap::Args)]
struct OneSeller {
    /// The shop's handle.
    shop: String,
    /// The seller's e-mail address.
    email: String,
}

/// Does it.
///
/// # Errors
/// When there is no such shop or seller, it is not accepted, or the database fails.
pub async fn run(db: &Db, args: SellerArgs) -> Result<ExitCode, Failure> {
    match args.action {
        SellerAction::Create(args) => create(db, args).await?,
        SellerAction::List(OneShop { shop }) => list(db, &shop).await?,
        SellerAction::Password(args) => set_password(db, args).await?,
        SellerAction::Remove(named) => remove(db, &named).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(db: &Db, args: CreateArgs) -> Result<(), Failure> {
    let shop = find_shop(db, &args.seller.shop).await?;
    let password = password::choose(&args.seller.email, args.password_stdin)?;
    let new = NewSeller {
        email: args.seller.email.clone(),
        name: args.name,
        role: args.role,
        password_hash: hash_password_now(password.text()),
    };
    sellers::create_seller(db, shop, &new, now()).await?.map_err(refused)?;
    say(&format!("Made the {} {} of {}.", args.role.as_str(), args.seller.email, args.seller.shop))?;
    tell(&password)
}

async fn list(db: &Db, handle: &str) -> Result<(), Failure> {
    let shop = find_shop(db, handle).await?;
    let sellers = sellers::list_sellers(db, shop).await?;
    if sellers.is_empty() {
        return say(&format!("The shop has no seller yet. Make one: doorbuster seller create {handle} ADDRESS"));
    }
    for seller in sellers {
        say(&format!("{:5}  {}  {}", seller.role.as_str(), seller.email, seller.name))?;
    }
    Ok(())
}

async fn set_password(db: &Db, args: PasswordArgs) -> Result<(), Failure> {
    let (shop, seller) = find_seller(db, &args.seller).await?;
    let password = password::choose(&args.seller.email, args.password_stdin)?;
    let hash = hash_password_now(password.text());
    sellers::set_password_hash(db, shop, seller.id, &hash).await?.map_err(refused)?;
    say(&format!("{} has a new password and is signed out everywhere.", seller.email))?;
    tell(&password)
}

async fn remove(db: &Db, named: &OneSeller) -> Result<(), Failure> {
    let (shop, seller) = find_seller(db, named).await?;
    sellers::delete_seller(db, shop, seller.id).await?.map_err(refused)?;
    say(&format!("Removed {}.", seller.email))
}

async fn find_seller(db: &Db, named: &OneSeller) -> Result<(ShopId, Seller), Failure> {
    let shop = find_shop(db, &named.shop).await?;
    let found = sellers::seller_by_email(db, shop, &named.email).await?;
    let (seller, _) = found.ok_or_else(|| {
        Failure::new(format!("the shop {} has no seller {}", named.shop, named.email))
            .with_advice(format!("`doorbuster seller list {}` names them.", named.shop))
    })?;
    Ok((shop, seller))
}

/// A password that was made has to be told to somebody.
fn tell(password: &Password) -> Result<(), Failure> {
    match password {
        Password::Given(_) => Ok(()),
        Password::Made(text) => say(&format!("Password: {text}\nIt is shown once.")),
    }
}

fn read_role(name: &str) -> Result<SellerRole, String> {
    SellerRole::from_name(name).ok_or_else(|| "use owner or staff".into())
}

fn refused(refusal: SellerRefusal) -> Failure {
    Failure::new(refusal)
}

fn say(line: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
