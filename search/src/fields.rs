//! The fields of the index and how their text is taken apart.

use crate::Document;
use std::collections::BTreeMap;
use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, OwnedValue, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RAW_TOKENIZER_NAME, RemoveLongFilter, SimpleTokenizer, TextAnalyzer,
    TextAnalyzerBuilder, Tokenizer, TokenizerManager,
};
use tantivy::{Index, TantivyDocument};
use uuid::Uuid;

/// What a scheduled draft is found by, beside its status.
pub const SCHEDULED: &str = "scheduled";

/// Words as they are written, but for case and accents.
pub const PLAIN: &str = "plain";
/// Words reduced to their stem.
pub const STEMMED: &str = "stemmed";
/// Longer words are none.
pub const WORD_BYTES: usize = 40;

/// Fast columns, by name.
pub const ID: &str = "id";
pub const BRAND: &str = "brand_name";
pub const CATEGORY: &str = "category";
pub const PLACE: &str = "place";
pub const PRICE: &str = "price";
pub const IN_STOCK: &str = "in_stock";
pub const ATTRIBUTE: &str = "attribute";
pub const ON_SALE: &str = "on_sale";
pub const CREATED_AT: &str = "created_at";
pub const UPDATED_AT: &str = "updated_at";
pub const RATING: &str = "rating";
pub const RATING_RANK: &str = "rating_rank";
pub const SOLD: &str = "sold";
/// Another one whenever documents are made of something else in the same fields: an index of another shape is built anew.
const SHAPE: &str = "shape_2";
/// As [`PRICE`], of all products.
pub const DESK_PRICE: &str = "desk_price";

#[derive(Clone, Copy, Debug)]
pub struct Fields {
    pub id: Field,
    pub title: Field,
    pub title_stem: Field,
    pub brand: Field,
    pub words: Field,
    pub text: Field,
    pub code: Field,
    pub category: Field,
    pub collection: Field,
    place: Field,
    brand_name: Field,
    attribute: Field,
    on_sale: Field,
    price: Field,
    in_stock: Field,
    created_at: Field,
    updated_at: Field,
    rating: Field,
    rating_rank: Field,
    sold: Field,
    /// Words of all products, listed or not; shoppers' words are in the fields above, of listed ones alone.
    pub desk: Field,
    pub status: Field,
    pub is_short: Field,
    desk_price: Field,
}

