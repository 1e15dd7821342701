//! The cart page: every change is a small form of its own, so that it works without scripts.

mod delivery;
pub mod linked;

use self::delivery::cart_delivery;
use crate::components::{
    IN_CART, Icon, Refused, codes, discount_rows, gift_cards, problem_text, recently_viewed, share_rows, shelf,
};
use crate::islands::Quantity;
use crate::shell::{Head, Site, document};
use crate::variants::query_value;
use leptos::prelude::*;
use shop::cart::{Cart, Line, MergeNotice};
use shop::catalogue::Card;
use shop::limits::LINE_QUANTITY;
use shop::money::Money;
use shop::pricing::Totals;
use shop::promotion::CodeState;
use shop::shipping::CartDelivery;
use shop::tender::Share;

/// Products that stand below the cart.
#[derive(Default)]
pub struct Beside {
    /// What goes with it and is not in it; what sells, when it is empty.
    pub also: Vec<Card>,
    /// What the visitor has looked at, as [`recently_viewed`] takes it; nothing unless the cart is empty.
    pub recent: Option<Vec<Card>>,
}

/// What the cart costs with its promotions, before delivery.
pub struct Sum {
    pub totals: Totals,
    /// Tax comes on top, and is worked out at checkout.
    pub tax_on_top: bool,
    pub codes: Vec<CodeState>,
    /// The code that was just refused.
    pub refused: Option<Refused>,
    /// What having it carried costs; `None`: nothing has to be.
    pub delivery: Option<CartDelivery>,
    /// Whether somebody has asked what it costs somewhere.
    pub asked: bool,
    /// Gift cards and credit in the cart, and what each pays of the goods.
    pub shares: Vec<Share>,
    /// What the customer could use of store credit, and does not.
    pub credit: Option<Money>,
    /// The gift card that was just refused.
    pub refused_card: Option<Refused>,
    /// Links by which others see what is in it.
    pub links: i64,
}

/// `problem` says why the last change was refused; `sum` is there whenever the cart is.
pub fn cart(
    site: &Site,
    cart: Option<Cart>,
    sum: Option<Sum>,
    problem: Option<String>,
    beside: Beside,
) -> impl IntoView + use<> {
    let is_empty = cart.as_ref().is_none_or(|cart| cart.lines.is_empty());
    let also = if is_empty { "You may also like" } else { "Goes well with it" };
    let problem =
        problem.map(|text| view! { <p class="notice notice-bad" role="alert" tabindex="-1" autofocus>{text}</p> });
    let (notice, content) = match cart.zip(sum) {
        Some((cart, sum)) if !cart.lines.is_empty() || !cart.saved.is_empty() => {
            (cart.merge_notice.clone().map(merge_notice), filled(cart, sum).into_any())
        }
        _ => (None, empty().into_any()),
    };
    let body = view! {
        <div class="page-head"><h1>"Cart"</h1></div>
        {problem}
        {notice}
        {content}
        {recently_viewed(site, beside.recent, "")}
        {shelf(IN_CART, also, beside.also)}
    };
    document(site, Head::private("Cart"), body)
}

fn empty() -> impl IntoView {
    view! {
        <div class="empty">
            <p>"Your cart is empty."</p>
            <a class="button" href="/">"Start shopping"</a>
        </div>
    }
}

