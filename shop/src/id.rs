//! Identifiers: UUIDv7 made in Rust, one type per noun so that they cannot be mixed up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "server", derive(sqlx::Type), sqlx(transparent))]
        pub struct $name(pub Uuid);

        #[cfg(feature = "server")]
        impl $name {
            /// A new identifier; later ones sort after earlier ones (UUIDv7, RFC 9562 section 5.7).
            #[allow(clippy::new_without_default, reason = "an identifier has no default")]
            pub fn new() -> Self {
                Self(crate::chance::uuid())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        #[cfg(feature = "server")]
        impl From<$name> for crate::db::Arg {
            fn from(id: $name) -> Self {
                Self::Id(Some(id.0))
            }
        }

        #[cfg(feature = "server")]
        impl From<Option<$name>> for crate::db::Arg {
            fn from(id: Option<$name>) -> Self {
                Self::Id(id.map(|id| id.0))
            }
        }
    )*};
}

ids! {
    CategoryId, ProductId, VariantId, PictureId, WarehouseId, StockId,
    CustomerId, AddressId, StaffId, CartId, CartLineId, CheckoutId, OrderId, OrderLineId,
    AttemptId, RefundId, FulfilmentId, ShippingMethodId, OutboxId, BreakId, SynonymId, ReviewId, ImportId, CollectionId,
    BulkEditId, SaleId, GroupId, PriceListId, AttributeId, ChoiceId, AlertId, WishlistId, ReviewPictureId,
    PromotionId, PromotionCodeId, ShippingZoneId, AbandonedCartId, StoredValueId, TaxZoneId, TaxRateId, TaxExemptionId,
}
