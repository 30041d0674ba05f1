//! The whole way of a frame: decode, sequence, book, consolidate, scan, events.

use std::collections::HashMap;

use crate::asset::Asset;
use crate::batch::{
    Batch, Body, BookKind, BookMessage, Control, Message, Quote, StreamNumber, Trade,
};
use crate::book::{Bbo, ScaledLevel};
use crate::error::{DecodeError, EngineError, NumberError};
use crate::event::{Context, Event, EventKind, Events, NO_INSTRUMENT, NO_SIDE};
use crate::feed::{Feed, StreamVerdict};
use crate::instrument::Instrument;
use crate::standby::Standby;
use crate::symbols::Symbols;
use crate::text;
use crate::tracker::{Tracker, Update};
use crate::venue::Venue;

mod several;

/// Longest frame that is looked at: above the largest full book that a venue sends.
pub const FRAME_BYTES_MAX: usize = 64 << 20;

/// All books of a process, fed frame by frame.
///
/// Nothing in it reads a clock or touches a socket; no frame makes it fail. The
/// same frames in the same order give the same events.
pub struct Engine {
    feeds: Vec<Feed>,
    markets: Markets,
    batch: Batch,
    scratch: Vec<u8>,
}

/// Everything that messages change.
struct Markets {
    symbols: Symbols,
    trackers: Vec<Tracker>,
    standby: Standby,
    assets: Vec<Asset>,
    names: HashMap<String, usize>,
    /// By instrument number: its asset, and its member number there.
    places: Vec<(u32, u32)>,
    events: Events,
    levels: Vec<ScaledLevel>,
}

/// A frame and what is known of it before it is decoded.
#[derive(Clone, Copy)]
struct Frame<'a> {
    bytes: &'a [u8],
    feed: u32,
    venue: Venue,
    stream: u32,
    ts_recv_ns: i64,
    /// For the answer to a REST request: the symbol that was asked for.
    asked: Option<&'a [u8]>,
}

impl Engine {
    /// An engine whose ring holds `events_max` events until they are drained.
    pub fn new(events_max: usize) -> Self {
        Self {
            feeds: Vec::new(),
            markets: Markets {
                symbols: Symbols::default(),
                trackers: Vec::new(),
                standby: Standby::default(),
                assets: Vec::new(),
                names: HashMap::new(),
                places: Vec::new(),
                events: Events::new(events_max),
                levels: Vec::new(),
            },
            batch: Batch::default(),
            scratch: Vec::new(),
        }
    }

    /// Register an instrument; return its number.
    ///
    /// # Errors
    /// A scale that cannot be held, a symbol that is taken, or a scale other
    /// than that of the asset's instruments so far.
    pub fn add_instrument(&mut self, instrument: Instrument) -> Result<u32, EngineError> {
        self.markets.add(instrument)
    }

    /// Open a connection; return its number.
    pub fn open_feed(&mut self, venue: Venue) -> u32 {
        self.feeds.push(Feed::new(venue));
        self.feeds.len() as u32 - 1
    }

    /// Say that a connection opened anew: its numbering restarts, its books wait unless another
    /// connection brings them, too.
    pub fn on_open(&mut self, feed: u32, ts_recv_ns: i64) {
        self.leave(feed, ts_recv_ns);
        if let Some(known) = self.feeds.get_mut(feed as usize) {
            known.open();
        }
    }

    /// Say that a connection closed: its books wait unless another connection brings them, too.
    pub fn on_close(&mut self, feed: u32, ts_recv_ns: i64) {
        self.leave(feed, ts_recv_ns);
        if let Some(known) = self.feeds.get_mut(feed as usize) {
            known.close();
        }
    }

    fn leave(&mut self, feed: u32, ts_recv_ns: i64) {
        let Some(known) = self.feeds.get(feed as usize) else { return };
        for (instrument, _) in known.books() {
            let mut others = (0..).zip(&self.feeds).filter(|(number, _)| *number != feed);
            let next = others.find(|(_, other)| other.is_bringing(instrument));
            self.markets.leave(instrument, feed, next.map(|(number, _)| number), ts_recv_ns);
        }
        self.markets.standby.silence(feed);
    }

