//! Media: stored once, served in the size asked for, deleted only when nothing shows it.

use super::{NOW, tote};
use crate::shops::make_juniper_roasters;
use commerce::MediaId;
use db::catalog::*;
use db::testing;

fn picture(hash: &str) -> NewMedia {
    let size = |width| NewMediaSize { width, content_type: "image/webp".into(), body: vec![0, 1, 255, width as u8] };
    NewMedia {
        file_name: "tote.jpg".into(),
        content_hash: hash.into(),
        width: 2000,
        height: 1500,
        sizes: vec![size(100), size(200)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_stored_once_and_served_in_the_nearest_size() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let id = insert_media(db, shop, &picture("a"), NOW).await.expect(test.engine);
        assert_eq!(insert_media(db, shop, &picture("a"), NOW).await.expect(test.engine), id);
        let second = insert_media(db, shop, &picture("b"), NOW).await.expect(test.engine);
        for (asked, served) in [(1, 100), (100, 100), (101, 200), (900, 200)] {
            let size = media_size(db, shop, id, asked).await.expect(test.engine).expect("there is a size");
            assert_eq!((size.content_type.as_str(), size.body), ("image/webp", vec![0, 1, 255, served]), "{asked}");
        }
        assert_eq!(media_size(db, shop, MediaId(1), 100).await.expect(test.engine), None);
        let listed = list_media(db, shop, None, 10).await.expect(test.engine);
        assert_eq!(listed.iter().map(|media| media.id).collect::<Vec<_>>(), [second, id]);
        assert_eq!(list_media(db, shop, Some(second), 10).await.expect(test.engine).len(), 1);
        assert_eq!(load_media(db, shop, id).await.expect(test.engine).map(|media| media.width), Some(2000));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_shown_is_not_deleted() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let id = insert_media(db, shop, &picture("a"), NOW).await.expect(test.engine);
        let mut product = tote(db);
        product.pictures[0].media = Some(id);
        save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        let loaded = load_product(db, shop, product.id).await.expect(test.engine).expect("it is there");
        assert_eq!((loaded.pictures[0].width, loaded.pictures[0].height), (2000, 1500));
        assert_eq!(delete_media(db, shop, id).await.expect(test.engine), Err(MediaRefusal::InUse { places: 1 }));
        product.pictures.clear();
        product.variants.iter_mut().for_each(|variant| variant.picture = None);
        save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        assert_eq!(delete_media(db, shop, id).await.expect(test.engine), Ok(()));
        assert_eq!(delete_media(db, shop, id).await.expect(test.engine), Err(MediaRefusal::NotFound));
    }
}
