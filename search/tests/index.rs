//! What is found, in which order, with which counts; and what a folder does that is lost, strange or damaged.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use search::{Batch, DeskQuery, DeskSort, Document, Error, Filter, Found, Index, Place, Query, Sort};
use std::fs;
use uuid::Uuid;

const MUGS: Uuid = Uuid::from_u128(100);
const BOWLS: Uuid = Uuid::from_u128(101);

fn product(number: u128, title: &str, brand: &str, euros: i64) -> Document {
    Document {
        id: Uuid::from_u128(number),
        listed: true,
        title: title.into(),
        brand: brand.into(),
        codes: vec![format!("SKU-{number}")],
        categories: vec![if title.contains("mug") { MUGS } else { BOWLS }],
        prices: vec![("EUR".into(), euros * 100)],
        in_stock: true,
        created_at: i64::try_from(number).unwrap(),
        ..Document::default()
    }
}

fn filled() -> Index {
    let index = Index::in_memory().unwrap();
    index.speak(&["en".into()]);
    let text = "Fired twice. Goes well with every bowl.".to_owned();
    let documents = [
        Document { text, ..product(1, "Glazed mug", "Aldine", 12) },
        product(2, "Tall mug", "Bergholm", 18),
        product(3, "Soup bowl", "Aldine", 15),
        Document { in_stock: false, ..product(4, "Serving bowl", "Bergholm", 40) },
        Document { words: vec!["Crème brûlée".into()], ..product(5, "Small dish", "Café Noir", 9) },
    ];
    index.write(&[], &documents, "5").unwrap();
    index
}

fn all() -> Query<'static> {
    Query {
        text: "",
        synonyms: &[],
        pinned: &[],
        within: None,
        collection: None,
        placed: false,
        filter: Filter::default(),
        sort: Sort::Relevance,
        currency: "EUR",
        offset: 0,
        rows: 10,
        counts: true,
    }
}

fn numbers(found: &Found) -> Vec<u128> {
    found.ids.iter().map(|id| id.as_u128()).collect()
}

fn looked_for(index: &Index, text: &str) -> Vec<u128> {
    numbers(&index.find(&Query { text, ..all() }).unwrap())
}

#[test]
fn words_are_found_wherever_they_stand_and_count_most_in_the_title() {
    let index = filled();
    assert_eq!(looked_for(&index, "bowl"), [3, 4, 1], "titles first, sold out behind, the description last");
    assert_eq!(looked_for(&index, "BOWLS"), [3, 4, 1], "by their stem");
    assert_eq!(looked_for(&index, "aldine mug"), [1], "all words");
    assert_eq!(looked_for(&index, "creme brulee"), [5], "without accents");
    assert_eq!(looked_for(&index, "café"), [5]);
    assert_eq!(looked_for(&index, "gla"), [1], "the beginning of the last word");
    assert_eq!(looked_for(&index, "gla mug"), [] as [u128; 0], "of the last word only");
}

#[test]
fn a_code_is_found_as_it_is_written_on_the_box() {
    let index = filled();
    assert_eq!(looked_for(&index, "SKU-4"), [4]);
    assert_eq!(looked_for(&index, " sku-2 "), [2]);
}

#[test]
fn mistakes_are_forgiven_when_nothing_has_the_words() {
    let index = filled();
    let found = index.find(&Query { text: "glased", ..all() }).unwrap();
    assert_eq!((numbers(&found), found.is_guess), (vec![1], true));
    assert_eq!(looked_for(&index, "bergolm mug"), [2]);
    assert!(!index.find(&Query { text: "mug", ..all() }).unwrap().is_guess);
    assert_eq!(looked_for(&index, "zzzzzz"), [] as [u128; 0]);
    // A filter that lets nothing through does not make the word wrong.
    let filter = Filter { price: Some(1..=2), ..Filter::default() };
    let found = index.find(&Query { text: "mug", filter, ..all() }).unwrap();
    assert_eq!((found.total, found.is_guess), (0, false));
}

