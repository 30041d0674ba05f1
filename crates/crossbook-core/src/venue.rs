//! The venues this core can read.

use crate::batch::Batch;
use crate::error::DecodeError;
use crate::venues;

/// An exchange or prediction market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Venue {
    /// Binance Spot.
    Binance,
    /// Coinbase: Advanced Trade and the Exchange feed.
    Coinbase,
    /// Kraken Spot: websocket v2 and v1.
    Kraken,
    /// MEXC Spot v3 (protobuf).
    Mexc,
    /// Gate.io Spot v4.
    Gateio,
    /// Bybit v5.
    Bybit,
    /// OKX v5.
    Okx,
    /// Polymarket (CLOB).
    Polymarket,
    /// Kalshi.
    Kalshi,
}

impl Venue {
    /// All venues, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Binance,
        Self::Coinbase,
        Self::Kraken,
        Self::Mexc,
        Self::Gateio,
        Self::Bybit,
        Self::Okx,
        Self::Polymarket,
        Self::Kalshi,
    ];

    /// The venue's id: lower case, as everywhere in crossbook.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binance => "binance",
            Self::Coinbase => "coinbase",
            Self::Kraken => "kraken",
            Self::Mexc => "mexc",
            Self::Gateio => "gateio",
            Self::Bybit => "bybit",
            Self::Okx => "okx",
            Self::Polymarket => "polymarket",
            Self::Kalshi => "kalshi",
        }
    }

    /// The venue of this id, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|venue| venue.name() == name)
    }

    /// Whether a frame is binary for this venue, hence not text to be checked.
    #[inline]
    pub fn is_binary(self, frame: &[u8]) -> bool {
        self == Self::Mexc && venues::mexc::is_protobuf(frame)
    }

    /// Decode one websocket frame into `batch`.
    ///
    /// # Errors
    /// The reason why nothing of the frame may be used.
    #[inline]
    pub fn decode(self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        match self {
            Self::Binance => venues::binance::decode(frame, batch),
            Self::Coinbase => venues::coinbase::decode(frame, batch),
            Self::Kraken => venues::kraken::decode(frame, batch),
            Self::Mexc => venues::mexc::decode(frame, batch),
            Self::Gateio => venues::gateio::decode(frame, batch),
            Self::Bybit => venues::bybit::decode(frame, batch),
            Self::Okx => venues::okx::decode(frame, batch),
            Self::Polymarket => venues::polymarket::decode(frame, batch),
            Self::Kalshi => venues::kalshi::decode(frame, batch),
        }
    }

    /// Decode the commonest frame of the venue as it always spells it; `false`,
    /// and nothing is read, if the frame is any other, or the venue has no such reader.
    ///
    /// A frame that is decoded is ASCII without escapes: [`crate::text::prepare`]
    /// would change nothing of it.
    #[inline]
    pub fn decode_usual(self, frame: &[u8], batch: &mut Batch) -> bool {
        match self {
            Self::Coinbase => venues::coinbase::decode_usual(frame, batch),
            Self::Kraken => venues::kraken::decode_usual(frame, batch),
            Self::Polymarket => venues::polymarket::decode_usual(frame, batch),
            Self::Kalshi => venues::kalshi::decode_usual(frame, batch),
            _ => false,
        }
    }

    /// Decode the body of a REST order book answer into `batch`.
    ///
    /// Where the body names no symbol, the message's symbol is empty: the
    /// caller knows what it asked for.
    ///
    /// # Errors
    /// The reason why nothing of the body may be used; `UnknownMessage` for a
    /// venue whose REST book cannot be joined to its stream.
    pub fn decode_snapshot(self, body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        match self {
            Self::Binance => venues::binance::decode_snapshot(body, batch),
            Self::Mexc => venues::mexc::decode_snapshot(body, batch),
            Self::Gateio => venues::gateio::decode_snapshot(body, batch),
            Self::Bybit => venues::bybit::decode_snapshot(body, batch),
            Self::Okx => venues::okx::decode_snapshot(body, batch),
            Self::Polymarket => venues::polymarket::decode_snapshot(body, batch),
            Self::Kalshi => venues::kalshi::decode_snapshot(body, batch),
            Self::Coinbase | Self::Kraken => Err(DecodeError::UnknownMessage),
        }
    }
}