    /// Return the answers and notices that came over a connection, and forget them.
    pub fn take_controls(&mut self, feed: u32) -> Vec<(Control, Vec<u8>)> {
        self.feeds.get_mut(feed as usize).map(Feed::take_controls).unwrap_or_default()
    }

    /// Instruments of which this connection keeps a copy that could not take over now.
    pub fn unsynced(&self, feed: u32) -> Vec<u32> {
        self.markets.standby.unsynced(feed).collect()
    }

    /// Mark one book stale: nothing came for too long, by the caller's measure.
    pub fn silence(&mut self, instrument: u32, ts_recv_ns: i64) {
        let context = Context { instrument, ts_recv_ns, ts_event_ns: 0 };
        self.markets.with(context, |tracker, events| tracker.on_silence(context, events));
    }

    /// Mark one book suspect: another source says something else of it.
    pub fn distrust(&mut self, instrument: u32, ts_recv_ns: i64) {
        let context = Context { instrument, ts_recv_ns, ts_event_ns: 0 };
        self.markets.with(context, |tracker, events| tracker.on_distrust(context, events));
    }

    /// Empty one book: nobody brings it any more.
    pub fn reset(&mut self, instrument: u32, ts_recv_ns: i64) {
        self.markets.reset(instrument, ts_recv_ns);
    }

    /// Take one websocket frame. What is wrong with it is counted, never raised.
    #[inline]
    pub fn on_frame(&mut self, feed: u32, frame: &[u8], ts_recv_ns: i64) {
        self.take(feed, frame, ts_recv_ns, None);
    }

    /// Take the body of a REST order book answer for the venue's symbol `native`.
    pub fn on_snapshot(&mut self, feed: u32, native: &[u8], body: &[u8], ts_recv_ns: i64) {
        self.take(feed, body, ts_recv_ns, Some(native));
    }

    #[inline]
    fn take(&mut self, feed: u32, bytes: &[u8], ts_recv_ns: i64, asked: Option<&[u8]>) {
        let Some(known) = self.feeds.get_mut(feed as usize) else { return };
        let counts = known.counts_mut();
        counts.frames += 1;
        counts.bytes += bytes.len() as u64;
        let venue = known.venue();
        self.batch.clear();
        let decoded = decode(venue, bytes, &mut self.scratch, &mut self.batch, asked.is_some());
        let bytes = match decoded {
            Ok(bytes) => bytes,
            Err(error) => {
                known.counts_mut().decode_errors[error as usize] += 1;
                self.markets.report_failure(error, feed, bytes.len(), ts_recv_ns);
                return;
            }
        };
        let stream = self.batch.stream();
        let frame = Frame {
            bytes,
            feed,
            venue,
            stream: stream.map_or(0, |stream| stream.stream),
            ts_recv_ns,
            asked,
        };
        if stream.is_some_and(|stream| !self.markets.admit(known, feed, stream, ts_recv_ns)) {
            return;
        }
        known.counts_mut().messages += self.batch.messages().len() as u64;
        for message in self.batch.messages() {
            self.markets.on_message(message, &self.batch, frame, known);
        }
    }

    /// Mark books stale from which nothing came for `silence_ns` before `now_ns`.
    pub fn expire(&mut self, now_ns: i64, silence_ns: i64) {
        self.markets.expire(now_ns, silence_ns);
    }

    /// All instruments with their books, by number.
    #[inline]
    pub fn trackers(&self) -> &[Tracker] {
        &self.markets.trackers
    }

    /// One instrument with its book.
    #[inline]
    pub fn tracker(&self, instrument: u32) -> Option<&Tracker> {
        self.markets.trackers.get(instrument as usize)
    }

    /// All connections, by number.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }

    /// The waiting events.
    pub fn events(&self) -> &Events {
        &self.markets.events
    }

    /// The waiting events, to subscribe and drain.
    pub fn events_mut(&mut self) -> &mut Events {
        &mut self.markets.events
    }

    /// All assets, in the order in which their first instruments were registered.
    pub fn assets(&self) -> &[Asset] {
        &self.markets.assets
    }

