//! A product: pictures, choices, price, stock, and the form that puts it into the cart.
//!
//! The choices are radio buttons in one plain form. Without scripts "Show this choice" reloads the page for the
//! chosen variant; the picker's island does the same in place.

pub mod alert;
mod elsewhere;
mod json_ld;
mod wish;

pub use elsewhere::elsewhere;

use super::review::{self, Section};
use crate::components::picture::{self, Frame, Load};
use crate::components::{Price, Stars, Trail, lowest_text, recently_viewed, shelf, stock_level, stock_text};
use crate::islands::{BuyBox, Quantity};
use crate::shell::{Head, Site, document};
use crate::{variants, wire};
use leptos::prelude::*;
use shop::catalogue::{Card, Picture, Product, Variant};
use shop::limits::{LINE_QUANTITY, SHOWN_UNITS};
use shop::tax::TaxRate;

/// Products that stand below a product.
#[derive(Default)]
pub struct Beside {
    /// Bought together with it.
    pub together: Vec<Card>,
    pub similar: Vec<Card>,
    /// What sells, where nothing similar is known.
    pub popular: Vec<Card>,
    /// What the visitor has looked at before, as [`recently_viewed`] takes it.
    pub recent: Option<Vec<Card>>,
}

/// What stands around the form that buys.
#[derive(Default)]
pub struct Around {
    /// What was wrong with the last try to add it.
    pub problem: Option<String>,
    pub alert: alert::Offer,
    /// It is on the visitor's wishlist.
    pub wished: bool,
    /// What the shop's home country charges on it.
    pub tax: Option<TaxRate>,
}

/// `chosen` is the position of the variant to show. A page that shows only some of the reviews stays out of search engines.
pub fn product(
    site: &Site,
    product: Product,
    chosen: usize,
    beside: Beside,
    around: Around,
    reviews: &Section,
) -> impl IntoView + use<> {
    let variant = product.variants[chosen.min(product.variants.len() - 1)].clone();
    let head = Head {
        picture: product.pictures.first().map(Picture::src),
        json_ld: Some(json_ld::of(site, &product)),
        private: reviews.stars.is_some() || reviews.pictured || reviews.is_later,
        ..Head::new(
            if product.seo_title.is_empty() { &product.title } else { &product.seo_title },
            format!("/p/{}", product.slug),
        )
        .describe(product.seo_description.clone())
    };
    let brand = (!product.brand.is_empty()).then(|| view! { <p class="eyebrow">{product.brand.clone()}</p> });
    let first_picture = picture_of(&product, &variant).unwrap_or(0);
    let body = view! {
        <Trail links=product.breadcrumb.clone() here=product.title.clone() />
        <div class="product">
            {gallery(&product.pictures, first_picture, &product.title)}
            <div class="product-buy">
                {brand}
                <h1>{product.title.clone()}</h1>
                {rating(&product)}
                {buy_box(&product, &variant, around.problem, around.tax.as_ref())}
                {alert::offer(&product, &variant, &around.alert)}
                {wish::button(&product.slug, around.wished)}
                <div class="product-text">
                    <h2>"Description"</h2>
                    <div class="prose" inner_html=product.description_html.clone()></div>
                    {specification(&product, &variant)}
                </div>
            </div>
        </div>
        {shelf("together", "Bought together", beside.together)}
        {review::section(&product, reviews)}
        {shelf("similar", "Similar products", beside.similar)}
        {shelf("popular", "You may also like", beside.popular)}
        {recently_viewed(site, beside.recent, &product.slug)}
    };
    document(site, head, body)
}

/// Leads to the reviews below.
fn rating(product: &Product) -> Option<impl IntoView + use<>> {
    let reviews = product.rating.reviews();
    (reviews > 0).then(|| {
        let many = if reviews == 1 { "1 review".to_owned() } else { format!("{reviews} reviews") };
        view! {
            <p class="rating-line">
                <Stars tenths=product.rating.tenths() />
                <a class="text-link" href="#reviews">{product.rating.average()}" · "{many}</a>
            </p>
        }
    })
}