#[test]
fn a_facet_counts_as_if_nothing_were_chosen_in_it() {
    let index = filled();
    let filter = Filter { brands: vec!["Aldine".into()], categories: vec![MUGS], ..Filter::default() };
    let found = index.find(&Query { filter, ..all() }).unwrap();
    assert_eq!(numbers(&found), [1]);
    // Other brands' mugs, and Aldine's other categories.
    assert_eq!(found.brands, [("Aldine".to_owned(), 1), ("Bergholm".to_owned(), 1)]);
    assert_eq!(found.categories, [(MUGS, 1), (BOWLS, 1)]);
    assert_eq!(found.prices, Some((1200, 1200)));

    let filter = Filter { brands: vec!["Aldine".into(), "Bergholm".into()], ..Filter::default() };
    let found = index.find(&Query { filter, ..all() }).unwrap();
    assert_eq!(found.total, 4, "one of them is enough");

    let filter = Filter { in_stock: true, price: Some(1500..=4000), ..Filter::default() };
    let found = index.find(&Query { filter, sort: Sort::PriceLow, ..all() }).unwrap();
    assert_eq!(numbers(&found), [3, 2]);
    assert_eq!((found.in_stock, found.prices), (2, Some((900, 1800))), "prices of what could be bought");

    let filter = Filter { brands: vec!["Nobody".into()], ..Filter::default() };
    let found = index.find(&Query { filter, ..all() }).unwrap();
    assert_eq!((found.total, found.brands.len()), (0, 3));
}

#[test]
fn places_in_a_collection_come_first_and_the_order_rules_the_rest() {
    const MINE: Uuid = Uuid::from_u128(200);
    const OTHER: Uuid = Uuid::from_u128(201);
    let member = |number, places: &[(Uuid, i64)]| Document {
        collections: vec![MINE, OTHER],
        places: places.to_vec(),
        ..product(number, "Glazed mug", "Aldine", 10 + i64::try_from(number).unwrap())
    };
    let documents = [
        member(1, &[(MINE, 1 << 40)]),
        member(2, &[]),
        member(3, &[(MINE, 0), (OTHER, 5)]),
        member(4, &[(OTHER, 1)]),
        product(5, "Tall mug", "Aldine", 1),
    ];
    let index = Index::in_memory().unwrap();
    index.write(&[], &documents, "1").unwrap();
    let list = |query: Query<'_>| -> Vec<u128> {
        index.find(&query).unwrap().ids.into_iter().map(|id| id.as_u128()).collect()
    };
    let mine = Query { collection: Some(MINE), placed: true, ..all() };
    assert_eq!(list(Query { sort: Sort::PriceLow, ..mine.clone() }), [3, 1, 2, 4]);
    assert_eq!(list(Query { sort: Sort::PriceHigh, ..mine.clone() }), [3, 1, 4, 2]);
    assert_eq!(list(Query { sort: Sort::Newest, collection: Some(OTHER), ..mine.clone() }), [4, 3, 2, 1]);
    assert_eq!(list(Query { sort: Sort::PriceLow, placed: false, ..mine.clone() }), [1, 2, 3, 4]);
    assert_eq!(list(Query { collection: Some(Uuid::from_u128(202)), ..mine.clone() }), [0; 0]);
    assert_eq!(list(Query { within: Some(BOWLS), ..mine }), [0; 0]);
}

fn shirt(number: u128, size: &str, colours: &[&str], on_sale: bool) -> Document {
    let colours = colours.iter().map(|colour| ("Colour".to_owned(), (*colour).to_owned()));
    Document {
        attributes: colours.chain([("Size".to_owned(), size.to_owned())]).collect(),
        on_sale: if on_sale { vec!["EUR".into()] } else { Vec::new() },
        ..product(number, "Shirt", "Aldine", 20)
    }
}

