//! The merchant's pages: routes below `/admin`, one POST route per action.
//!
//! Every route but the log-in and the one-time link demands staff, some an owner ([`desk`]). Handlers are thin: who is
//! asking, call `shop`, draw or go back. Nothing here is cached or indexed.

mod abandoned;
mod account;
mod attribute;
mod audit;
mod bulk;
mod category;
mod collection;
mod currency;
mod desk;
mod door;
mod gift_card;
mod group;
mod health;
mod home;
mod import;
mod inventory;
mod mail;
mod media;
mod order;
mod picture;
mod price_list;
mod product;
mod promotion;
mod quick;
mod reconciliation;
mod redirect;
mod review;
mod sale;
mod search;
mod setting;
mod sheet;
mod shipping;
mod staff;
mod tax;
mod warehouse;

use crate::state::AppState;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, HeaderName};
use shop::limits::{EDITOR_BODY_BYTES, IMPORT_FILE_BYTES, PICTURES_BODY_BYTES, PRICES_BODY_BYTES, UPLOAD_BODY_BYTES};

pub fn router() -> Router<AppState> {
    let owner = Router::new()
        .route("/admin/staff", get(staff::list))
        .route("/admin/staff/invite", post(staff::invite))
        .route("/admin/staff/{id}/role", post(staff::role))
        .route("/admin/staff/{id}/disable", post(staff::disable))
        .route("/admin/staff/{id}/enable", post(staff::enable))
        .route("/admin/audit", get(audit::list))
        .route("/admin/health", get(health::show))
        .route("/admin/reconciliation", get(reconciliation::list))
        .route("/admin/reconciliation/compare", post(reconciliation::compare))
        .route("/admin/reconciliation/resume", post(reconciliation::resume))
        .route("/admin/reconciliation/{id}", post(reconciliation::decide))
        .route("/admin/settings", get(setting::page).post(setting::change));
    let orders = Router::new()
        .route("/admin/orders", get(order::list))
        .route("/admin/orders/{number}", get(order::detail))
        .route("/admin/orders/{number}/capture", post(order::capture))
        .route("/admin/orders/{number}/ship", post(order::ship))
        .route("/admin/orders/{number}/delivered", post(order::delivered))
        .route("/admin/orders/{number}/cancel", post(order::cancel))
        .route("/admin/orders/{number}/hold", post(order::hold))
        .route("/admin/orders/{number}/release", post(order::release))
        .route("/admin/orders/{number}/refund", post(order::refund));
    let products = Router::new()
        .route("/admin/products", get(product::list))
        .route("/admin/products/quick", post(quick::save))
        .route("/admin/products/new", get(product::new_page).post(product::create))
        .route("/admin/products/bulk", get(bulk::history).post(bulk::choose))
        .route("/admin/products/bulk/{id}", get(bulk::show))
        .route("/admin/products/bulk/{id}/sheet", get(sheet::show).post(sheet::plan))
        .route("/admin/products/bulk/{id}/plan", post(bulk::plan))
        .route("/admin/products/bulk/{id}/again", post(bulk::again))
        .route("/admin/products/bulk/{id}/apply", post(bulk::apply))
        .route("/admin/products/bulk/{id}/stop", post(bulk::stop))
        .route("/admin/products/bulk/{id}/undo", post(bulk::undo))
        .route("/admin/products/{id}", get(product::edit_page).post(product::save))
        .route("/admin/products/{id}/limit", post(product::save_limit))
        .route("/admin/attributes", get(attribute::list))
        .route("/admin/attributes/new", get(attribute::new_page).post(attribute::create))
        .route("/admin/attributes/{id}", get(attribute::edit_page).post(attribute::save))
        .route("/admin/attributes/{id}/move", post(attribute::put))
        .route("/admin/attributes/{id}/delete", post(attribute::remove))
        .layer(DefaultBodyLimit::max(EDITOR_BODY_BYTES));
    let delivery = Router::new()
        .route("/admin/shipping", get(shipping::list))
        .route("/admin/shipping/try", get(shipping::try_out))
        .route("/admin/shipping/zones/new", get(shipping::new_zone).post(shipping::create_zone))
        .route("/admin/shipping/zones/{id}", get(shipping::edit_zone).post(shipping::save_zone))
        .route("/admin/shipping/zones/{id}/delete", post(shipping::remove_zone))
        .route("/admin/shipping/zones/{id}/methods/new", get(shipping::new_method).post(shipping::create_method))
        .route("/admin/shipping/methods/{id}", get(shipping::edit_method).post(shipping::save_method))
        .route("/admin/shipping/methods/{id}/delete", post(shipping::remove_method))
        .route("/admin/warehouses", get(warehouse::list))
        .route("/admin/warehouses/new", get(warehouse::new_page).post(warehouse::create))
        .route("/admin/warehouses/{id}", get(warehouse::edit_page).post(warehouse::save))
        .layer(DefaultBodyLimit::max(EDITOR_BODY_BYTES));
    let prices = Router::new()
        .route("/admin/sales", get(sale::list))
        .route("/admin/sales/new", get(sale::new_page).post(sale::create))
        .route("/admin/sales/{id}", get(sale::show).post(sale::save))
        .route("/admin/sales/{id}/cancel", post(sale::cancel))
        .route("/admin/sales/{id}/delete", post(sale::delete))
        .route("/admin/discounts", get(promotion::list))
        .route("/admin/discounts/new", get(promotion::new_page).post(promotion::create))
        .route("/admin/discounts/try", get(promotion::try_out))
        .route("/admin/discounts/{id}", get(promotion::show).post(promotion::save))
        .route("/admin/discounts/{id}/archive", post(promotion::archive))
        .route("/admin/discounts/{id}/codes", post(promotion::add_code))
        .route("/admin/discounts/{id}/codes.csv", get(promotion::download))
        .route("/admin/discounts/{id}/codes/batch", post(promotion::generate))
        .route("/admin/discounts/{id}/codes/{code}", post(promotion::set_code))
        .route("/admin/gift-cards", get(gift_card::list).post(gift_card::issue))
        .route("/admin/gift-cards/credit", get(gift_card::credit).post(gift_card::grant))
        .route("/admin/gift-cards/{id}", get(gift_card::show))
        .route("/admin/gift-cards/{id}/expiry", post(gift_card::set_expiry))
        .route("/admin/gift-cards/{id}/freeze", post(gift_card::freeze))
        .route("/admin/gift-cards/{id}/unfreeze", post(gift_card::unfreeze))
        .route("/admin/gift-cards/{id}/renew", post(gift_card::renew))
        .route("/admin/gift-cards/{id}/take-back", post(gift_card::take_back))
        .route("/admin/currencies", get(currency::list).post(currency::add))
        .route("/admin/currencies/rates", post(currency::put_rates))
        .route("/admin/currencies/{code}", get(currency::show).post(currency::save))
        .route("/admin/currencies/{code}/offer", post(currency::offer))
        .route("/admin/currencies/{code}/withdraw", post(currency::withdraw))
        .route("/admin/currencies/{code}/missing", get(currency::missing))
        .route("/admin/price-lists", get(price_list::list))
        .route("/admin/price-lists/new", get(price_list::new_page).post(price_list::create))
        .route("/admin/price-lists/groups", get(group::list).post(group::create))
        .route("/admin/price-lists/groups/{id}", get(group::show).post(group::rename))
        .route("/admin/price-lists/groups/{id}/add", post(group::add))
        .route("/admin/price-lists/groups/{id}/remove", post(group::remove))
        .route("/admin/price-lists/groups/{id}/delete", post(group::delete))
        .route("/admin/price-lists/{id}", get(price_list::show).post(price_list::save))
        .route("/admin/price-lists/{id}/entries", post(price_list::put))
        .route("/admin/price-lists/{id}/entries.csv", get(price_list::download))
        .route("/admin/price-lists/{id}/fill", post(price_list::fill))
        .route("/admin/price-lists/{id}/remove", post(price_list::remove))
        .route("/admin/price-lists/{id}/delete", post(price_list::delete))
        .layer(DefaultBodyLimit::max(PRICES_BODY_BYTES));
    let taxes = Router::new()
        .route("/admin/taxes", get(tax::list))
        .route("/admin/taxes/presets/{preset}", post(tax::fill))
        .route("/admin/taxes/zones/new", get(tax::new_page).post(tax::create))
        .route("/admin/taxes/zones/{id}", get(tax::show).post(tax::save))
        .route("/admin/taxes/zones/{id}/delete", post(tax::delete))
        .route("/admin/taxes/zones/{id}/rates", post(tax::add_rate))
        .route("/admin/taxes/zones/{id}/rates/{rate}/end", post(tax::end_rate))
        .route("/admin/taxes/zones/{id}/rates/{rate}/delete", post(tax::remove_rate))
        .route("/admin/taxes/classes", get(tax::classes).post(tax::add_class))
        .route("/admin/taxes/classes/delete", post(tax::remove_class))
        .route("/admin/taxes/exemptions", get(tax::exempt::list).post(tax::exempt::add))
        .route("/admin/taxes/exemptions/groups/{id}", post(tax::exempt::set_group))
        .route("/admin/taxes/exemptions/{id}/verified", post(tax::exempt::verify))
        .route("/admin/taxes/exemptions/{id}/delete", post(tax::exempt::remove))
        .route("/admin/taxes/try", get(tax::look::calculator))
        .route("/admin/taxes/report", get(tax::look::report))
        .route("/admin/taxes/report.csv", get(tax::look::report_file));
    let uploads = Router::new()
        .route("/admin/redirects/file", post(redirect::file))
        .layer(DefaultBodyLimit::max(UPLOAD_BODY_BYTES));
    let pictures = Router::new()
        .route("/admin/products/{id}/pictures", post(picture::upload))
        .route("/admin/categories/{id}/picture", post(category::set_picture))
        .route("/admin/media/{id}/file", post(media::replace))
        .layer(DefaultBodyLimit::max(PICTURES_BODY_BYTES));
    // The handler counts the file itself; what stands around it in the body is little.
    let files = Router::new()
        .route("/admin/import", get(import::page).post(import::upload))
        .layer(DefaultBodyLimit::max(IMPORT_FILE_BYTES + 64 * 1024));
    let imports = Router::new()
        .route("/admin/import/export", get(import::export))
        .route("/admin/import/sample/{format}", get(import::sample))
        .route("/admin/import/{id}", get(import::show))
        .route("/admin/import/{id}/columns", get(import::columns))
        .route("/admin/import/{id}/check", post(import::check))
        .route("/admin/import/{id}/run", post(import::run))
        .route("/admin/import/{id}/cancel", post(import::cancel))
        .route("/admin/import/{id}/roll-back", post(import::roll_back))
        .route("/admin/import/{id}/errors.csv", get(import::errors))
        .layer(DefaultBodyLimit::max(EDITOR_BODY_BYTES));
    let lists = Router::new()
        .route("/admin/categories", get(category::list))
        .route("/admin/categories/new", get(category::new_page).post(category::create))
        .route("/admin/categories/{id}", get(category::edit_page).post(category::save))
        .route("/admin/categories/{id}/move", post(category::put))
        .route("/admin/categories/{id}/delete", post(category::remove))
        .route("/admin/categories/{id}/picture/remove", post(category::remove_picture))
        .route("/admin/collections", get(collection::list))
        .route("/admin/collections/new", get(collection::new_page).post(collection::create))
        .route("/admin/collections/count", post(collection::count))
        .route("/admin/collections/{id}", get(collection::edit_page).post(collection::save))
        .route("/admin/collections/{id}/add", post(collection::add))
        .route("/admin/collections/{id}/move", post(collection::put))
        .route("/admin/collections/{id}/take-out", post(collection::take_out))
        .route("/admin/collections/{id}/pin", post(collection::pin))
        .route("/admin/collections/{id}/unpin", post(collection::unpin))
        .route("/admin/collections/{id}/delete", post(collection::remove));
    Router::new()
        .route("/admin", get(home::page))
        .route("/admin/abandoned-carts", get(abandoned::list).post(abandoned::change))
        .route("/admin/inventory", get(inventory::list))
        .route("/admin/inventory/{sku}", get(inventory::detail).post(inventory::adjust))
        .route("/admin/inventory/{sku}/unfreeze", post(inventory::unfreeze))
        .route("/admin/search", get(search::show))
        .route("/admin/search/reindex", post(search::reindex))
        .route("/admin/search/synonyms", post(search::add_synonym))
        .route("/admin/search/synonyms/{id}/delete", post(search::remove_synonym))
        .route("/admin/search/pins", post(search::pin))
        .route("/admin/search/pins/first", post(search::put_first))
        .route("/admin/search/pins/delete", post(search::unpin))
        .route("/admin/media", get(media::list))
        .route("/admin/media/erase", post(media::erase))
        .route("/admin/media/{id}/alt", post(media::set_alt))
        .route("/admin/reviews", get(review::list))
        .route("/admin/reviews/{id}", get(review::detail))
        .route("/admin/reviews/{id}/approve", post(review::approve))
        .route("/admin/reviews/{id}/reject", post(review::reject))
        .route("/admin/reviews/{id}/reply", post(review::reply))
        .route("/admin/reviews/{id}/pictures/{picture}/remove", post(review::remove_picture))
        .merge(products)
        .merge(prices)
        .merge(delivery)
        .merge(taxes)
        .merge(uploads)
        .merge(pictures)
        .merge(files)
        .merge(imports)
        .route("/admin/login", get(door::log_in_page).post(door::log_in))
        .route("/admin/logout", post(door::log_out))
        .route("/admin/setup/{token}", get(door::setup_page).post(door::setup))
        .route("/admin/sessions", get(account::page))
        .route("/admin/sessions/revoke", post(account::revoke))
        .route("/admin/sessions/password", post(account::password))
        .route("/admin/redirects", get(redirect::list).post(redirect::add))
        .route("/admin/redirects/{id}/delete", post(redirect::remove))
        .route("/admin/redirects/missing", get(redirect::missing))
        .route("/admin/redirects/missing/forget", post(redirect::forget))
        .route("/admin/mail", get(mail::list))
        .route("/admin/mail/{id}", get(mail::detail))
        .route("/admin/mail/{id}/body", get(mail::body))
        .merge(lists)
        .merge(orders)
        .merge(owner)
        .layer(map_response(private))
}

/// Says that an answer is one person's and nobody else's.
async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}
