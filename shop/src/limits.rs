//! Every bound on input, in one place. A value outside answers 422 and changes nothing.

use crate::FieldError;

/// Units of one line, inclusive.
pub const LINE_QUANTITY: std::ops::RangeInclusive<i64> = 1..=999;
/// Units that are counted for shoppers: of what is there more often, pages only say that it is there. The schema knows the
/// same number (`stock_shown`).
pub const SHOWN_UNITS: i64 = 20;
/// Lines of one cart.
pub const CART_LINES: usize = 100;
/// Units that a limit of a product allows, and days over which a buyer's orders are counted, inclusive.
pub const PURCHASE_UNITS: std::ops::RangeInclusive<i64> = 1..=9_999;
pub const PURCHASE_DAYS: std::ops::RangeInclusive<i64> = 1..=3_650;
/// Hours after which a cart counts as left, and reminders of one cart, inclusive. The schema knows the most of the latter.
pub const RECOVERY_HOURS: std::ops::RangeInclusive<i64> = 1..=168;
pub const RECOVERY_MAILS: std::ops::RangeInclusive<i64> = 1..=5;
/// Links to one cart that work at a time.
pub const CART_SHARES: i64 = 10;
/// Characters of an e-mail address (RFC 5321 section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_CHARS: usize = 254;
/// Characters of a person's or company's name and of each address line.
pub const NAME_CHARS: usize = 120;
pub const ADDRESS_LINE_CHARS: usize = 120;
pub const CITY_CHARS: usize = 80;
pub const POSTAL_CODE_CHARS: usize = 16;
pub const PHONE_CHARS: usize = 32;
pub const ORDER_NOTE_CHARS: usize = 500;
/// Words that go with a gift card.
pub const GIFT_MESSAGE_CHARS: usize = 500;
/// Characters of what is written on the card of a present. The schema knows the same number.
pub const GIFT_NOTE_CHARS: usize = 500;
/// Characters of a password: at least 8 (NIST SP 800-63B section 3.1.1.2), at most 256 so that hashing stays cheap.
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=256;
/// Addresses a customer may keep.
pub const SAVED_ADDRESSES: i64 = 20;
pub const SKU_CHARS: usize = 64;
pub const SLUG_CHARS: usize = 120;
pub const TITLE_CHARS: usize = 200;
pub const DESCRIPTION_BYTES: usize = 64 * 1024;
/// Options of a product, values of an option, variants of a product.
pub const OPTIONS: usize = 3;
pub const OPTION_VALUES: usize = 50;
pub const VARIANTS: usize = 500;
pub const PICTURES: usize = 50;
/// Bytes of one picture, pixels of a side and of the whole; the largest photos of telephones have 50 million.
pub const PICTURE_BYTES: usize = 16 * 1024 * 1024;
pub const PICTURE_SIDE: u32 = 12_000;
pub const PICTURE_PIXELS: u64 = 50_000_000;
/// Bytes of several pictures in one form.
pub const PICTURES_BODY_BYTES: usize = 64 * 1024 * 1024;
pub const ALT_CHARS: usize = 300;
/// Characters of a web address that somebody else wrote down.
pub const ADDRESS_CHARS: usize = 2000;
pub const TAGS: usize = 250;
/// Attributes of a shop, and values that can be chosen for one.
pub const ATTRIBUTES: usize = 100;
pub const ATTRIBUTE_CHOICES: usize = 100;
/// Characters of a product's own text for an attribute, and of a unit. The schema knows the same numbers.
pub const ATTRIBUTE_TEXT_CHARS: usize = 500;
pub const UNIT_CHARS: usize = 16;
/// Thousandths of an attribute's number, above and below zero: a million million. The schema knows the same number.
pub const ATTRIBUTE_NUMBER_MAX: i64 = 1_000_000_000_000_000;
/// Categories that a file names for one product, and how deep they lie within each other.
pub const CATEGORIES: usize = 50;
pub const CATEGORY_DEPTH: usize = 8;
/// Categories that a shop's editor makes, and characters of the text above a category's or a collection's products.
pub const SHOP_CATEGORIES: i64 = 2_000;
pub const LIST_TEXT_CHARS: usize = 2_000;
/// Collections, products of one that are put there or pinned by hand, conditions of one rule.
pub const COLLECTIONS: i64 = 200;
pub const COLLECTION_PLACES: i64 = 1_000;
pub const CONDITIONS: usize = 20;
/// Days within which a product has to be new, inclusive.
pub const NEWER_DAYS: std::ops::RangeInclusive<i64> = 1..=3_650;
/// Products that are looked at while a merchant tries out a rule; in larger shops the number is "at least".
pub const COUNTED_PRODUCTS: i64 = 20_000;
pub const SEO_DESCRIPTION_CHARS: usize = 400;
pub const WEIGHT_MAX_GRAMS: i64 = 1_000_000;
/// Minor units of one price: a trillion leaves room to multiply by any quantity within `i64`.
pub const PRICE_MAX: i64 = 1_000_000_000_000;
/// Warehouses of a shop, characters of the short name of one, working days that one takes to hand a parcel over, inclusive.
pub const WAREHOUSES: i64 = 100;
pub const WAREHOUSE_CODE_CHARS: usize = 16;
pub const HANDLING_DAYS: std::ops::RangeInclusive<i64> = 0..=60;
/// A place in the merchant's order, inclusive; lower comes first.
pub const RANK: std::ops::RangeInclusive<i64> = 0..=9999;
/// Zones of delivery, places that one is made of, methods of one, steps of a method's price table in one currency, and days
/// that a parcel is on its way, inclusive.
pub const SHIPPING_ZONES: i64 = 100;
pub const ZONE_AREAS: usize = 2_000;
pub const ZONE_METHODS: i64 = 50;
pub const RATE_STEPS: usize = 100;
pub const DELIVERY_DAYS: std::ops::RangeInclusive<i64> = 0..=365;
/// Units of one stock row.
pub const ON_HAND_MAX: i64 = 1_000_000_000;
pub const TRACKING_CHARS: usize = 100;
pub const REASON_CHARS: usize = 200;
/// Stars of a review, inclusive.
pub const REVIEW_STARS: std::ops::RangeInclusive<i64> = 1..=5;
/// Characters of a review's title, of its text, of the name shown with it, and of the merchant's reply.
pub const REVIEW_TITLE_CHARS: usize = 120;
pub const REVIEW_TEXT_CHARS: usize = 4000;
pub const REVIEW_AUTHOR_CHARS: usize = 60;
pub const REVIEW_REPLY_CHARS: usize = 2000;
/// Characters that are looked for in reviews.
pub const REVIEW_SEARCH_CHARS: usize = 100;
/// Pictures of one review, which the schema knows, too, and bytes of each; of the whole form.
pub const REVIEW_PICTURES: usize = 4;
pub const REVIEW_PICTURE_BYTES: usize = 8 << 20;
pub const REVIEW_BODY_BYTES: usize = REVIEW_PICTURES * REVIEW_PICTURE_BYTES + (1 << 20);
/// Pictures or files on one page of the library.
pub const LIBRARY_ROWS: usize = 48;
/// Products on one wishlist.
pub const WISHES: i64 = 200;
/// Variants that one e-mail address waits for.
pub const OPEN_ALERTS: i64 = 50;
/// Characters of an idempotency key, ASCII only.
pub const IDEMPOTENCY_KEY_CHARS: usize = 255;
/// Rows of one page of any list.
pub const PAGE_ROWS: std::ops::RangeInclusive<i64> = 1..=100;