#[test]
fn each_attribute_is_a_facet_of_its_own() {
    let index = Index::in_memory().unwrap();
    let shirts = [
        shirt(1, "S", &["Blue", "Red"], true),
        shirt(2, "M", &["Blue"], false),
        shirt(3, "M", &["Green"], true),
        shirt(4, "L", &["Red"], false),
    ];
    index.write(&[], &shirts, "1").unwrap();
    let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let counted = |found: &Found, name: &str| -> Vec<(String, usize)> {
        let of = found.attributes.iter().filter(|(other, ..)| other == name);
        of.map(|(_, value, count)| (value.clone(), *count)).collect()
    };
    let find = |attributes: &[(&str, &str)], on_sale| {
        let attributes = attributes.iter().map(|(name, value)| attribute(name, value)).collect();
        index.find(&Query { filter: Filter { attributes, on_sale, ..Filter::default() }, ..all() }).unwrap()
    };
    let found = find(&[], false);
    assert_eq!(counted(&found, "Colour"), [("Blue", 2), ("Red", 2), ("Green", 1)].map(|(v, n)| (v.to_owned(), n)));
    assert_eq!(found.on_sale, 2);

    // Values of one attribute are "or", attributes are "and"; an attribute's counts are without its own choice.
    let found = find(&[("Colour", "Blue"), ("Colour", "Green"), ("Size", "M")], false);
    assert_eq!(numbers(&found), [3, 2]);
    assert_eq!(counted(&found, "Size"), [("M".to_owned(), 2), ("S".to_owned(), 1)]);
    assert_eq!(counted(&found, "Colour"), [("Blue".to_owned(), 1), ("Green".to_owned(), 1)]);
    assert_eq!(found.on_sale, 1);
    let found = find(&[("Size", "M")], true);
    assert_eq!((numbers(&found), found.on_sale), (vec![3], 1));
    assert_eq!(counted(&found, "Size"), [("M".to_owned(), 1), ("S".to_owned(), 1)]);
    assert_eq!(find(&[("Size", "XS")], false).total, 0, "a value that nothing has");
    assert_eq!(find(&[("Shape", "Round")], false).total, 0, "an attribute that nothing has");
}

#[test]
fn a_category_is_all_there_is_on_its_page() {
    let index = filled();
    let found = index.find(&Query { within: Some(BOWLS), ..all() }).unwrap();
    assert_eq!((numbers(&found), found.brands.len(), found.categories.len()), (vec![5, 3, 4], 3, 1));
    let found = index.find(&Query { within: Some(MUGS), text: "bowl", ..all() }).unwrap();
    assert_eq!(numbers(&found), [1], "whose description has the word");
}

#[test]
fn synonyms_stand_for_each_other_and_count_less() {
    let index = filled();
    let lines = |lines: &[&[&str]]| -> Vec<Vec<String>> {
        lines.iter().map(|line| line.iter().map(|phrase| (*phrase).to_owned()).collect()).collect()
    };
    let find = |text, synonyms: &[&[&str]]| {
        numbers(&index.find(&Query { text, synonyms: &lines(synonyms), ..all() }).unwrap())
    };
    assert_eq!(find("beaker", &[]), [] as [u128; 0]);
    assert_eq!(find("beaker", &[&["beaker", "mug"]]), [2, 1]);
    assert_eq!(find("beakers", &[&["beaker", "mug"]]), [2, 1], "by their stem");
    assert_eq!(find("coffee cup", &[&["coffee cup", "tall mug"]]), [2], "a phrase for a phrase, all of its words");
    assert_eq!(find("aldine coffee cup", &[&["coffee cup", "mug"]]), [1], "beside other words");
    assert_eq!(find("cup", &[&["coffee cup", "mug"]]), [] as [u128; 0], "not for a part of a phrase");
    assert_eq!(find("mug", &[&["mug", "serving bowl"]]), [2, 1, 4], "the word itself first");
    assert_eq!(find("mug", &[&["mug", ""], &[]]), [2, 1], "nothing is no synonym");
}

#[test]
fn pinned_products_come_first_when_they_pass_the_filters() {
    let index = filled();
    let pinned = [5, 3, 77].map(Uuid::from_u128);
    let query = Query { text: "mug", pinned: &pinned, ..all() };
    assert_eq!(numbers(&index.find(&query).unwrap()), [5, 3, 2, 1]);
    let filter = Filter { brands: vec!["Aldine".into()], ..Filter::default() };
    assert_eq!(numbers(&index.find(&Query { filter, ..query.clone() }).unwrap()), [3, 1]);
    let by_price = index.find(&Query { sort: Sort::PriceLow, ..query }).unwrap();
    assert_eq!(numbers(&by_price), [5, 1, 3, 2], "another order is kept");
}