fn filled(cart: Cart, sum: Sum) -> impl IntoView {
    let changed = cart.lines.iter().any(|line| line.problem.is_some());
    let saved = (!cart.saved.is_empty()).then(|| {
        let lines = cart.saved.iter().map(saved_line).collect_view();
        view! {
            <section class="section" aria-labelledby="saved">
                <h2 id="saved">"Saved for later"</h2>
                <ul class="lines">{lines}</ul>
            </section>
        }
    });
    let lines = cart.lines.iter().map(line).collect_view();
    let count = if cart.count == 1 { "1 item".to_owned() } else { format!("{} items", cart.count) };
    let go = if changed {
        view! {
            <form action="/cart/acknowledge" method="post">
                <p class="notice">"Something in your cart has changed. Please look at the marked lines."</p>
                <button class="button button-wide" type="submit">"Accept the changes"</button>
            </form>
        }
        .into_any()
    } else {
        view! { <a class="button button-wide" href="/checkout">"Check out" {Icon::Arrow.draw()}</a> }.into_any()
    };
    let missing = cart
        .missing_gifts
        .iter()
        .map(|title| view! { <p class="notice" role="status">{format!("{title}: the gift is sold out just now.")}</p> })
        .collect_view();
    let main = if cart.lines.is_empty() {
        empty().into_any()
    } else {
        view! {
            {missing}
            <div class="with-summary">
                <section aria-labelledby="items"><h2 class="visually-hidden" id="items">"Items"</h2><ul class="lines">{lines}</ul></section>
                <section class="summary" aria-labelledby="summary">
                    <h2 id="summary">"Summary"</h2>
                    <dl class="totals">
                        <div><dt>{count}</dt><dd>{cart.subtotal.to_string()}</dd></div>
                        {discount_rows(&sum.totals, |discount| discount.amount)}
                        <div><dt>"Delivery"</dt><dd>"At checkout"</dd></div>
                        {sum.tax_on_top.then(|| view! { <div><dt>"Tax"</dt><dd>"At checkout"</dd></div> })}
                        <div class="totals-sum"><dt>"Subtotal"</dt><dd>{sum.totals.money(sum.totals.subtotal - sum.totals.discount).to_string()}</dd></div>
                        {included_tax(&sum.totals)}
                    </dl>
                    {sum.delivery.as_ref().map(|found| cart_delivery(found, &sum.totals, sum.asked))}
                    {share_rows(&sum.totals, &sum.shares, "Left before delivery")}
                    {codes(&sum.codes, "/cart/codes", "", sum.refused)}
                    {gift_cards(&sum.shares, sum.credit, "/cart/gift-cards", "", sum.refused_card)}
                    {go}
                    <p class="small">"Items are set aside for you when you pay, not before."</p>
                </section>
            </div>
        }
        .into_any()
    };
    let share = (!cart.lines.is_empty()).then(|| sharing(sum.links));
    view! { {main} {saved} {share} }
}

/// The link by which others see what is in the cart.
fn sharing(links: i64) -> impl IntoView {
    let stop = (links > 0).then(|| {
        let shown = if links == 1 { "One link works.".to_owned() } else { format!("{links} links work.") };
        view! {
            <form action="/cart/share/stop" method="post">
                {shown}
                " "
                <button class="text-link" type="submit">"Take them back"</button>
            </form>
        }
    });
    view! {
        <section class="section-small stack" id="share" aria-labelledby="share-title">
            <h2 id="share-title">"Share this cart"</h2>
            <p>"Make a link by which others see what is in it now, and can put it into a cart of their own. They do not see whose it is."</p>
            <form action="/cart/share" method="post">
                <button class="button button-quiet" type="submit">"Make a link"</button>
            </form>
            {stop}
        </section>
    }
}

/// "Includes VAT 19 %", a row for each rate.
fn included_tax(totals: &Totals) -> AnyView {
    let rows = totals.tax_rows.iter().map(|(name, amount)| {
        let (label, amount) = (format!("Includes {name}"), totals.money(*amount).to_string());
        view! { <div class="totals-note"><dt>{label}</dt><dd>{amount}</dd></div> }
    });
    rows.collect_view().into_any()
}

/// A line that a promotion has put there.
fn gift_line(line: &Line) -> AnyView {
    let address = format!("/cart/items/{}", line.id);
    view! {
        <li class="line">
            {picture(line)}
            <div class="line-main">
                {title(line)}
                <p class="line-variant">{format!("Quantity {}. A gift: it costs nothing as long as your cart earns it.", line.quantity)}</p>
                <div class="line-actions">
                    <form action=format!("{address}/remove") method="post">
                        <button class="text-link" type="submit" aria-label=format!("I do not want {}", line.title)>"I do not want it"</button>
                    </form>
                </div>
            </div>
            <p class="line-total">"Gift"</p>
        </li>
    }
    .into_any()
}