/// Position of the picture that shows `variant`.
fn picture_of(product: &Product, variant: &Variant) -> Option<usize> {
    product.pictures.iter().position(|picture| picture.variant_id == Some(variant.id))
}

/// How wide pictures are (style/shop/product.css): the first one as the column beside the choices, the others half of it.
const FIRST: Frame =
    Frame { widths: &[("(min-width: 84rem)", "46rem"), ("(min-width: 56rem)", "54vw"), ("", "92vw")], shape: (4, 5) };
const OTHERS: Frame =
    Frame { widths: &[("(min-width: 84rem)", "23rem"), ("(min-width: 56rem)", "27vw"), ("", "92vw")], ..FIRST };

/// Pictures in a row that snaps; on wide screens one below the other. Needs no script.
fn gallery(pictures: &[Picture], first: usize, title: &str) -> impl IntoView + use<> {
    let many = pictures.len() > 1;
    let items = pictures
        .iter()
        .enumerate()
        .map(|(at, picture)| {
            let alt = if picture.alt.is_empty() { title.to_owned() } else { picture.alt.clone() };
            let (frame, load) = if at == first { (FIRST, Load::First) } else { (OTHERS, Load::WhenNear) };
            view! {
                <li id=format!("picture-{}", at + 1) class:gallery-first=at == first>
                    {picture::draw(picture, alt, frame, load)}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="gallery" class:gallery-many=many aria-label="Pictures">
            <ul tabindex=many.then_some("0")>{items}</ul>
        </section>
    }
}

/// What is said of tax beside the price; the address decides in the end.
fn tax_note(rate: Option<&TaxRate>) -> String {
    match rate {
        Some(rate) if rate.inclusive => format!("Includes {}; delivery is shown at checkout.", rate.name),
        Some(rate) => format!("Plus {} and delivery, both shown at checkout.", rate.name),
        None => "Tax included where it applies, delivery shown at checkout.".to_owned(),
    }
}

fn buy_box(
    product: &Product,
    variant: &Variant,
    problem: Option<String>,
    tax: Option<&TaxRate>,
) -> impl IntoView + use<> {
    let picker: Vec<wire::Variant> = if product.options.is_empty() {
        Vec::new()
    } else {
        product
            .variants
            .iter()
            .map(|variant| wire::Variant {
                sku: variant.sku.clone(),
                values: variant.option_values.clone(),
                price: variant.price.to_string(),
                compare_at: variant
                    .compare_at
                    .filter(|before| before.amount > variant.price.amount)
                    .map(|before| before.to_string())
                    .unwrap_or_default(),
                lowest: lowest_text(variant.lowest_before),
                stock: stock_text(variant.availability),
                level: stock_level(variant.availability).into(),
                picture: picture_of(product, variant),
                max: most(product, variant),
            })
            .collect()
    };
    let level = stock_level(variant.availability);
    let lowest = lowest_text(variant.lowest_before);
    let problem = problem.map(|text| view! { <p class="notice notice-bad" role="alert">{text}</p> });
    let content = view! {
        <div data-price=""><Price price=variant.price compare_at=variant.compare_at /></div>
        <p class="lowest-price" data-lowest="" hidden=lowest.is_empty()>{lowest.clone()}</p>
        <p class="tax-note">{tax_note(tax)}</p>
        <form class="buy" action="/cart/items" method="post" data-cart="add">
            <input type="hidden" name="product" value=product.slug.clone() />
            <input type="hidden" name="sku" value=variant.sku.clone() data-sku="" disabled=!product.options.is_empty() />
            {options(product, variant)}
            {problem}
            <p class="stock" data-stock="" data-level=level>{stock_text(variant.availability)}</p>
            <div class="buy-row">
                <Quantity name="quantity".to_owned() label="Quantity".to_owned() value=1 max=most(product, variant).max(1) autosubmit=false />
                <button class="button button-wide" type="submit" data-add="" disabled=level == "out">
                    {if level == "out" { "Sold out" } else { "Add to cart" }}
                </button>
            </div>
        </form>
        {(!product.limit.is_none()).then(|| view! { <p class="delivery-note">{product.limit.text(0)}</p> })}
        {quantity_prices(product)}
        <p class="delivery-note">"Ready to ship in one working day. Returns within 30 days."</p>
    };
    if picker.is_empty() {
        view! { <div class="buy-box">{content}</div> }.into_any()
    } else {
        view! { <BuyBox variants=picker slug=product.slug.clone()>{content}</BuyBox> }.into_any()
    }
}

/// What each costs to who takes more: one table for all variants, so that it is right whichever is chosen.
fn quantity_prices(product: &Product) -> Option<AnyView> {
    let named = product.variants.len() > 1;
    let rows: Vec<_> = product
        .variants
        .iter()
        .flat_map(|variant| variant.breaks.iter().map(move |step| (variant, step)))
        .map(|(variant, step)| {
            let name = named.then(|| view! { <th scope="row">{variant.title.clone()}</th> });
            view! {
                <tr>
                    {name}
                    <td>{format!("From {} pieces", step.min_quantity)}</td>
                    <td>{variant.price.currency.money(step.amount).to_string()}" each"</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let head = named.then(|| view! { <th scope="col">"Choice"</th> });
    Some(
        view! {
            <table class="quantity-prices">
                <caption>"Cheaper in quantity"</caption>
                <thead><tr>{head}<th scope="col">"Quantity"</th><th scope="col">"Price"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any(),
    )
}

/// Units that may be chosen. What is plenty is not counted on the page; the cart says what is left when it is asked for more.
fn most(product: &Product, variant: &Variant) -> i64 {
    let most = product.limit.left(0).min(*LINE_QUANTITY.end());
    match variant.availability.cap(most) {
        units if units < SHOWN_UNITS => units.max(0),
        _ => most,
    }
}

fn options(product: &Product, variant: &Variant) -> impl IntoView + use<> {
    if product.options.is_empty() {
        return ().into_any();
    }
    let groups = product
        .options
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let values = option
                .values
                .iter()
                .map(|value| {
                    let all = product.variants.iter().map(|v| v.option_values.as_slice());
                    let possible = variants::is_possible(all, &variant.option_values, at, value);
                    let checked = variant.option_values.get(at) == Some(value);
                    view! {
                        <label class="pick">
                            <input
                                type="radio"
                                name=format!("option{}", at + 1)
                                value=value.clone()
                                checked=checked
                                disabled=!possible
                            />
                            <span>{value.clone()}</span>
                        </label>
                    }
                })
                .collect_view();
            view! {
                <fieldset class="picks">
                    <legend>{option.name.clone()}</legend>
                    <div class="pick-row">{values}</div>
                </fieldset>
            }
        })
        .collect_view();
    view! {
        {groups}
        <button
            class="button button-quiet button-small"
            type="submit"
            formmethod="get"
            formaction=format!("/p/{}", product.slug)
            data-without-script=""
        >
            "Show this choice"
        </button>
    }
    .into_any()
}

fn specification(product: &Product, variant: &Variant) -> impl IntoView + use<> {
    let row = |name: &str, value: String| (name.to_owned(), value);
    let weight = (variant.weight_grams > 0).then(|| row("Weight", weight(variant.weight_grams)));
    let kind = (!product.product_type.is_empty()).then(|| row("Kind", product.product_type.clone()));
    let brand = (!product.brand.is_empty()).then(|| row("Brand", product.brand.clone()));
    let rows = brand
        .into_iter()
        .chain(kind)
        .chain(product.specs.iter().map(|spec| row(&spec.name, spec.text())))
        .chain(weight)
        .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
        .collect_view();
    let rows = view! {
        {rows}
        <div><dt>"Article number"</dt><dd data-sku-text="">{variant.sku.clone()}</dd></div>
    };
    view! { <h2>"Details"</h2><dl class="facts">{rows}</dl> }
}

fn weight(grams: i64) -> String {
    if grams < 1000 { format!("{grams} g") } else { format!("{}.{} kg", grams / 1000, grams % 1000 / 100) }
}