/// Lines of synonyms, words and phrases of one line, and characters of each.
pub const SYNONYMS: usize = 500;
pub const SYNONYM_PHRASES: std::ops::RangeInclusive<usize> = 2..=20;
/// Characters of a searched term that is remembered, pinned or a synonym.
pub const TERM_CHARS: usize = 60;
/// Products that are pinned for one term.
pub const PINS: i64 = 20;
/// Values chosen in the facets of a search, all together.
pub const FACET_CHOICES: usize = 100;

/// Characters of a path that is redirected, or was asked for in vain.
pub const REDIRECT_CHARS: usize = 300;
/// Rows of one file of redirects.
pub const REDIRECT_FILE_ROWS: usize = 2_000;
/// Addresses asked for in vain that are kept.
pub const MISSING_ADDRESSES: i64 = 1_000;
/// Addresses in one part of the sitemap; the protocol allows 50,000.
pub const SITEMAP_ADDRESSES: i64 = 10_000;
/// How far ahead a product can be scheduled, in milliseconds: ten years.
pub const PUBLISH_AHEAD_MS: i64 = 3_652 * 24 * 60 * 60 * 1000;
/// Changes of price that the editor shows.
pub const PRICE_CHANGES: i64 = 50;

/// Products of one order that count as bought together: its first ones. Their pairs grow with the square.
pub const BASKET_PRODUCTS: usize = 20;
/// Products that somebody has looked at last.
pub const RECENT_PRODUCTS: usize = 12;

/// Digits of a rate of exchange before the point, and behind it; characters of where it comes from.
pub const CURRENCY_RATE_DIGITS: usize = 9;
pub const CURRENCY_SOURCE_CHARS: usize = 120;
/// Changes of a rate that its page shows.
pub const CURRENCY_RATES: i64 = 50;
/// A rate that is older than so many days is said to be old.
pub const CURRENCY_RATE_DAYS: i64 = 7;

/// Characters of a promotion's code, codes in one cart, codes made at one time.
pub const CODE_CHARS: std::ops::RangeInclusive<usize> = 3..=40;
pub const CART_CODES: i64 = 5;
pub const CODE_BATCH: i64 = 10_000;
/// Gift cards and credit in one cart; minor units of one gift card or of one change of somebody's credit.
pub const CART_CARDS: usize = 10;
pub const STORED_VALUE: std::ops::RangeInclusive<i64> = 1..=100_000_000;
/// Promotions that are not archived, conditions' lists, steps of one promotion.
pub const PROMOTIONS: i64 = 500;
pub const PROMOTION_NAMES: usize = 500;
pub const PROMOTION_STEPS: usize = 10;

