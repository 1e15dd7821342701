//! What the disk can do on its own: a page written and synced, again and again.

use shop::{Error, Result};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const PAGE: [u8; 4096] = [7; 4096];
/// Pages of the file that is written round and round, so that its size does not change.
const PAGES: u64 = 256;
const TIME: Duration = Duration::from_secs(1);

pub(super) fn fdatasyncs_per_second(folder: &Path) -> Result<f64> {
    measure(folder).map_err(|error| Error::Internal(format!("{}: {error}", folder.display())))
}

fn measure(folder: &Path) -> std::io::Result<f64> {
    let path = folder.join("fdatasync");
    let mut file = std::fs::File::create(&path)?;
    for _ in 0..PAGES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    let (start, mut count) = (Instant::now(), 0u32);
    while start.elapsed() < TIME {
        file.seek(SeekFrom::Start(u64::from(count) % PAGES * PAGE.len() as u64))?;
        file.write_all(&PAGE)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}
