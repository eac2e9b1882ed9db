//! Named places where a server ends itself when a test asks for it: between two steps that a crash must be able to fall between.
//!
//! `DOORBUSTER_DIE_AT=<point>:<n>` lets the process abort, without unwinding, when it passes the point for the n-th time.
//! Without the feature `kill_points`, which only dev-dependencies enable, and in every optimized build, whatever its features,
//! [`pass`] is empty and nothing reads the variable.

/// Where a process may end. Named in `DOORBUSTER_DIE_AT` as here, in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KillPoint {
    /// A batch is decided and written, and not committed.
    WriterBeforeCommit,
    /// A batch is committed, and nobody was told.
    WriterAfterCommitBeforeAnswer,
    /// What is to be paid is held and committed; the provider does not know of it.
    BeforeProviderCall,
    /// The provider has taken the money; only it knows.
    AfterProviderCallBeforeSettle,
    /// What the provider said unasked is settled; the provider does not know that it was heard.
    MessageSettledBeforeAnswer,
}

#[cfg(not(all(feature = "kill_points", debug_assertions)))]
mod switch {
    use super::KillPoint;

    /// Goes past.
    pub const fn pass(_: KillPoint) {}
}

#[cfg(all(feature = "kill_points", debug_assertions))]
mod switch {
    use super::KillPoint;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// The point and how many times more it is passed, counted from 1, this one included.
    static DIE_AT: LazyLock<Option<(KillPoint, AtomicUsize)>> = LazyLock::new(|| {
        let wish = std::env::var("DOORBUSTER_DIE_AT").ok()?;
        let (name, times) = wish.split_once(':').unwrap_or((&wish, "1"));
        let point = KillPoint::ALL.into_iter().find(|point| point.name() == name);
        let point = point.unwrap_or_else(|| panic!("DOORBUSTER_DIE_AT names no point: {wish}"));
        Some((point, AtomicUsize::new(times.parse().expect("DOORBUSTER_DIE_AT counts after the colon"))))
    });

    impl KillPoint {
        /// All of them.
        pub const ALL: [Self; 5] = [
            Self::WriterBeforeCommit,
            Self::WriterAfterCommitBeforeAnswer,
            Self::BeforeProviderCall,
            Self::AfterProviderCallBeforeSettle,
            Self::MessageSettledBeforeAnswer,
        ];

        /// As `DOORBUSTER_DIE_AT` names it.
        pub const fn name(self) -> &'static str {
            match self {
                Self::WriterBeforeCommit => "writer-before-commit",
                Self::WriterAfterCommitBeforeAnswer => "writer-after-commit-before-answer",
                Self::BeforeProviderCall => "before-provider-call",
                Self::AfterProviderCallBeforeSettle => "after-provider-call-before-settle",
                Self::MessageSettledBeforeAnswer => "message-settled-before-answer",
            }
        }
    }

    /// Goes past, or ends the process.
    pub fn pass(point: KillPoint) {
        if let Some((die_at, times)) = &*DIE_AT
            && *die_at == point
            && times.fetch_sub(1, Ordering::Relaxed) == 1
        {
            tracing::error!("Died at {}", point.name());
            std::process::abort();
        }
    }
}

pub use switch::pass;