#[test]
fn a_guess_says_what_was_perhaps_meant() {
    let index = filled();
    let meant = |text| index.find(&Query { text, ..all() }).unwrap().suggestion;
    assert_eq!(meant("glased mug").as_deref(), Some("glazed mug"));
    assert_eq!(meant("Bergolm").as_deref(), Some("bergholm"));
    assert_eq!(meant("mug"), None);
    assert_eq!(meant("zzzzzz"), None);
}

#[test]
fn a_score_is_explained_word_by_word() {
    let index = filled();
    let query = Query { text: "aldine bowl", ..all() };
    let told = index.explain(&query, Uuid::from_u128(3)).unwrap().unwrap();
    let places = |at: usize| told.words[at].1.iter().map(|(place, _)| *place).collect::<Vec<_>>();
    assert_eq!(told.words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>(), ["aldine", "bowl"]);
    assert_eq!(places(0), [Place::Brand]);
    assert_eq!(places(1)[..2], [Place::Title, Place::TitleStem]);
    assert!(told.score > told.words[1].1[0].1 && told.sold_out.is_none() && !told.is_guess);
    assert_eq!(index.explain(&query, Uuid::from_u128(2)).unwrap(), None, "it has not the words");
    let pinned = [Uuid::from_u128(4)];
    let told = index.explain(&Query { text: "bergolm", pinned: &pinned, ..all() }, pinned[0]).unwrap().unwrap();
    assert_eq!((told.pinned, told.sold_out), (Some(0), Some(0.5)));
    let told = index.explain(&Query { text: "bergolm", ..all() }, pinned[0]).unwrap().unwrap();
    assert!(told.is_guess && told.words[0].1 == [(Place::BrandMistaken, 1.2)], "{told:?}");
    assert_eq!(index.explain(&query, Uuid::from_u128(99)).unwrap(), None, "not in the index");
}

#[test]
fn lists_are_sorted_and_turned_page_by_page() {
    let index = filled();
    let sorted = |sort, offset, rows| numbers(&index.find(&Query { sort, offset, rows, ..all() }).unwrap());
    assert_eq!(sorted(Sort::Newest, 0, 10), [5, 4, 3, 2, 1]);
    assert_eq!(sorted(Sort::PriceLow, 0, 10), [5, 1, 3, 2, 4]);
    assert_eq!(sorted(Sort::PriceHigh, 0, 2), [4, 2]);
    assert_eq!(sorted(Sort::PriceHigh, 2, 2), [3, 1]);
    assert_eq!(sorted(Sort::PriceHigh, 4, 2), [5]);
    assert_eq!(sorted(Sort::Relevance, 0, 10), [5, 3, 2, 1, 4], "without words: what can be bought, newest first");
    let dollars = index.find(&Query { currency: "USD", ..all() }).unwrap();
    assert_eq!(dollars.total, 0, "nothing without a price");
}

#[test]
fn nothing_typed_is_an_operator_or_takes_long() {
    let index = filled();
    let long = "mug ".repeat(5_000);
    for text in
        [&*long, "*", "title:mug", "\"", "a AND (b", "+-!~", "🦀🦀🦀", "مزهرية", "\u{202e}gum", "\0", "mug\u{0}"]
    {
        index.find(&Query { text, ..all() }).unwrap();
    }
    assert_eq!(looked_for(&index, "mug AND bowl"), [] as [u128; 0], "AND is a word");
    assert_eq!(looked_for(&index, "!?"), [] as [u128; 0], "not everything");
    assert_eq!(looked_for(&index, "   ").len(), 5);
}

#[test]
fn what_is_written_replaces_what_was_there_or_nothing_happens() {
    let index = filled();
    index.write(&[Uuid::from_u128(2)], &[product(1, "Plain mug", "Aldine", 10)], "7").unwrap();
    assert_eq!(looked_for(&index, "mug"), [1]);
    assert_eq!(looked_for(&index, "glazed"), [] as [u128; 0]);
    assert_eq!((index.count(), index.position().unwrap().as_deref()), (4, Some("7")));

    let mut batches = vec![Ok(Batch::Some(vec![product(9, "New mug", "", 1)])), Err(Error::Kept)].into_iter();
    assert!(index.rebuild(|| batches.next().unwrap()).is_err());
    assert_eq!((index.count(), index.position().unwrap().as_deref()), (4, Some("7")), "a rebuild that broke off");

    let batches = [Batch::Some(vec![product(9, "New mug", "", 1)]), Batch::End("8".into())];
    let mut batches = batches.into_iter().map(Ok::<_, Error>);
    index.rebuild(|| batches.next().unwrap()).unwrap();
    assert_eq!((looked_for(&index, ""), index.position().unwrap().as_deref()), (vec![9], Some("8")));
}

