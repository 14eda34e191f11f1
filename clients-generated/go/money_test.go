package optimizer

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"google.golang.org/protobuf/proto"

	"admiral.dev/optimizer/optimizerv1"
)

func TestDollars_thenDecimal_isTheSameText(t *testing.T) {
	for _, text := range []string{
		"0", "10", "1.75", "-1.75", "0.000000000001", "-0.000000000001", "9223372036854775807.999999999999",
		"-9223372036854775808.999999999999",
	} {
		money, err := Dollars(text)
		if err != nil || Decimal(money) != text {
			t.Error(text, money, err)
		}
	}
}

func TestDollars_belowZero_haveOneSign(t *testing.T) {
	money, err := Dollars("-1.750")
	want := &optimizerv1.Money{CurrencyCode: "USD", Units: -1, Pico: -750_000_000_000}
	if err != nil || !proto.Equal(money, want) {
		t.Error(money, err)
	}
}

func TestDollars_ofWhatIsNoAmount_isRefused(t *testing.T) {
	for text, why := range map[string]string{
		"":                    "no decimal number",
		"1/3":                 "no decimal number",
		"1e3":                 "no decimal number",
		"$1":                  "no decimal number",
		".5":                  "no decimal number",
		"1.0\n":               "no decimal number",
		"0.0000000000001":     "more than 12 decimals",
		"9223372036854775808": "more than an amount holds",
	} {
		_, err := Dollars(text)
		contains(t, err, why)
	}
}

func TestAmount_ofTwoLargest_doesNotWrapWhenSummed(t *testing.T) {
	largest := Amount(&optimizerv1.Money{Units: math.MaxInt64, Pico: 999_999_999_999})
	sum := new(big.Rat).Add(largest, largest)
	if text := sum.FloatString(12); text != "18446744073709551615.999999999998" {
		t.Error(text)
	}
}

func TestDecimal_ofNoMoney_isZero(t *testing.T) {
	if text := Decimal(nil); text != "0" {
		t.Error(text)
	}
}

func ExampleDecimal() {
	answer := &optimizerv1.CompleteResponse{Cost: &optimizerv1.Cost{ChargedAmount: &optimizerv1.Money{
		CurrencyCode: "USD", Pico: 420_000_000,
	}}}
	fmt.Println(Decimal(answer.GetCost().GetChargedAmount()))
	// Output: 0.00042
}

func ExampleDollars() {
	limit, err := Dollars("0.05")
	fmt.Println(limit.GetCurrencyCode(), Decimal(limit), Amount(limit), err)
	// Output: USD 0.05 1/20 <nil>
}