    /// The asset of that name.
    pub fn asset(&self, name: &str) -> Option<&Asset> {
        self.markets.assets.get(*self.markets.names.get(name)?)
    }

    /// Bytes that the engine's books and assets hold.
    pub fn memory_bytes(&self) -> usize {
        let books: usize = self.markets.trackers.iter().map(Tracker::memory_bytes).sum();
        books
            + self.markets.standby.memory_bytes()
            + self.markets.assets.iter().map(Asset::memory_bytes).sum::<usize>()
    }
}

/// Decode a frame; return the text that the batch's spans refer to.
#[inline]
pub(crate) fn decode<'a>(
    venue: Venue,
    bytes: &'a [u8],
    scratch: &'a mut Vec<u8>,
    batch: &mut Batch,
    is_rest: bool,
) -> Result<&'a [u8], DecodeError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(DecodeError::TooLarge);
    }
    if !is_rest && venue.decode_usual(bytes, batch) {
        return Ok(bytes);
    }
    let bytes =
        if !is_rest && venue.is_binary(bytes) { bytes } else { text::prepare(bytes, scratch)? };
    if is_rest {
        venue.decode_snapshot(bytes, batch)?;
    } else {
        venue.decode(bytes, batch)?;
    }
    Ok(bytes)
}

impl Markets {
    fn add(&mut self, instrument: Instrument) -> Result<u32, EngineError> {
        if !instrument.has_valid_scale() {
            return Err(EngineError::Scale {
                price_decimals: instrument.price_decimals,
                size_decimals: instrument.size_decimals,
            });
        }
        let venue = instrument.venue;
        let taken = instrument.natives.iter().find(|native| {
            self.symbols.find(venue, native.as_bytes(), instrument.outcome).is_some()
        });
        if let Some(native) = taken {
            return Err(EngineError::DuplicateSymbol {
                venue: venue.name(),
                native: native.clone(),
            });
        }
        let asset = self.asset_of(&instrument)?;
        let id = self.trackers.len() as u32;
        for native in &instrument.natives {
            // A name given twice by the caller means the same instrument twice.
            let _ = self.symbols.add(venue, native.as_bytes(), instrument.outcome, id);
        }
        let member = self.assets[asset].add(id, &instrument);
        self.places.push((asset as u32, member));
        self.trackers.push(Tracker::new(instrument));
        self.standby.add();
        self.scan_all(asset);
        Ok(id)
    }

    /// Show the scanner every book of an asset: those of its first members may be
    /// live before there is anything to compare them with.
    fn scan_all(&mut self, asset: usize) {
        let context = Context { instrument: NO_INSTRUMENT, ts_recv_ns: 0, ts_event_ns: 0 };
        for member in 0..self.assets[asset].members().len() as u32 {
            self.assets[asset].on_change(member, &self.trackers, context, &mut self.events);
        }
    }

    /// The asset that an instrument belongs to, new if it is the first one.
    fn asset_of(&mut self, instrument: &Instrument) -> Result<usize, EngineError> {
        let scale = (instrument.price_decimals, instrument.size_decimals);
        let Some(at) = self.names.get(&instrument.asset).copied() else {
            self.names.insert(instrument.asset.clone(), self.assets.len());
            self.assets.push(Asset::new(instrument));
            return Ok(self.assets.len() - 1);
        };
        let expected = self.assets[at].scale();
        if expected == scale {
            return Ok(at);
        }
        let asset = instrument.asset.clone();
        Err(EngineError::AssetScale { asset, expected, received: scale })
    }

    /// Whether a numbered frame may be used; a gap makes the stream's books stale.
    fn admit(
        &mut self,
        feed: &mut Feed,
        number: u32,
        stream: StreamNumber,
        ts_recv_ns: i64,
    ) -> bool {
        match feed.judge(stream) {
            StreamVerdict::Next => true,
            StreamVerdict::Old => {
                feed.counts_mut().stream_old += 1;
                false
            }
            StreamVerdict::Gap { expected, received } => {
                feed.counts_mut().stream_gaps += 1;
                let nobody = Context { instrument: NO_INSTRUMENT, ts_recv_ns, ts_event_ns: 0 };
                self.events.push(nobody.event(EventKind::Gap, None, &[expected, received]));
                for (instrument, by) in feed.books() {
                    if by == stream.stream {
                        let context = Context { instrument, ..nobody };
                        self.with_copy(context, number, |tracker, events| {
                            tracker.on_stream_gap(context, events);
                        });
                    }
                }
                true
            }
        }
    }