#[test]
fn a_folder_is_opened_again_and_what_is_no_index_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.position().unwrap(), None);
    index.write(&[], &[product(1, "Mug", "", 1)], "3").unwrap();
    let reader = Index::open(folder.path()).unwrap();
    assert!(matches!(reader.write(&[], &[], "4"), Err(Error::Kept)), "one process writes");
    index.write(&[], &[product(2, "Cup", "", 1)], "3").unwrap();
    assert_eq!(reader.count(), 1);
    reader.refresh().unwrap();
    assert_eq!(reader.count(), 2, "the others read");
    assert!(matches!(Index::discard(folder.path()), Err(Error::Kept)), "what another keeps is not thrown away");
    let meta = fs::read(folder.path().join("meta.json")).unwrap();
    fs::write(folder.path().join("meta.json"), "{").unwrap();
    assert!(matches!(Index::open(folder.path()), Err(Error::Kept)), "not even when it looks strange");
    fs::write(folder.path().join("meta.json"), meta).unwrap();
    drop((index, reader));

    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.count(), index.position().unwrap().as_deref()), (2, Some("3")));
    index.check().unwrap();
    drop(index);

    // One byte in the middle of a file of columns turns over.
    let mut files = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let store = files.find(|path| path.extension().is_some_and(|end| end == "fast")).unwrap();
    let mut bytes = fs::read(&store).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&store, bytes).unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert!(matches!(index.check(), Err(Error::Broken(_))));
    drop(index);

    fs::write(folder.path().join("meta.json"), "{").unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.count(), index.position().unwrap()), (0, None), "made anew");
}

#[test]
fn what_is_rated_well_and_what_sells_can_come_first() {
    let index = Index::in_memory().unwrap();
    let rated = |number, rating, rating_rank, sold| Document {
        rating,
        rating_rank,
        sold,
        ..product(number, "Glazed mug", if number == 1 { "Aldine" } else { "Bergholm" }, 10)
    };
    let documents = [rated(1, 50, 3_900, 2), rated(2, 46, 4_400, 9), rated(3, 0, 0, 0), rated(4, 21, 2_900, 4)];
    index.write(&[], &documents, "").unwrap();
    let by = |sort| numbers(&index.find(&Query { sort, ..all() }).unwrap());
    assert_eq!(by(Sort::Rating), [2, 1, 4, 3]);
    assert_eq!(by(Sort::BestSelling), [2, 4, 1, 3]);
    let from = |rated_from, brands: &[&str]| {
        let brands = brands.iter().map(|brand| (*brand).to_owned()).collect();
        index.find(&Query { filter: Filter { rated_from, brands, ..Filter::default() }, ..all() }).unwrap()
    };
    let good = from(40, &[]);
    assert_eq!((good.total, good.rated), (2, [2, 2, 3]), "its own facet counts as if nothing were chosen");
    assert_eq!(good.brands, [("Aldine".to_owned(), 1), ("Bergholm".to_owned(), 1)]);
    let both = from(40, &["Bergholm"]);
    assert_eq!((numbers(&both), both.rated), (vec![2], [1, 1, 2]));
    assert_eq!(from(0, &[]).total, 4);
}

