//! Files that were damaged, or made to do harm: each kind of file is changed at random until a hundred changes were refused. None may
//! panic, and none may make a reader ask for much more memory than the file has bytes.
#![cfg(all(feature = "import", feature = "onnx"))]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{checkpoint, golden_path};
use segscope::graph::onnx::{Output, export};
use segscope::graph::random::random_weights;
use segscope::graph::{Conv2d, Graph, GraphBuilder};
use segscope::weights::import::{ArchitectureSpec, Checkpoint, ImportSpec, import, import_file};
use segscope::weights::{Model, Precision};
use segscope::{Error, zoo};

/// Changes until this many were refused.
const REFUSED: usize = 100;
/// So many changes of hundred may go unnoticed: a weight is as good as any other.
const MOST_HARMLESS: usize = 900;
/// What a reader may hold at a time, besides what it holds of the whole file.
const MOST_BYTES: usize = 64 << 20;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is the system allocator's, and the counters are atomic.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// SplitMix64, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

/// One of the ways in which files go bad: cut, a byte or eight of them changed, a stretch doubled, removed, or moved elsewhere.
fn mutated(file: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = file.to_vec();
    // Headers are short and weights long: half of the changes are where the structure is.
    let places = if random.below(2) == 0 { bytes.len() } else { bytes.len().min(4096) };
    let at = random.below(places);
    let length = (1 + random.below(64)).min(bytes.len() - at);
    match random.below(6) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << random.below(8),
        2 => bytes[at..at + length.min(8)].fill(0xFF),
        3 => {
            let copy = bytes[at..at + length].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => drop(bytes.drain(at..at + length)),
        _ => {
            let other = random.below(places - length.min(places - 1));
            bytes.copy_within(at..at + length, other.min(file.len() - length));
        }
    }
    bytes
}

fn refuse_a_hundred<T>(kind: &str, file: &[u8], read: impl Fn(&[u8]) -> Result<T, Error>) {
    assert!(read(file).is_ok(), "{kind}: the file is good before it is changed");
    let (mut refused, mut harmless, mut random) = (0, 0, Random(1));
    while refused < REFUSED {
        let bytes = mutated(file, &mut random);
        let before = HELD.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let result = read(&bytes);
        let peak = PEAK.load(Ordering::Relaxed) - before;
        assert!(peak < MOST_BYTES, "{kind}: change {} made a reader hold {peak} bytes", refused + harmless);
        match result {
            Ok(_) => harmless += 1,
            Err(error) => {
                let message = error.to_string();
                assert!(message.len() > 20 && message.len() < 20_000, "{kind}: \"{message}\"");
                refused += 1;
            }
        }
        assert!(harmless < MOST_HARMLESS, "{kind}: only {refused} changes were noticed");
    }
    println!("{kind}: {refused} refused, {harmless} harmless");
}

fn small_network() -> Graph {
    let (mut g, x) = GraphBuilder::new(3);
    let stem = g.conv("stem", x, Conv2d::new(8, 3).stride(2).bias());
    let deep = g.conv("deep", stem, Conv2d::new(8, 3).stride(2).bias());
    let large = g.resize_like(deep, stem, segscope::graph::Interpolation::Bilinear, false);
    let both = g.concat(&[stem, large]);
    let scores = g.conv("head", both, Conv2d::new(4, 1).bias());
    g.build(scores)
}

/// The counters are the process's: one test, so that nothing else runs beside it.
#[test]
fn a_hundred_changes_of_each_kind_of_file_are_a_hundred_errors() {
    let graph = small_network();
    let onnx = export(&graph, &random_weights(&graph), [32, 48], Output::Scores).unwrap();
    refuse_a_hundred("ONNX", &onnx, |bytes| import_file(bytes, "network.onnx", Precision::Int8));

    let model = import_file(&onnx, "network.onnx", Precision::Int8).unwrap().to_bytes();
    refuse_a_hundred("model file", &model, Model::from_bytes);

    // No network of the zoo is as small as these files; what matters is that reading them ends well.
    for name in ["plain.pth", "legacy.pth", "f32.safetensors"] {
        let file = std::fs::read(golden_path("pth").join(name)).unwrap();
        refuse_a_hundred(name, &file, |bytes| Checkpoint::read(bytes).map(drop));
    }
    let spec = ImportSpec::new(ArchitectureSpec { name: "enet".into(), scale: None, classes: 4 });
    let graph = zoo::build("enet", &spec.architecture.options()).unwrap();
    let checkpoint = checkpoint(&graph, &random_weights(&graph));
    refuse_a_hundred("checkpoint", &checkpoint, |bytes| import(bytes, &spec, Precision::Int8));
    assert_eq!(import_file(&checkpoint, "my.safetensors", Precision::Int8).unwrap().info.name, "my (enet)");
}
