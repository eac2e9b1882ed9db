//! `doorbuster copy-shop HANDLE FOLDER`: one shop without its customers, as a data folder of its own.
//!
//! What goes into a copy is `db::copy`'s business.

use super::{find_shop, make_private};
use crate::clock::now;
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use db::shops::{Door, set_door};
use db::{Db, OpenOptions, Target};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Copies a shop into a data folder of its own, ready for `doorbuster serve --data FOLDER`: all that shoppers see and can buy.
///
/// No customer, order, seller or mail is in the copy, and payment is by test cards. The shop stays open meanwhile.
#[derive(clap::Args, Debug)]
pub struct CopyShopArgs {
    /// The shop's handle.
    handle: String,
    /// Where the copy goes. Made when absent; there must be no database in it.
    folder: PathBuf,
    /// Let shoppers into the copy, also where the shop itself is closed.
    #[arg(long)]
    open: bool,
}

/// Copies the shop.
///
/// # Errors
/// When there is no such shop, the folder is in use or holds a database, or a database fails. Then there is no copy.
pub async fn run(db: &Db, args: &CopyShopArgs) -> Result<ExitCode, Failure> {
    let shop = find_shop(db, &args.handle).await?;
    let folder_is_new = !args.folder.exists();
    make_private(&args.folder)?;
    let lock = FolderLock::take(&args.folder)?;
    let copied = match db::copy::copy_shop(db, shop, &args.folder, now()).await {
        Ok(copied) => copied,
        Err(error) => {
            lock.undo();
            if folder_is_new {
                std::fs::remove_dir(&args.folder).ok();
            }
            return Err(Failure::new(error).with_advice("Name a folder that does not exist yet, with room on its disk."));
        }
    };
    if args.open {
        let copy = Db::open_existing(&Target::Folder(args.folder.clone()), &OpenOptions::default()).await?;
        set_door(&copy, shop, Door::Open).await?;
    }
    let (handle, rows, folder) = (&args.handle, copied.rows, args.folder.display());
    writeln!(std::io::stdout(), "Copied {handle}, {rows} rows, into {folder}: doorbuster serve --data {folder}")?;
    Ok(ExitCode::SUCCESS)
}
