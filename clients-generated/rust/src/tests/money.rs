use crate::v1::Money;

#[test]
fn dollars_print_as_they_were_written() {
    for text in [
        "0",
        "10",
        "1.75",
        "-1.75",
        "0.000000000001",
        "-0.000000000001",
        "9223372036854775807.999999999999",
        "-9223372036854775808.999999999999",
    ] {
        assert_eq!(Money::dollars(text).unwrap().to_string(), text);
    }
}

#[test]
fn dollars_below_zero_have_one_sign() {
    let money = Money::dollars("-1.750").unwrap();
    assert_eq!(money.currency_code, "USD");
    assert_eq!((money.units, money.pico), (-1, -750_000_000_000));
}

#[test]
fn text_that_is_no_amount_is_refused() {
    for text in [
        "",
        "-",
        "+1",
        ".5",
        "1.",
        "1e3",
        "$1",
        "1.0\n",
        "--1",
        "1.-5",
        "0.0000000000001",
        "9223372036854775808",
        "99999999999999999999999999999999999999999999",
    ] {
        let error = Money::dollars(text).unwrap_err().to_string();
        assert!(error.contains("use a decimal number"), "{text}: {error}");
    }
}

#[test]
fn sum_of_the_largest_amounts_does_not_wrap() {
    let largest = Money {
        units: i64::MAX,
        pico: 999_999_999_999,
        ..Default::default()
    };
    assert_eq!(
        largest.total_pico() + largest.total_pico(),
        18_446_744_073_709_551_615_999_999_999_998
    );
}

#[test]
fn amount_is_padded_as_numbers_are() {
    let money = Money::dollars("-1.75").unwrap();
    assert_eq!(format!("{money:>8}|{money:<8}|"), "   -1.75|-1.75   |");
}
