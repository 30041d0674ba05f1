//! What is counted of one instrument.

/// What was counted of one instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Snapshots taken.
    pub snapshots: u64,
    /// Changes applied.
    pub applied: u64,
    /// Changes that the book knew already.
    pub old: u64,
    /// Changes that came while no base was there, and cannot be kept for one.
    pub unsynced: u64,
    /// Messages found missing.
    pub gaps: u64,
    /// Snapshots older than the changes kept for them.
    pub snapshots_too_old: u64,
    /// Checksums and hashes that were right.
    pub checksums_ok: u64,
    /// Checksums and hashes that were wrong.
    pub checksums_failed: u64,
    /// Best prices beside the book that were ours.
    pub bbo_ok: u64,
    /// Best prices beside the book that were not ours.
    pub bbo_failed: u64,
    /// Prices that are no multiple of the tick.
    pub off_tick: u64,
    /// Sizes that are no multiple of the lot.
    pub off_lot: u64,
    /// Prices or sizes that do not fit the storage scale.
    pub off_scale: u64,
    /// Trades.
    pub trades: u64,
    /// Quotes.
    pub quotes: u64,
    /// Times that another connection's book took its place.
    pub takeovers: u64,
}

impl Counts {
    /// Each count with its name.
    pub fn named(&self) -> [(&'static str, u64); 16] {
        [
            ("snapshots", self.snapshots),
            ("applied", self.applied),
            ("old", self.old),
            ("unsynced", self.unsynced),
            ("gaps", self.gaps),
            ("snapshots_too_old", self.snapshots_too_old),
            ("checksums_ok", self.checksums_ok),
            ("checksums_failed", self.checksums_failed),
            ("bbo_ok", self.bbo_ok),
            ("bbo_failed", self.bbo_failed),
            ("off_tick", self.off_tick),
            ("off_lot", self.off_lot),
            ("off_scale", self.off_scale),
            ("trades", self.trades),
            ("quotes", self.quotes),
            ("takeovers", self.takeovers),
        ]
    }
}
