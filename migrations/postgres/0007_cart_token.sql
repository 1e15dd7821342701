-- Carts that programs hold: whoever has the token has the cart.
CREATE TABLE cart_token (
  token_hash TEXT PRIMARY KEY,              -- SHA-256 of the token, hexadecimal
  cart_id UUID NOT NULL REFERENCES cart(id) ON DELETE CASCADE
);
CREATE INDEX cart_token_by_cart ON cart_token(cart_id);
