//! The one error type: a stable kind that callers branch on, and a sentence that says what to do.

use std::fmt;

/// What went wrong, as far as a caller would act differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The model file ends before its own header says it does.
    ModelTruncated,
    /// The model file contradicts itself: lengths, shapes, NaN, cycles, missing or surplus tensors.
    ModelInvalid,
    /// The model file is sound but asks for something this build cannot do.
    ModelUnsupported,
    /// A checkpoint's tensors do not fit the architecture they are imported into.
    WeightsMismatch,
    /// The requested input size cannot be run through this network.
    InputSize,
    /// No model has been loaded yet.
    NoModel,
    /// No picture has been segmented yet.
    NoResult,
    /// There is no such node in the graph.
    NoSuchLayer,
    /// A pixel or option outside its range.
    OutOfRange,
    /// This call belongs to the other backend.
    BackendUnavailable,
    /// The browser has no WebGPU.
    NoWebGpu,
    /// WebGPU is there but offers no adapter.
    NoAdapter,
    /// The adapter's limits are below what this picture and network need.
    LimitsTooLow,
    /// The GPU device was lost or reported an error.
    DeviceLost,
}

impl ErrorKind {
    /// The stable kebab-case code that pages, tests and scripts compare with.
    pub fn code(self) -> &'static str {
        match self {
            Self::ModelTruncated => "model-truncated",
            Self::ModelInvalid => "model-invalid",
            Self::ModelUnsupported => "model-unsupported",
            Self::WeightsMismatch => "weights-mismatch",
            Self::InputSize => "input-size",
            Self::NoModel => "no-model",
            Self::NoResult => "no-result",
            Self::NoSuchLayer => "no-such-layer",
            Self::OutOfRange => "out-of-range",
            Self::BackendUnavailable => "backend-unavailable",
            Self::NoWebGpu => "no-webgpu",
            Self::NoAdapter => "no-adapter",
            Self::LimitsTooLow => "limits-too-low",
            Self::DeviceLost => "device-lost",
        }
    }
}

/// An error with a stable [`ErrorKind`] and a message for a person.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// Keeps the error underneath for whoever prints the chain.
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|s| s as _)
    }
}