    /// Let `act` change one instrument, then look at what follows for its asset.
    #[inline]
    fn with(&mut self, context: Context, act: impl FnOnce(&mut Tracker, &mut Events)) {
        let at = context.instrument as usize;
        let Some(tracker) = self.trackers.get_mut(at) else { return };
        act(tracker, &mut self.events);
        self.look_at(at, context);
        if self.standby.has_shadows(at) {
            self.rescue(at, context);
        }
    }

    /// See what follows for its asset from a change of the instrument `at`.
    #[inline]
    fn look_at(&mut self, at: usize, context: Context) {
        let (asset, member) = self.places[at];
        self.assets[asset as usize].on_change(member, &self.trackers, context, &mut self.events);
    }

    #[inline]
    fn on_message(&mut self, message: &Message, batch: &Batch, frame: Frame<'_>, feed: &mut Feed) {
        if let Body::Control(control, _) = message.body {
            feed.counts_mut().controls[control as usize] += 1;
            feed.keep_control(control, frame.ts_recv_ns, frame.bytes);
            self.report_control(control as u8, frame);
            return;
        }
        let Some(instrument) = self.resolve(message, frame, feed) else {
            feed.counts_mut().unknown_symbols += 1;
            return;
        };
        let context =
            Context { instrument, ts_recv_ns: frame.ts_recv_ns, ts_event_ns: message.ts_event_ns };
        match &message.body {
            Body::Book(book) => {
                feed.brings(instrument, frame.stream);
                let is_rest = frame.asked.is_some();
                if is_rest || self.standby.owns(instrument as usize, frame.feed) {
                    self.on_book(book, batch, context, is_rest);
                } else {
                    self.on_second(book, batch, context, frame.feed);
                }
            }
            Body::Trade(trade) => {
                if self.standby.owns_tape(instrument as usize, frame.feed) {
                    self.on_trade(trade, context);
                }
            }
            Body::Quote(quote) => {
                if self.standby.owns_quotes(instrument as usize, frame.feed) {
                    self.on_quote(quote, context);
                }
            }
            Body::Tick(tick) => {
                self.with_copy(context, frame.feed, |tracker, events| {
                    match tick.at_scale(tracker.instrument().price_decimals) {
                        Ok(tick) => tracker.on_tick(tick, context, events),
                        Err(_) => tracker.on_off_scale(context, events),
                    }
                });
            }
            Body::Depth(depth) => {
                self.with_copy(context, frame.feed, |tracker, _| tracker.set_depth(*depth));
            }
            Body::Control(..) => {}
        }
    }

    /// The instrument that a message means. A symbol that the frame does not
    /// name is that of the request, or of the only book on the connection.
    #[inline]
    fn resolve(&self, message: &Message, frame: Frame<'_>, feed: &Feed) -> Option<u32> {
        if let Some(asked) = frame.asked {
            return self.symbols.find(frame.venue, asked, message.outcome);
        }
        if message.symbol.is_empty() {
            // Recordings hold Binance's REST answers between its frames; they name nobody.
            let is_answer = frame.venue == Venue::Binance
                && matches!(&message.body, Body::Book(book) if book.kind == BookKind::Snapshot);
            return is_answer.then(|| feed.only_book()).flatten();
        }
        self.symbols.find(frame.venue, message.symbol.bytes(frame.bytes), message.outcome)
    }

    #[inline]
    fn on_book(&mut self, book: &BookMessage, batch: &Batch, context: Context, is_rest: bool) {
        let at = context.instrument as usize;
        let (Some(tracker), events) = (self.trackers.get_mut(at), &mut self.events) else { return };
        let before = events.wants(EventKind::Top).then(|| *tracker.bbo());
        match scale(tracker, batch, book, &mut self.levels) {
            Ok(decimals_sent) => {
                let levels = &self.levels;
                let update = Update { message: book, levels, decimals_sent, is_rest };
                tracker.on_update(&update, context, events);
            }
            Err(_) => tracker.on_off_scale(context, events),
        }
        if let Some(before) = before {
            report_top(tracker, before, context, events);
        }
        self.look_at(at, context);
        if self.standby.has_shadows(at) {
            self.rescue(at, context);
        }
    }

