//! Mail as files: one `.eml` per message in one folder, complete or not there at all.
//!
//! A file is written under a hidden name, flushed to the disk and then renamed, so whoever looks never sees half a message.

use super::{MailError, Message};
use commerce::Timestamp;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A folder that takes mail.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`; it is made with the first message.
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where the files are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        let name = file_name(message);
        let bytes = message.build()?.formatted();
        let folder = self.path.clone();
        let written = tokio::task::spawn_blocking(move || write_whole(&folder, &name, &bytes)).await;
        written
            .unwrap_or_else(|panic| Err(std::io::Error::other(panic)))
            .map_err(|cause| MailError::Folder { folder: self.path.clone(), cause })
    }
}

/// Sorts by time: `20261115T080000Z-1-17.eml`. A repeated send replaces the first copy when its time is the same.
fn file_name(message: &Message) -> String {
    format!("{}-{}-{}.eml", compact_time(message.written_at), message.shop, message.outbox)
}

fn compact_time(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_second(at.seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let hidden = folder.join(format!(".{name}.part"));
    let mut file = std::fs::File::create(&hidden)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&hidden, folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::super::Mailer;
    use super::super::message::testing::to_ada;
    use super::*;

    /// A folder of its own for one test, removed when the test is over.
    struct TestFolder(PathBuf);

    impl TestFolder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("doorbuster-mail-{name}-{}", std::process::id()));
            std::fs::remove_dir_all(&path).ok();
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(&self.0).expect("the folder exists");
            let mut names: Vec<String> =
                entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        }
    }

    impl Drop for TestFolder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }

    #[tokio::test]
    async fn a_message_becomes_one_whole_file() {
        let folder = TestFolder::new("one");
        let mailer = Mailer::Folder(Folder::new(folder.0.join("deeper")));
        mailer.send(&to_ada()).await.expect("written");
        mailer.send(&to_ada()).await.expect("written again");
        let folder = TestFolder(folder.0.join("deeper"));
        assert_eq!(folder.names(), ["20261115T000000Z-1-17.eml"]);
        let mail = std::fs::read_to_string(folder.0.join("20261115T000000Z-1-17.eml")).expect("readable");
        assert_eq!(parts(&mail), [to_ada().text.replace('\n', "\r\n"), to_ada().html]);
        std::fs::remove_dir_all(folder.0.parent().expect("it has a parent")).ok();
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_worth_another_try() {
        let folder = TestFolder::new("blocked");
        std::fs::write(&folder.0, "a file where the folder should be").expect("written");
        let error = Mailer::Folder(Folder::new(folder.0.clone())).send(&to_ada()).await.expect_err("a file is in the way");
        assert!(error.is_worth_retrying(), "{error}");
        std::fs::remove_file(&folder.0).ok();
    }

    /// The decoded bodies of a multipart message, in order.
    fn parts(mail: &str) -> Vec<String> {
        let (_, rest) = mail.split_once("boundary=\"").expect("a boundary");
        let (boundary, _) = rest.split_once('"').expect("its end");
        let (_, bodies) = mail.split_once("\r\n\r\n").expect("a body");
        let delimiter = format!("--{boundary}");
        bodies
            .split(&delimiter)
            .filter_map(|part| part.split_once("\r\n\r\n"))
            .map(|(headers, body)| decode(headers, body.strip_suffix("\r\n").unwrap_or(body)))
            .collect()
    }

    fn decode(headers: &str, body: &str) -> String {
        if !headers.contains("Content-Transfer-Encoding: quoted-printable") {
            return body.into();
        }
        let joined = body.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            if *first == b'=' {
                let digits = std::str::from_utf8(&after[..2]).expect("two digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal"));
                rest = &after[2..];
            } else {
                bytes.push(*first);
                rest = after;
            }
        }
        String::from_utf8(bytes).expect("UTF-8")
    }
}
