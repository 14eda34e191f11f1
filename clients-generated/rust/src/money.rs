//! Exact money: the contract's amounts as whole numbers and as text.

use std::{error, fmt};

use crate::v1::Money;

const DECIMALS: usize = 12;
const PICO_IN_UNIT: i128 = 1_000_000_000_000;

impl Money {
    /// The amount in 1e-12 of its currency's unit, exact; sums of as many as there are stay so.
    pub fn total_pico(&self) -> i128 {
        i128::from(self.units) * PICO_IN_UNIT + i128::from(self.pico)
    }

    /// Dollars by their text, such as `0.05` or `-1.75`.
    ///
    /// ```
    /// use admiral_optimizer::v1::Money;
    ///
    /// assert_eq!(Money::dollars("0.00042")?.total_pico(), 420_000_000);
    /// assert_eq!(Money::dollars("0.05")?.to_string(), "0.05");
    /// # Ok::<(), admiral_optimizer::ParseMoneyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the text is no decimal number, has more than 12 decimals, or more dollars than 64 bits hold.
    pub fn dollars(decimal: &str) -> Result<Self, ParseMoneyError> {
        read(decimal).ok_or_else(|| ParseMoneyError(decimal.to_string()))
    }
}

fn read(decimal: &str) -> Option<Money> {
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, decimal),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let part_kept = part.trim_end_matches('0');
    if !number(whole) || !number(part) || part_kept.len() > DECIMALS {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let pico: i64 = format!("{part_kept:0<DECIMALS$}").parse().ok()?;
    Some(Money {
        currency_code: "USD".to_string(),
        units: (sign * whole).try_into().ok()?,
        pico: sign as i64 * pico,
    })
}

/// The amount in units of its currency, such as `-1.75`: exact, with no zeros at the end and without
/// the currency's name.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total_pico();
        let absolute = total.unsigned_abs();
        let unit = PICO_IN_UNIT.unsigned_abs();
        let text = format!("{}.{:0DECIMALS$}", absolute / unit, absolute % unit);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.pad_integral(total >= 0, "", text)
    }
}

/// A text that is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseMoneyError(String);

impl fmt::Display for ParseMoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no amount: use a decimal number such as 0.05, with at most {DECIMALS} decimals and at most {} before them.",
            self.0,
            i64::MAX
        )
    }
}

impl error::Error for ParseMoneyError {}
