-- Sums of money in whole dollars and the rest in pico-dollars, so that none leaves 64 bits.

ALTER TABLE agent ADD COLUMN spent_usd INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent ADD COLUMN saved_usd INTEGER NOT NULL DEFAULT 0;

UPDATE agent SET
  spent_usd = spent_pico_usd / 1000000000000,
  spent_pico_usd = spent_pico_usd % 1000000000000,
  saved_usd = saved_pico_usd / 1000000000000,
  saved_pico_usd = saved_pico_usd % 1000000000000;