/// Percent that a sale takes off, inclusive.
pub const SALE_PERCENT: std::ops::RangeInclusive<i64> = 1..=99;
/// Products or prices that are named in one form: of a sale, of a price list.
pub const NAMED_PRICES: usize = 10_000;
/// Bytes of such a form.
pub const PRICES_BODY_BYTES: usize = 2 * 1024 * 1024;

/// Bytes of a file of products, before and after it is read as text.
pub const IMPORT_FILE_BYTES: usize = 128 * 1024 * 1024;
/// Rows, columns, and bytes of one cell of it.
pub const IMPORT_ROWS: u64 = 500_000;
pub const IMPORT_COLUMNS: usize = 1_000;
pub const IMPORT_CELL_BYTES: usize = 256 * 1024;
/// Errors that are kept of one import; more are only counted.
pub const IMPORT_ERRORS: i64 = 10_000;
/// How long an import can be taken back, and how long one that was never run keeps its file: milliseconds.
pub const IMPORT_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;
pub const IMPORT_WAITS_MS: i64 = 24 * 60 * 60 * 1000;

/// Products of one bulk edit, and how long it can be undone, in milliseconds.
pub const BULK_PRODUCTS: usize = 100_000;
/// Declined payments in an hour that the owner can allow; 0 is without a limit.
pub const DECLINES: std::ops::RangeInclusive<i64> = 0..=10_000;
/// Numbers in the rules by which orders are held; 0 is off.
pub const HOLD_COUNT: std::ops::RangeInclusive<i64> = 0..=100;
/// Variants in a table of the bulk editor: what a page can hold and a browser can send.
pub const SHEET_LINES: usize = 500;
pub const BULK_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Languages of one catalogue.
pub const LANGUAGES: usize = 3;
/// Minutes that a started payment holds its stock. The provider's hosted page lives at least half an hour.
pub const HOLD_MINUTES: std::ops::RangeInclusive<i64> = 30..=1440;

/// Bytes of a request body: forms and JSON; CSV and picture uploads; incoming webhooks.
pub const FORM_BODY_BYTES: usize = 64 * 1024;
/// The product editor's form: the longest description, percent-encoded, and the most variants.
pub const EDITOR_BODY_BYTES: usize = 1024 * 1024;
pub const UPLOAD_BODY_BYTES: usize = 32 * 1024 * 1024;
pub const WEBHOOK_BODY_BYTES: usize = 256 * 1024;

/// Collects what is wrong with a form, field by field.
#[derive(Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// Refuses `field` with `message` unless `ok`.
    pub fn that(&mut self, ok: bool, field: &str, message: impl Into<String>) -> &mut Self {
        if !ok {
            self.0.push(FieldError { field: field.into(), message: message.into() });
        }
        self
    }

    /// Text of at most `max` characters without control characters (line breaks and tabs pass).
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> &mut Self {
        self.that(value.chars().count() <= max, field, format!("At most {max} characters."));
        self.that(
            !value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')),
            field,
            "Contains characters that cannot be stored.",
        )
    }

    /// As [`Check::text`], and not blank.
    pub fn required(&mut self, field: &str, value: &str, max: usize) -> &mut Self {
        self.that(!value.trim().is_empty(), field, "Please fill this in.").text(field, value, max)
    }

    /// An e-mail address as the HTML standard's `type=email` takes it, with a dot in the domain.
    pub fn email(&mut self, field: &str, value: &str) -> &mut Self {
        self.that(value.chars().count() <= EMAIL_CHARS, field, format!("At most {EMAIL_CHARS} characters."));
        self.that(is_email(value), field, "This is not an e-mail address.")
    }

    pub fn extend(&mut self, others: Vec<FieldError>) -> &mut Self {
        self.0.extend(others);
        self
    }

    /// What was refused so far.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    /// `Err(Error::Invalid)` when anything was refused.
    pub fn done(&mut self) -> crate::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(crate::Error::Invalid(std::mem::take(&mut self.0))) }
    }
}

/// Whether the text looks like an e-mail address: one `@`, a dot behind it, no spaces, within bounds.
/// Whether it exists is found out by writing to it.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let labels: Vec<_> = domain.split('.').collect();
    text.len() <= EMAIL_CHARS
        && !local.is_empty()
        && local.len() <= 64
        && labels.len() >= 2
        && labels.iter().all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'))
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>()[],;:\\\"".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mail_can_reach_pass() {
        for good in ["a@b.co", "first.last+tag@mail.example.org", "o'neil@xn--bcher-kva.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.co", "a@", "a b@c.de", "a@b..co", "a@b.co\r\nBcc: c@d.ef", "a@b@c.de"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
