//! How fast this machine runs the loaded network: what `backend: "auto"` decides by.

use web_time::Instant;

use super::{Backend, Session, elapsed_ms};
use crate::error::Result;

impl<B: Backend> Session<B> {
    /// Milliseconds of each of `runs` runs on an empty input of `[height, width]`, after one that does not count.
    ///
    /// Errors: `no-model`, `input-size`, `limits-too-low`, `device-lost`.
    pub async fn time_network(&self, size: [usize; 2], runs: usize) -> Result<Vec<f64>> {
        let loaded = self.loaded()?;
        let channels = B::graph(&loaded.network).channels()?[0];
        let executor = self.backend.executor(&loaded.network, size, &[]).await?;
        let input = vec![0.0; channels * size[0] * size[1]];
        let mut times = Vec::new();
        for run in 0..=runs {
            let start = Instant::now();
            self.backend.run_tensor(&loaded.network, &executor, &input).await?;
            if run > 0 {
                times.push(elapsed_ms(start));
            }
        }
        Ok(times)
    }
}
