//! The currency that a customer has chosen.

use super::{selling, yen};
use crate::support::TestShop;
use crate::support::till::customer;
use shop::account;
use shop::money::Currency;

on_both_engines! {
    async fn a_customers_choice_is_kept_until_the_shop_gives_it_up(t: TestShop) {
        let shop = selling(t.shop(), &[yen()]);
        let ada = customer(&shop, "ada@example.com").await;
        assert_eq!(account::chosen_currency(&shop, &ada).await.unwrap(), None);
        account::choose_currency(&shop, &ada, yen()).await.unwrap();
        assert_eq!(account::chosen_currency(&shop, &ada).await.unwrap(), Some(yen()));
        assert_eq!(account::chosen_currency(&selling(t.shop(), &[Currency::USD]), &ada).await.unwrap(), None);
    }
}
