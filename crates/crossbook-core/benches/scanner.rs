//! What a change of a book costs the scanner, and a look at the consolidated book.
//!
//! `cargo bench -p crossbook-core --bench scanner`

use std::hint::black_box;

use criterion::Criterion;
use crossbook_core::batch::{BookKind, Side};
use crossbook_core::book::{Book, ScaledLevel};
use crossbook_core::consolidated;
use crossbook_core::crossing::Terms;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::scanner::Scanner;
use crossbook_core::venue::Venue;

/// A book of `levels` levels a side, two steps wide around `mid`.
fn book(mid: i64, step: i64, levels: i64) -> Book {
    let mut book = Book::default();
    let levels: Vec<ScaledLevel> = (1..=levels)
        .flat_map(|rank| {
            let size = 1_000 + rank * 7_919 % 5_000;
            [
                ScaledLevel { side: Side::Bid, price: mid - rank * step, size },
                ScaledLevel { side: Side::Ask, price: mid + rank * step, size },
            ]
        })
        .collect();
    assert!(book.apply(BookKind::Snapshot, &levels, 0, |_| {}).is_ok());
    book
}

/// One asset on the first `members` venues, with the fees of one curve.
struct Asset {
    scanner: Scanner,
    books: Vec<Book>,
}

impl Asset {
    fn new(members: usize, terms: Terms, price_decimals: u8, mid: i64, step: i64) -> Self {
        let mut scanner = Scanner::new(price_decimals, 0);
        let books = vec![book(mid, step, 1_000); members];
        for venue in &Venue::ALL[..members] {
            let member = scanner.add(*venue, terms);
            scanner.on_change(member, |at| books.get(at as usize), |_| {});
        }
        Self { scanner, books }
    }

    /// The mean of changing the first member's book from one to another and back.
    fn bench(
        mut self,
        criterion: &mut Criterion,
        name: &str,
        one: &Book,
        other: &Book,
        open: usize,
    ) {
        let books = self.books;
        let mut change = |first: &Book| {
            let mut reports = 0;
            let accessor = |at: u32| if at == 0 { Some(first) } else { books.get(at as usize) };
            self.scanner.on_change(black_box(0), accessor, |_| reports += 1);
            reports
        };
        change(one);
        criterion.bench_function(name, |bencher| {
            let mut is_other = false;
            bencher.iter(|| {
                is_other = !is_other;
                change(if is_other { other } else { one })
            });
        });
        assert_eq!(self.scanner.open().count(), open, "{name}");
    }
}

fn proportional() -> Terms {
    Terms { lot: 10, fee: Fee { rate_ppm: 1_000, ..Fee::default() }, ..Terms::default() }
}

fn quadratic() -> Terms {
    let fee = Fee { rate_ppm: 40_000, curve: FeeCurve::Quadratic };
    Terms { lot: 100, fee, fee_quantum: 10_000, ..Terms::default() }
}

fn changes(criterion: &mut Criterion) {
    let mid = 6_000_000_000;
    for members in [2, 3, 9] {
        let asset = || Asset::new(members, proportional(), 8, mid, 1_000);
        let (same, moved) = (book(mid, 1_000, 1_000), book(mid + 1_000, 1_000, 1_000));
        let name = |what: &str| format!("{members} venues, {what}");
        asset().bench(criterion, &name("below the best prices"), &same, &same.clone(), 0);
        asset().bench(criterion, &name("best prices move"), &same, &moved, 0);
        // Bought on each other venue and sold on the first: 0.2002 % pay both fees,
        // the rest pays for ten levels.
        let high = mid + mid / 1_000_000 * 2_002 + 20_000;
        let (high, higher) = (book(high, 1_000, 1_000), book(high + 1_000, 1_000, 1_000));
        asset().bench(criterion, &name("all pairs with it open"), &high, &higher, members - 1);
    }
    let asset = || Asset::new(2, quadratic(), 4, 5_000, 10);
    let (same, moved) = (book(5_000, 10, 400), book(5_010, 10, 400));
    asset().bench(criterion, "2 prediction markets, best prices move", &same, &moved, 0);
    let (high, higher) = (book(5_300, 10, 400), book(5_310, 10, 400));
    asset().bench(criterion, "2 prediction markets, pair open", &high, &higher, 1);
}

fn views(criterion: &mut Criterion) {
    let books: Vec<Book> =
        (0..9).map(|venue| book(6_000_000_000 + venue * 500, 1_000, 1_000)).collect();
    let members = || (0..).zip(&books);
    let mut sizes = Vec::new();
    criterion.bench_function("consolidated, 9 venues, ten best levels", |bencher| {
        bencher.iter(|| {
            let mut levels = consolidated::levels(Side::Bid, members());
            (0..10).filter_map(|_| levels.next_level(&mut sizes)).map(|level| level.1).sum::<i128>()
        });
    });
    criterion.bench_function("consolidated, 9 venues, best of both sides", |bencher| {
        bencher.iter(|| {
            let bid = consolidated::best(Side::Bid, black_box(&books));
            (bid, consolidated::best(Side::Ask, black_box(&books)))
        });
    });
    criterion.bench_function("consolidated, 9 venues, size at a price near the top", |bencher| {
        let price = black_box(5_999_995_000);
        bencher.iter(|| consolidated::total_at(Side::Bid, price, members(), &mut sizes));
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    changes(&mut criterion);
    views(&mut criterion);
    criterion.final_summary();
}