#[test]
fn merchants_find_what_shoppers_do_not() {
    let index = Index::in_memory().unwrap();
    let desk = |text: &'static str, status, only_short, sort| {
        let query = DeskQuery { text, status, only_short, sort, currency: "EUR", offset: 0, rows: 10 };
        let (total, ids) = index.find_for_desk(&query).unwrap();
        assert_eq!(total, ids.len(), "{text}");
        ids.iter().map(|id| id.as_u128()).collect::<Vec<_>>()
    };
    let draft = |number, title| Document {
        listed: false,
        status: "draft".into(),
        is_short: number == 2,
        updated_at: 10 - i64::try_from(number).unwrap(),
        ..product(number, title, "Aldine", 5 * i64::try_from(number).unwrap())
    };
    // A segment in which nothing is for sale.
    index.write(&[], &[draft(1, "Secret mug"), Document { prices: vec![], ..draft(2, "Secret bowl") }], "1").unwrap();
    assert_eq!(looked_for(&index, ""), [] as [u128; 0]);
    assert_eq!(desk("", None, false, DeskSort::PriceLow).len(), 2);
    index.write(&[], &[Document { status: "published".into(), ..product(3, "Known mug", "Aldine", 1) }], "2").unwrap();
    for text in ["", "mug", "secret", "aldine", "secrte", "SKU-1"] {
        let found = index.find(&Query { text, ..all() }).unwrap();
        assert!(found.ids.iter().all(|id| id.as_u128() == 3) && found.suggestion.is_none(), "{text}: {found:?}");
        assert!(found.brands.iter().all(|(_, count)| *count == 1), "{text}: {found:?}");
    }
    assert_eq!(desk("", None, false, DeskSort::Newest), [3, 2, 1]);
    assert_eq!(desk("", None, false, DeskSort::Oldest), [1, 2, 3]);
    assert_eq!(desk("", Some("draft"), false, DeskSort::Changed), [1, 2]);
    assert_eq!(desk("sec mu", None, false, DeskSort::Newest), [1]);
    assert_eq!(desk("sku 2", None, false, DeskSort::Newest), [2]);
    assert_eq!(desk("", None, true, DeskSort::Newest), [2]);
    assert_eq!(desk("", None, false, DeskSort::PriceHigh), [1, 3, 2], "without a price: last");
    assert_eq!(desk("", None, false, DeskSort::PriceLow), [3, 1, 2], "without a price: last");
}

#[test]
fn who_wants_no_counts_finds_the_same_first() {
    let index = Index::in_memory().unwrap();
    let title = |n: u128| ["Tall mug", "Mugwort tea", "Mug", "Serving bowl"][(n % 4) as usize];
    for part in 0..3 {
        let documents: Vec<Document> = (part * 3_000..(part + 1) * 3_000)
            .map(|n| Document {
                in_stock: n % 5 > 0,
                ..product(n, title(n), if n % 9 == 0 { "Mugler" } else { "Aldine" }, 12)
            })
            .collect();
        let gone: Vec<Uuid> = (0..part * 3_000).step_by(11).map(Uuid::from_u128).collect();
        index.write(&gone, &documents, "1").unwrap();
    }
    let filter = Filter { in_stock: true, ..Filter::default() };
    for text in ["mu", "mug", "mugwort", "mugs", "aldine", "aldine bo", "sku-77", "mugg", "xyz"] {
        for filter in [Filter::default(), filter.clone()] {
            for rows in [1, 6, 40] {
                let counted = Query { text, filter: filter.clone(), rows, ..all() };
                let best = index.find(&Query { counts: false, ..counted.clone() }).unwrap();
                assert_eq!(best.ids, index.find(&counted).unwrap().ids, "{text}");
            }
        }
    }
}

#[test]
fn words_are_known_by_their_stems_in_the_languages_of_the_shop() {
    let stems = |languages: &[&str], title: &str, text: &str| {
        let index = Index::in_memory().unwrap();
        index.speak(&languages.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
        index.write(&[], &[product(1, title, "", 12)], "1").unwrap();
        // Another word behind it: the last one may be the beginning of a longer one.
        let found = index.find(&Query { text: &format!("{text} 12"), ..all() }).unwrap();
        !found.is_guess && numbers(&found) == [1]
    };
    for (languages, title, text, found) in [
        (&["en"][..], "Glazed mugs 12", "mug", true),
        (&["de"], "Blaue Tassen 12", "tasse", true),
        (&["en"], "Blaue Tassen 12", "tasse", false),
        (&["de"], "Weiße Häuser 12", "haus", true),
        (&["fr"], "Chaussures élégantes 12", "elegante", true),
        (&["en", "de"], "Blaue Tassen and mugs 12", "mug tasse", true),
        (&["ru"], "Синие чашки 12", "чашка", true),
        (&[], "Glazed mugs 12", "mug", false),
        (&["xx"], "Glazed mugs 12", "mugs", true),
    ] {
        assert_eq!(stems(languages, title, text), found, "{languages:?}: {text} in {title}");
    }
}