    fn on_trade(&mut self, trade: &Trade, context: Context) {
        let Some(tracker) = self.trackers.get_mut(context.instrument as usize) else { return };
        tracker.counts_mut().trades += 1;
        if !self.events.wants(EventKind::Trade) {
            return;
        }
        let instrument = tracker.instrument();
        let price = trade.price.at_scale(instrument.price_decimals);
        let size = trade.size.at_scale(instrument.size_decimals);
        let (Ok(price), Ok(size)) = (price, size) else {
            tracker.counts_mut().off_scale += 1;
            return;
        };
        let values = [price, size, trade.id.cast_signed()];
        let event = context.event(EventKind::Trade, None, &values);
        let side = trade.taker.map_or(NO_SIDE, |side| side as u8);
        self.events.push(Event { side, ..event });
    }

    fn on_quote(&mut self, quote: &Quote, context: Context) {
        self.with(context, |tracker, events| match tracker.scale_quote(quote) {
            Ok(quote) => tracker.on_quote(&quote, context, events),
            Err(_) => tracker.counts_mut().off_scale += 1,
        });
    }

    fn expire(&mut self, now_ns: i64, silence_ns: i64) {
        for instrument in 0..self.trackers.len() {
            let (ts_event_ns, ts_recv_ns) = self.trackers[instrument].times_ns();
            if now_ns.saturating_sub(ts_recv_ns) > silence_ns {
                let instrument = instrument as u32;
                let context = Context { instrument, ts_recv_ns: now_ns, ts_event_ns };
                self.with(context, |tracker, events| tracker.on_silence(context, events));
            }
        }
    }

    fn report_control(&mut self, control: u8, frame: Frame<'_>) {
        let context =
            Context { instrument: NO_INSTRUMENT, ts_recv_ns: frame.ts_recv_ns, ts_event_ns: 0 };
        let event = context.event(EventKind::Control, None, &[i64::from(frame.feed)]);
        self.events.push(Event { detail: control, ..event });
    }

    #[cold]
    fn report_failure(&mut self, error: DecodeError, feed: u32, length: usize, ts_recv_ns: i64) {
        let context = Context { instrument: NO_INSTRUMENT, ts_recv_ns, ts_event_ns: 0 };
        let values = [i64::from(feed), length as i64];
        let event = context.event(EventKind::DecodeFailed, None, &values);
        self.events.push(Event { detail: error as u8, ..event });
    }
}

/// Report best prices that are not what they were.
fn report_top(tracker: &Tracker, before: Bbo, context: Context, events: &mut Events) {
    let after = *tracker.bbo();
    if before != after {
        let [(bid, bid_size), (ask, ask_size)] =
            [after.bid, after.ask].map(Option::unwrap_or_default);
        let values = [bid, bid_size, ask, ask_size];
        events.push(context.event(EventKind::Top, tracker.sequence(), &values));
    }
}

/// Bring a message's levels to the instrument's scale; return the most decimals
/// that a price and a size had as sent.
#[inline]
fn scale(
    tracker: &mut Tracker,
    batch: &Batch,
    book: &BookMessage,
    scaled: &mut Vec<ScaledLevel>,
) -> Result<(u8, u8), NumberError> {
    let instrument = tracker.instrument();
    let (price_decimals, size_decimals) = (instrument.price_decimals, instrument.size_decimals);
    let mut sent = (0, 0);
    scaled.clear();
    for level in batch.levels_of(book) {
        sent = (sent.0.max(level.price.decimals), sent.1.max(level.size.decimals));
        scaled.push(ScaledLevel {
            side: level.side,
            price: level.price.at_scale(price_decimals)?,
            size: level.size.at_scale(size_decimals)?,
        });
    }
    tracker.count_off_grid(scaled);
    Ok(sent)
}
