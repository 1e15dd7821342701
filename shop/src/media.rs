//! Picture files: on disk in the data folder, named by their content.

use std::path::PathBuf;
use std::sync::Arc;

/// The folder of media files; cheap to clone.
#[derive(Clone, Debug)]
pub struct Media {
    pub folder: Arc<PathBuf>,
}
