//! What is done to a file before a server promises anything.

use crate::shops::{NOW, make_juniper_roasters};
use db::{Db, OpenOptions, Repair, Target, repair, testing};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_settled_before_it_is_served_and_copied_after_its_disk_has_failed() {
    let folder = testing::fresh_folder("repair");
    assert_eq!(repair(&folder).expect("nothing to do"), Repair::NothingThere);
    let target = Target::Folder(folder.clone());
    let open = async || Db::open(&target, &OpenOptions::default()).await.expect("it opens");
    let db = open().await;
    let shop = make_juniper_roasters(&db).await;
    // The process ends without a word: its log stays beside the file.
    let log = std::fs::read(folder.join("doorbuster.sqlite-wal")).expect("there is a log");
    let file = std::fs::read(folder.join("doorbuster.sqlite")).expect("there is a file");
    drop(db);
    for (mark, expected) in [(false, Repair::Settled), (true, Repair::Copied)] {
        std::fs::write(folder.join("doorbuster.sqlite"), &file).expect("the folder can be written");
        std::fs::write(folder.join("doorbuster.sqlite-wal"), &log).expect("the folder can be written");
        if mark {
            std::fs::write(folder.join("doorbuster.damaged"), "").expect("the folder can be written");
            std::fs::write(folder.join("doorbuster.sqlite.repaired"), "half a copy").expect("the folder can be written");
        }
        assert_eq!(repair(&folder).expect("it is repaired"), expected);
        let mut names: Vec<_> =
            std::fs::read_dir(&folder).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        assert_eq!(names, ["doorbuster.sqlite"], "{expected:?}");
        let versions = db::shops::catalog_versions(&open().await).await.expect("it is whole");
        assert_eq!(versions.len(), 1, "{expected:?} at {NOW:?}");
        assert_eq!(versions[0].0, shop);
    }
    std::fs::remove_dir_all(folder).expect("it is ours");
}
