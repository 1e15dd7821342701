//! The page that tells a person what went wrong, in the storefront's frame.

use crate::pages::frame;
use crate::request_id::RequestId;
use crate::state::AppState;
use shop::Problem;
use shop::catalogue;

/// A complete document; the request id stands on it when the fault is ours. An address that does not exist gets the
/// categories as a way on.
pub async fn html(state: &AppState, problem: &Problem, id: &RequestId) -> String {
    let mut site = frame::bare_site(state);
    if problem.status == 404 {
        site.menu = catalogue::menu(&state.shop).await.unwrap_or_default();
    }
    let id = (problem.status >= 500).then(|| id.to_string());
    crate::render::render(|| app::pages::problem::problem(&site, problem, id))
}