fn line(line: &Line) -> AnyView {
    if line.gift.is_some() {
        return gift_line(line);
    }
    let address = format!("/cart/items/{}", line.id);
    let max = line.cap(*LINE_QUANTITY.end()).max(line.quantity);
    let problem = line.problem.as_ref().map(|problem| view! { <p class="line-problem">{problem_text(problem)}</p> });
    view! {
        <li class="line" class:line-changed=line.problem.is_some()>
            {picture(line)}
            <div class="line-main">
                {title(line)}
                <p class="line-variant">{each(line)}</p>
                {problem}
                <div class="line-actions">
                    <form class="line-quantity" action=address.clone() method="post">
                        <Quantity
                            name="quantity".to_owned()
                            label=format!("Quantity of {}", line.title)
                            value=line.quantity
                            max=max
                            autosubmit=true
                        />
                        <button
                            class="button button-quiet button-small"
                            type="submit"
                            data-without-script=""
                            aria-label=format!("Update the quantity of {}", line.title)
                        >
                            "Update"
                        </button>
                    </form>
                    <form action=format!("{address}/save") method="post">
                        <button class="text-link" type="submit" aria-label=format!("Save {} for later", line.title)>"Save for later"</button>
                    </form>
                    <form action=format!("{address}/remove") method="post">
                        <button class="text-link" type="submit" aria-label=format!("Remove {}", line.title)>"Remove"</button>
                    </form>
                </div>
            </div>
            <p class="line-total">{line.total.to_string()}</p>
        </li>
    }
    .into_any()
}

/// What one costs, and from which quantity on.
fn each(line: &Line) -> String {
    match line.from_quantity {
        Some(from @ 2..) => format!("{} each, the price from {from} pieces", line.unit_price),
        Some(_) | None => format!("{} each", line.unit_price),
    }
}

fn saved_line(line: &Line) -> impl IntoView + use<> {
    let address = format!("/cart/items/{}", line.id);
    let problem = line.problem.as_ref().map(|problem| view! { <p class="line-problem">{problem_text(problem)}</p> });
    view! {
        <li class="line">
            {picture(line)}
            <div class="line-main">
                {title(line)}
                {problem}
                <div class="line-actions">
                    <form action=format!("{address}/restore") method="post">
                        <button class="text-link" type="submit" aria-label=format!("Move {} to the cart", line.title)>"Move to cart"</button>
                    </form>
                    <form action=format!("{address}/remove") method="post">
                        <button class="text-link" type="submit" aria-label=format!("Remove {}", line.title)>"Remove"</button>
                    </form>
                </div>
            </div>
            <p class="line-total">{line.unit_price.to_string()}</p>
        </li>
    }
}

fn picture(line: &Line) -> impl IntoView + use<> {
    let picture =
        line.picture_url.clone().map(|url| view! { <img src=url alt="" width="120" height="120" loading="lazy" /> });
    view! { <div class="line-picture">{picture}</div> }
}

fn title(line: &Line) -> impl IntoView + use<> {
    let href = format!("/p/{}?variant={}", line.product_slug, query_value(&line.sku));
    let variant =
        (!line.variant_title.is_empty()).then(|| view! { <p class="line-variant">{line.variant_title.clone()}</p> });
    view! { <h3 class="line-title"><a href=href>{line.title.clone()}</a></h3>{variant} }
}

/// What logging in did to the two carts, until it is dismissed or undone.
fn merge_notice(notice: MergeNotice) -> impl IntoView {
    let added = notice.added.into_iter().map(|(title, now)| format!("{title}: {now} added from before you logged in."));
    let combined = notice.combined.into_iter().map(|(title, a, b, now)| {
        format!("{title}: in both carts ({a} and {b}); the higher quantity counts, now {now}.")
    });
    let capped =
        notice.capped.into_iter().map(|(title, wanted, now)| format!("{title}: {wanted} wanted, {now} can be bought."));
    let items = added.chain(combined).chain(capped).map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <section class="notice" aria-labelledby="merged">
            <h2 class="notice-title" id="merged">"We have put your two carts together"</h2>
            <ul>{items}</ul>
            <div class="notice-actions">
                <form action="/cart/merge/dismiss" method="post"><button class="button button-small" type="submit">"Keep it so"</button></form>
                <form action="/cart/merge/undo" method="post"><button class="text-link" type="submit">"Undo"</button></form>
            </div>
        </section>
    }
}