impl Fields {
    pub fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let text = |tokenizer: &str| {
            let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
            TextOptions::default().set_indexing_options(indexing.set_index_option(IndexRecordOption::WithFreqs))
        };
        let raw = TextFieldIndexing::default().set_tokenizer(RAW_TOKENIZER_NAME).set_fieldnorms(false);
        let code = TextOptions::default().set_indexing_options(raw.set_index_option(IndexRecordOption::Basic));
        let desk = TextFieldIndexing::default().set_tokenizer(PLAIN).set_fieldnorms(false);
        let desk = TextOptions::default().set_indexing_options(desk.set_index_option(IndexRecordOption::Basic));
        let column = TextOptions::default().set_fast(RAW_TOKENIZER_NAME);
        let looked_up = code.clone().set_fast(RAW_TOKENIZER_NAME);
        let fields = Self {
            id: schema.add_bytes_field(ID, BytesOptions::default().set_indexed().set_fast()),
            title: schema.add_text_field("title", text(PLAIN)),
            title_stem: schema.add_text_field("title_stem", text(STEMMED)),
            brand: schema.add_text_field("brand", text(PLAIN)),
            words: schema.add_text_field("words", text(STEMMED)),
            text: schema.add_text_field("text", text(STEMMED)),
            code: schema.add_text_field("code", code.clone()),
            category: schema.add_text_field(CATEGORY, looked_up),
            collection: schema.add_text_field("collection", code.clone()),
            place: schema.add_json_field(PLACE, FAST),
            brand_name: schema.add_text_field(BRAND, column.clone()),
            attribute: schema.add_text_field(ATTRIBUTE, column.clone()),
            on_sale: schema.add_text_field(ON_SALE, column),
            price: schema.add_json_field(PRICE, FAST),
            in_stock: schema.add_bool_field(IN_STOCK, FAST | INDEXED),
            created_at: schema.add_i64_field(CREATED_AT, FAST),
            updated_at: schema.add_i64_field(UPDATED_AT, FAST),
            rating: schema.add_i64_field(RATING, FAST),
            rating_rank: schema.add_i64_field(RATING_RANK, FAST),
            sold: schema.add_i64_field(SOLD, FAST),
            desk: schema.add_text_field("desk", desk),
            status: schema.add_text_field("status", code),
            is_short: schema.add_bool_field("is_short", INDEXED),
            desk_price: schema.add_json_field(DESK_PRICE, FAST),
        };
        schema.add_bool_field(SHAPE, INDEXED);
        (schema.build(), fields)
    }

    pub fn document(&self, product: &Document) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_bytes(self.id, product.id.as_bytes());
        self.for_merchants(&mut document, product);
        if product.listed {
            self.for_shoppers(&mut document, product);
        }
        document
    }

    fn for_merchants(&self, document: &mut TantivyDocument, product: &Document) {
        for text in [&product.title, &product.brand].into_iter().chain(&product.codes) {
            document.add_text(self.desk, text);
        }
        document.add_text(self.status, &product.status);
        if product.is_scheduled {
            document.add_text(self.status, SCHEDULED);
        }
        document.add_bool(self.is_short, product.is_short);
        document.add_object(self.desk_price, prices(product));
        document.add_i64(self.sold, product.sold);
        document.add_i64(self.created_at, product.created_at);
        document.add_i64(self.updated_at, product.updated_at);
    }

    fn for_shoppers(&self, document: &mut TantivyDocument, product: &Document) {
        document.add_text(self.title, &product.title);
        document.add_text(self.title_stem, &product.title);
        document.add_text(self.brand, &product.brand);
        for word in &product.words {
            document.add_text(self.words, word);
        }
        document.add_text(self.text, &product.text);
        for code in &product.codes {
            document.add_text(self.code, folded_code(code));
        }
        if !product.brand.is_empty() {
            document.add_text(self.brand_name, &product.brand);
        }
        for category in &product.categories {
            document.add_text(self.category, category_term(*category));
        }
        for collection in &product.collections {
            document.add_text(self.collection, category_term(*collection));
        }
        if !product.places.is_empty() {
            let places = product.places.iter().map(|(id, place)| (category_term(*id), (*place).into()));
            document.add_object(self.place, places.collect::<BTreeMap<String, OwnedValue>>());
        }
        for (name, value) in &product.attributes {
            document.add_text(self.attribute, attribute_term(name, value));
        }
        for currency in &product.on_sale {
            document.add_text(self.on_sale, currency);
        }
        document.add_object(self.price, prices(product));
        document.add_bool(self.in_stock, product.in_stock);
        document.add_i64(self.rating, product.rating);
        document.add_i64(self.rating_rank, product.rating_rank);
    }
}

fn prices(product: &Document) -> BTreeMap<String, OwnedValue> {
    product.prices.iter().map(|(currency, amount)| (currency.clone(), (*amount).into())).collect()
}

/// Name of the column of prices in `currency`; `of` is [`PRICE`] or [`DESK_PRICE`].
pub fn price_column(of: &str, currency: &str) -> String {
    format!("{of}.{currency}")
}

/// Name of the column of places in a collection.
pub fn place_column(collection: Uuid) -> String {
    format!("{PLACE}.{}", category_term(collection))
}

/// A category or a collection.
pub fn category_term(id: Uuid) -> String {
    id.simple().to_string()
}

/// Stands between an attribute's name and its value, neither of which has it.
pub const SEPARATOR: char = '\u{1f}';

pub fn attribute_term(name: &str, value: &str) -> String {
    format!("{}{SEPARATOR}{}", name.replace(SEPARATOR, " "), value.replace(SEPARATOR, " "))
}

/// A code as it is compared: without case and spaces around.
pub fn folded_code(code: &str) -> String {
    code.trim().to_lowercase()
}

/// Teaches the index to take text apart. Words have no stems before [`crate::Index::speak`].
pub fn register(index: &Index) {
    let tokenizers: &TokenizerManager = index.tokenizers();
    tokenizers.register(PLAIN, words().build());
    tokenizers.register(STEMMED, words().build());
}

/// Takes text apart into words without case and accents.
pub fn words() -> TextAnalyzerBuilder<impl Tokenizer> {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(WORD_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
}
