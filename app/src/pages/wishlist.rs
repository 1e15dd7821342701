//! A wishlist: one's own, with what can be done about it, and one that somebody else has shared.

use crate::components::picture::{self, Frame, Load};
use crate::components::{Price, RatingLine};
use crate::pages::alert::name;
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::alert::Waiting;
use shop::wishlist::{Wish, Wishlist};

/// How wide a picture is (style/shop/wishlist.css).
const FRAME: Frame = Frame { widths: &[("(min-width: 48rem)", "9rem"), ("", "28vw")], shape: (4, 5) };

/// What else is shown on one's own list.
#[derive(Default)]
pub struct Around {
    /// Nobody is logged in: the list is this browser's.
    pub is_guest: bool,
    /// What a customer wants to be told about.
    pub waiting: Vec<Waiting>,
    /// Why the last thing was refused.
    pub problem: Option<String>,
}

pub fn own(site: &Site, list: Wishlist, around: Around) -> impl IntoView + use<> {
    let problem = around.problem.map(|text| view! { <p class="notice notice-bad" role="alert">{text}</p> });
    let guest = (around.is_guest && !list.wishes.is_empty()).then(|| {
        view! {
            <p class="small">
                "This list is kept for this browser. "
                <a class="text-link" href="/login?next=%2Fwishlist">"Log in"</a>" to have it everywhere."
            </p>
        }
    });
    let share = (!list.wishes.is_empty()).then(|| sharing(site, list.share_token.as_deref()));
    let content = if list.wishes.is_empty() {
        empty()
    } else {
        let items = list.wishes.into_iter().map(|wish| item(wish, true)).collect_view();
        view! { <ul class="wishes">{items}</ul> }.into_any()
    };
    let body = view! {
        <div class="wishlist stack">
            <h1>"Wishlist"</h1>
            {problem}
            {guest}
            {content}
            {share}
            {waiting(around.waiting)}
        </div>
    };
    document(site, Head::private("Wishlist"), body)
}

/// Somebody else's list: to be read, and nothing is told of whose it is.
pub fn shared(site: &Site, wishes: Vec<Wish>) -> impl IntoView + use<> {
    let content = if wishes.is_empty() {
        view! { <p>"There is nothing on this list at the moment."</p> }.into_any()
    } else {
        let items = wishes.into_iter().map(|wish| item(wish, false)).collect_view();
        view! { <ul class="wishes">{items}</ul> }.into_any()
    };
    let body = view! {
        <div class="wishlist stack">
            <h1>"A wishlist"</h1>
            <p class="lead">"Somebody has shared with you what they would like to have."</p>
            {content}
        </div>
    };
    document(site, Head::private("A wishlist"), body)
}

fn empty() -> AnyView {
    view! {
        <div class="notice">
            <p class="notice-title">"Nothing here yet"</p>
            <p>"Press “Add to wishlist” on a product's page. We keep it here with its price, and tell you when it gets cheaper."</p>
            <p><a class="button button-quiet" href="/search?sort=best_selling">"See what sells best"</a></p>
        </div>
    }
    .into_any()
}

fn item(wish: Wish, own: bool) -> impl IntoView {
    let drop = wish.cheaper_by().filter(|_| own);
    let title = wish.title.clone();
    let remove = own.then(|| {
        view! {
            <form action="/wishlist/items/remove" method="post">
                <input type="hidden" name="product" value=wish.slug.clone() />
                <button class="text-link" type="submit" aria-label=format!("Remove {title} from the wishlist")>"Remove"</button>
            </form>
        }
    });
    let Some(card) = wish.card else {
        return view! {
            <li class="wish">
                <div class="wish-text">
                    <h2 class="card-title">{wish.title}</h2>
                    <p class="card-note">"Not sold at the moment"</p>
                    {remove}
                </div>
            </li>
        }
        .into_any();
    };
    let href = format!("/p/{}", card.slug);
    let picture = card.picture.as_ref().map(|one| picture::draw(one, String::new(), FRAME, Load::WhenNear));
    let drop = drop.map(|by| view! { <p class="flag flag-sale">{format!("{by} cheaper than when you added it")}</p> });
    let stock = if card.in_stock { "In stock" } else { "Sold out" };
    let level = if card.in_stock { "in" } else { "out" };
    let buy = match (&card.only_sku, card.in_stock) {
        (Some(sku), true) => {
            let (action, label) =
                if own { ("/wishlist/items/move", "Move to cart") } else { ("/cart/items", "Add to cart") };
            view! {
                <form action=action method="post">
                    <input type="hidden" name="product" value=card.slug.clone() />
                    <input type="hidden" name="sku" value=sku.clone() />
                    <input type="hidden" name="quantity" value="1" />
                    <button class="button button-small" type="submit" aria-label=format!("{label}: {title}")>{label}</button>
                </form>
            }
            .into_any()
        }
        (None, true) => view! {
            <a class="button button-small" href=href.clone() aria-label=format!("Choose: {title}")>"Choose"</a>
        }
        .into_any(),
        (_, false) => view! {
            <a
                class="button button-quiet button-small"
                href=format!("{href}#back-in-stock")
                aria-label=format!("Tell me when it is back: {title}")
            >
                "Tell me when it is back"
            </a>
        }
        .into_any(),
    };
    view! {
        <li class="wish">
            <a class="wish-picture" href=href.clone() tabindex="-1" aria-hidden="true">{picture}</a>
            <div class="wish-text">
                <h2 class="card-title"><a href=href>{title}</a></h2>
                <Price price=card.price_from compare_at=card.compare_at from=card.price_varies />
                {drop}
                <RatingLine rating=card.rating />
                <p class="stock" data-level=level>{stock}</p>
                <div class="wish-actions">{buy}{remove}</div>
            </div>
        </li>
    }
    .into_any()
}

/// The link by which others read the list.
fn sharing(site: &Site, token: Option<&str>) -> AnyView {
    let content = match token {
        None => view! {
            <p>"Make a link by which others can read this list. They do not see whose it is, and you can take it back."</p>
            <form action="/wishlist/share" method="post">
                <button class="button button-quiet" type="submit">"Make a link"</button>
            </form>
        }
        .into_any(),
        Some(token) => {
            let link = format!("{}/wishlist/shared/{token}", site.origin);
            view! {
                <div class="field">
                    <label for="share-link">"Whoever has this link can read the list"</label>
                    <input id="share-link" type="url" readonly value=link.clone() />
                </div>
                <div class="wish-actions">
                    <a class="text-link" href=link>"Open it"</a>
                    <form action="/wishlist/share/revoke" method="post">
                        <button class="text-link" type="submit">"Take the link back"</button>
                    </form>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <section class="section-small stack" id="share" aria-labelledby="share-title">
            <h2 id="share-title">"Share"</h2>
            {content}
        </section>
    }
    .into_any()
}

/// What a customer will be told about.
fn waiting(open: Vec<Waiting>) -> Option<AnyView> {
    if open.is_empty() {
        return None;
    }
    let items = open
        .iter()
        .map(|one| {
            let label = format!("Do not tell me about {}", one.title);
            view! {
                <li class="wish-actions">
                    <span>{name(one)}</span>
                    <form action=format!("/account/alerts/{}/end", one.id) method="post">
                        <button class="text-link" type="submit" aria-label=label>"Do not tell me"</button>
                    </form>
                </li>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="section-small stack" id="waiting" aria-labelledby="waiting-title">
                <h2 id="waiting-title">"We will tell you when it is back"</h2>
                <ul class="plain-list">{items}</ul>
            </section>
        }
        .into_any(),
    )
}
